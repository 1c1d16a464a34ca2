"""What app and shell do alike with a table that was cut and answered: write it, count, keep the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scalearn_core.evidence.places import check_below
from scalearn_core.governance.resolve import name_and_version
from scalearn_core.prediction.in_place import in_place
from scalearn_core.prediction.predictor import ClassifiedTable
from scalearn_core.prediction.shards import Cut, classified
from scalearn_core.tables.export import beyond_spreadsheet, write_csv_pieces, write_parquet_pieces
from scalearn_core.watch.tables import keep_table, keeps_answers


@dataclass
class Written:
    """Counts of the rows that were written."""

    below: float
    """Confidence below which a person should check."""
    documents: int = 0
    without_text: int = 0
    without_label: int = 0
    low_confidence: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    beyond_spreadsheet: list[int] = field(default_factory=list)
    """Rows with more characters than a spreadsheet keeps in a cell."""


def write_classified(
    cut: Cut, model: Path, text: str | Sequence[str], separator: str | None, out: Path, *, called: str
) -> Written:
    """Write the table with its answers as CSV, or as Parquet if the file is called so, and add them to the model's
    log where one is kept. Raises OSError; `out` is then as it was.

    Args:
        called: what a model that is in no registry is called.
    """
    written = Written(check_below(model))
    write = write_parquet_pieces if out.suffix.lower() == ".parquet" else write_csv_pieces
    named, version = name_and_version(model, called)
    whole = in_place(
        _counted(cut, separator, written), cut.rejected, cut.first,
        below=written.below, model=named, version=version,
    )  # fmt: skip
    write(whole, out)
    if keeps_answers(model):
        for table in classified(cut):
            keep_table(model, table.frame, text, table, separator)
    return written


def _counted(cut: Cut, separator: str | None, written: Written) -> Iterator[ClassifiedTable]:
    for table in classified(cut):
        sure = table.confidences
        written.documents += int((sure != "").sum())
        written.without_text += int((sure == "").sum())
        written.without_label += int(table.got_none.sum())
        written.low_confidence += sum(float(value) < written.below for value in sure if value)
        written.labels.update(table.counts(separator))
        written.beyond_spreadsheet += beyond_spreadsheet(table.frame)
        yield table
