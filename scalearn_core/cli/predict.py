"""`predict`: classify the documents of a table. Loads no torch unless the speed or the device asks for it."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from scalearn_core.cli.progress import Progress
from scalearn_core.cli.telling import tell_header, tell_notes, tell_rejected
from scalearn_core.cli.usage import UsageError, check_new_file, writing_to
from scalearn_core.data.column_checks import check_column, shorten
from scalearn_core.scaling.seal import is_sealed
from scalearn_core.tables.notes import MOST_IN_CELL
from scalearn_core.tables.pieces import read_pieces
from scalearn_core.tables.reading import Reading

if TYPE_CHECKING:
    import pandas as pd

    from scalearn_core.records.tables import SameAnswers
    from scalearn_core.tables.reader import Table


def predict(args: argparse.Namespace) -> None:
    """Classify a table into a file: every row in its place, its columns and those of `prediction/in_place.py`."""
    check_new_file(args.out, source=args.table, formats=(".csv", ".parquet"))
    if args.model.resolve() in args.out.resolve().parents:
        raise UsageError(f"{args.out} lies in the model's folder, which must stay as it is. Choose another place.")
    on_cluster = args.workers is not None
    if args.cluster is not None and not on_cluster:
        raise UsageError("--cluster names the Ray cluster of --workers N, which is missing.")
    told = _Told(args.text, args.header)
    pieces = read_pieces(args.table, Reading.of(vars(args)))
    begun = list(islice(pieces, 2))
    for table in begun:
        told.on_table(table)
    if len(begun) == 1:  # all of it
        told.rest()
    folder = args.out.with_name(f"{args.out.name}.unfinished")
    with telling_first_seal(args.model), Progress() as progress:
        progress.on_stage("predicting")
        from scalearn_core.devices import find
        from scalearn_core.jobs.classify import write_classified
        from scalearn_core.prediction import shards
        from scalearn_core.prediction.answerer import Answerer

        device = "cuda" if on_cluster and args.gpus else find(args.device).kind
        answerer = Answerer.load(args.model, "cpu" if on_cluster else device, args.speed)
        way, size = shards.way(args.model, device, args.speed), shards.shard_size(args.speed)
        with writing_to(folder):
            cut = shards.cut(chain(begun, told.further(pieces)), args.text, folder, way, size)
        if len(begun) > 1:
            told.rest()
        try:
            if on_cluster:
                from scalearn_core.prediction.on_ray import Cluster, answer_on_ray

                cluster = Cluster(args.workers, args.cluster, args.cpus, args.gpus)
                answer_on_ray(args.model, cut, cluster, device, args.speed, progress.on_share)
            else:
                with writing_to(folder):
                    shards.answer_all(answerer, cut, progress.on_share)
            with writing_to(args.out):
                written = write_classified(
                    cut, args.model, args.text, answerer.separator, args.out, called=args.model.resolve().name
                )
            same = shards.counts_of(cut).told() if answerer.is_bulk else None
            with suppress(OSError):
                shutil.rmtree(folder)
        finally:
            shards.discard(folder)
    if beyond := written.beyond_spreadsheet:
        print(
            f"A spreadsheet program cuts cells of more than {MOST_IN_CELL:,} characters when it opens the file, "
            f"which holds them whole: row {shorten(beyond)}.",
            file=sys.stderr,
        )
    if answerer.reason:
        print(f"Not at full speed: {answerer.reason}.", file=sys.stderr)
    documents = written.documents
    print(f"{documents} documents classified, {written.without_text} rows without text; written to {args.out}")
    if same:
        print(_same_answers(same))
    if answerer.separator is not None:
        print(f"{written.without_label} of them got no label.")
    for label, count in written.labels.most_common():
        print(f"{count:>8}  {label}")


class _Told:
    """What is wrong with a table or looks so, told once."""

    def __init__(self, text: Sequence[str], header: bool | int | None) -> None:
        self.text, self.header = text, header
        self.rejected: list[pd.DataFrame] = []
        self.last: Table | None = None

    def on_table(self, table: Table) -> None:
        """Of each piece. Raises DataError where a column is missing."""
        for column in self.text:
            check_column(list(table.frame.columns), column)
        if self.last is None:
            tell_header(table.header_row, given=self.header)
        if len(table.rejected):
            self.rejected.append(table.rejected)
        self.last = table

    def further(self, tables: Iterator[Table]) -> Iterator[Table]:
        for table in tables:
            self.on_table(table)
            yield table

    def rest(self) -> None:
        """What is known when all is read."""
        import pandas as pd

        assert self.last is not None
        tell_rejected(pd.concat(self.rejected) if self.rejected else self.last.rejected)
        tell_notes(self.last.notes)


def separator_of(model: Path) -> str | None:
    """The separator between the labels of a document, for a multi-label model."""
    try:
        separator = json.loads((model / "model.json").read_text("utf-8")).get("separator")
    except (OSError, ValueError, AttributeError):
        separator = None
    return separator if isinstance(separator, str) and separator else None  # loading tells what is wrong with it


def _same_answers(same: SameAnswers) -> str:
    """What speed "bulk" cost."""
    if not same.documents:
        return "All of them were computed by the whole model: there are too few to be worth less."
    return (
        f"Same answer as the whole model for {same.value:.1%} ({same.low:.1%} to {same.high:.1%}) of them, "
        f"measured on {same.documents:,} drawn at random. {same.early:.0%} needed only a part of its layers."
    )


@contextmanager
def telling_first_seal(folder: Path) -> Iterator[None]:
    """Says after the block, which opens the model, that it had no seal until now (`scaling/seal.py`)."""
    had_one = is_sealed(folder)
    yield
    if not had_one:
        since = "from now on" if is_sealed(folder) else "in no case, as its folder cannot be written"
        print(
            f"The model in {folder} had no seal, as it was made before models were sealed. "
            f"Changes to it are found {since}; earlier ones are not.",
            file=sys.stderr,
        )
