"""What the shell asks and tells of documents without label."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scalearn_core.checks.unlabelled import unlabelled_language
from scalearn_core.data.column_checks import shorten
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.further import Further, read_further
from scalearn_core.data.language_names import names_of
from scalearn_core.data.mapping import columns_of
from scalearn_core.data.unlabelled import MOST_UNLABELLED
from scalearn_core.tables.reading import Reading


def further_of(args: argparse.Namespace) -> Further | None:
    """The file of `--unlabelled`, read as the table is. Raises DataError as `read_further`."""
    file: Path | None = getattr(args, "unlabelled", None)
    return None if file is None else read_further(file, columns_of(args.text), Reading.of(vars(args)))


def tell_unlabelled(dataset: TextDataset) -> None:
    """How many there are, and how many of them may be learned from."""
    number, pile = len(dataset.unlabelled), len(dataset.pile)
    if not number:
        return
    message = f"Documents without label: {number:,}"
    if pile == MOST_UNLABELLED < number:
        message += f"; {pile:,} of them, drawn by the seed of the split, are learned from"
    elif pile < number:
        message += (
            f"; {pile:,} can be learned from, as the others repeat a document or are like one that is tested on"
        )
    print(f"{message}.", file=sys.stderr)


def tell_unread(dataset: TextDataset, encoder: str) -> None:
    """That documents without label are in a language the encoder does not read."""
    for finding in unlabelled_language(dataset, encoder):
        share, languages = finding.values["share"], finding.values["languages"]
        assert isinstance(share, float) and isinstance(languages, tuple)
        print(
            f"{share:.0%} of the documents without label are in a language that the encoder {encoder} does not"
            f" read ({names_of(languages)}), so they can hardly help. Leave them out, or choose another"
            " --encoder.",
            file=sys.stderr,
        )


def tell_unused(dataset: TextDataset, what: str) -> None:
    """Rows without label where nothing is done with them: they are not `what`."""
    if len(dataset.unlabelled):
        rows = shorten(dataset.unlabelled.index.tolist())
        print(f"Not {what}, as they have no label: row {rows}.", file=sys.stderr)


def tell_rejected_of(dataset: TextDataset) -> list[int]:
    """The rows of the table that were left out, after those of the further file are told by their own numbers."""
    rows, end = dataset.rejected["row"].tolist(), dataset.table_end
    if end is not None and (beyond := [row - end for row in rows if row > end]):
        print(
            f"Left out of the file of --unlabelled, because blank or broken: row {shorten(beyond)}.",
            file=sys.stderr,
        )
    return [row for row in rows if end is None or row <= end]
