"""`predict`: classify the documents of a table. Loads no torch unless the speed or the device asks for it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scalearn_core.cli.progress import Progress
from scalearn_core.cli.telling import tell_header, tell_notes, tell_rejected
from scalearn_core.cli.usage import UsageError, check_new_file, writing_to
from scalearn_core.config import BULK
from scalearn_core.data.column_checks import check_column, shorten
from scalearn_core.scaling.seal import is_sealed
from scalearn_core.tables.export import beyond_spreadsheet, write_csv
from scalearn_core.tables.notes import MOST_IN_CELL
from scalearn_core.tables.reader import read_table
from scalearn_core.tables.reading import Reading

if TYPE_CHECKING:
    import pandas as pd

    from scalearn_core.prediction.predictor import ClassifiedTable
    from scalearn_core.records.tables import SameAnswers


def predict(args: argparse.Namespace) -> None:
    """Classify a table into a CSV with its columns and four more: row in the file, label, confidence, to check?"""
    check_new_file(args.out, source=args.table)
    if args.model.resolve() in args.out.resolve().parents:
        raise UsageError(f"{args.out} lies in the model's folder, which must stay as it is. Choose another place.")
    table = read_table(args.table, reading=Reading.of(vars(args)))
    for column in args.text:
        check_column(list(table.frame.columns), column)
    tell_header(table.header_row, given=args.header)
    tell_rejected(table.rejected)
    tell_notes(table.notes)
    with telling_first_seal(args.model), Progress() as progress:
        progress.on_stage("predicting")
        from scalearn_core.evidence.places import check_below
        from scalearn_core.watch.tables import keep_table

        done = _classify(args, table.frame, progress)
    classified, separator = done.table, done.separator
    with writing_to(args.out):
        write_csv(classified.with_check(check_below(args.model)), args.out)
    keep_table(args.model, table.frame, args.text, classified, separator)
    if beyond := beyond_spreadsheet(classified.frame):
        print(
            f"A spreadsheet program cuts cells of more than {MOST_IN_CELL:,} characters when it opens the file, "
            f"which holds them whole: row {shorten(beyond)}.",
            file=sys.stderr,
        )
    if done.reason:
        print(f"Not at full speed: {done.reason}.", file=sys.stderr)
    labels, has_text = classified.labels, classified.confidences != ""
    documents = int(has_text.sum())
    print(f"{documents} documents classified, {len(labels) - documents} rows without text; written to {args.out}")
    if done.same:
        print(_same_answers(done.same))
    if separator is not None:
        print(f"{int(classified.got_none.sum())} of them got no label.")
    for label, count in classified.counts(separator).most_common():
        print(f"{count:>8}  {label}")


def separator_of(model: Path) -> str | None:
    """The separator between the labels of a document, for a multi-label model."""
    try:
        separator = json.loads((model / "model.json").read_text("utf-8")).get("separator")
    except (OSError, ValueError, AttributeError):
        separator = None
    return separator if isinstance(separator, str) and separator else None  # loading tells what is wrong with it


@dataclass(frozen=True, eq=False)
class _Done:
    table: ClassifiedTable
    separator: str | None
    reason: str | None = None
    """Why it was no faster."""
    same: SameAnswers | None = None
    """At speed "bulk"."""


def _classify(args: argparse.Namespace, frame: pd.DataFrame, progress: Progress) -> _Done:
    from scalearn_core.devices import find
    from scalearn_core.prediction.bulk_table import BulkPredictor
    from scalearn_core.prediction.predictor import Predictor

    device = find(args.device).kind
    if args.speed == BULK and device == "cpu" and (bulk := BulkPredictor.load(args.model)):
        unfinished = args.out.with_name(f"{args.out.name}.unfinished")
        classified, same = bulk.predict_table(frame, args.text, progress.on_share, unfinished)
        return _Done(classified, bulk.model.separator, same=same)
    predictor = Predictor.load(args.model, device, "auto" if args.speed == BULK else args.speed)
    classified = predictor.predict_table(frame, args.text, lambda done: progress.on_share(done / len(frame)))
    reason = predictor.engine.reason if args.speed != "exact" else None
    if args.speed == BULK:
        slower = f", and {reason}" if reason else ""
        reason = f"bulk needs the processor and a model that reads a document in one passage{slower}"
    return _Done(classified, predictor.model.separator, reason)


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
