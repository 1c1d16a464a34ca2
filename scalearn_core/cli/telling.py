"""What the shell says on stderr of a table it read: nothing is left out, changed or learned from in silence."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pandas as pd

from scalearn_core.checks.placeholders import ditto_among, placeholders_among
from scalearn_core.checks.sums import rows_of_sums
from scalearn_core.cli.options import NO_SEPARATOR
from scalearn_core.data.column_checks import shorten
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.labels import looks_multi_label
from scalearn_core.tables.columns import Header
from scalearn_core.tables.notes import MOST_IN_CELL, Notes


def tell_header(row: int | None, *, given: Header) -> None:
    """In which row the header was found, where it is not the first and nobody said so."""
    if row is not None and row > 1 and (given is None or isinstance(given, bool)):
        print(f"Header found in row {row} (--header-row takes another one).", file=sys.stderr)


def tell_separator(dataset: TextDataset, *, asked: bool) -> None:
    """How the cells of the labels were read, where there is a doubt.

    Args:
        asked: whether it was left to the cells.
    """
    cells, mark = dataset.frame["label"].tolist(), dataset.separator
    if mark is None:
        if asked and (seen := looks_multi_label(cells)):
            print(
                f'Each cell is one label, though "{seen}" stands in some '
                f"(--label-separator '{seen}': several labels per document).",
                file=sys.stderr,
            )
    elif asked:
        print(
            f"Several labels per document, as {mark} stands between them "
            f"(--label-separator {NO_SEPARATOR}: each cell is one label).",
            file=sys.stderr,
        )
    elif not any(mark in cell for cell in cells):
        print(f'No cell holds several labels: there is no "{mark}" in any.', file=sys.stderr)


def tell_placeholders(labels: Sequence[str]) -> None:
    """Labels that probably are none; the shell changes no table, so they are learned all the same."""
    sure, maybe = placeholders_among(labels)
    if sure or maybe:
        print(
            f"These stand for no label, it seems, but are learned as labels: {shorten([*sure, *maybe])}. "
            "Blank such cells if they are no answers.",
            file=sys.stderr,
        )
    if ditto := ditto_among(labels):
        print(
            f"These mean the same as in the row above, it seems, but are learned as labels: {shorten(ditto)}. "
            "Write the labels out, or blank such cells.",
            file=sys.stderr,
        )


def tell_sums(dataset: TextDataset) -> None:
    """Documents that probably are sums of other rows; they are learned from all the same."""
    if rows := rows_of_sums(dataset.frame["text"], dataset.frame["label"].tolist()):
        print(
            f"Probably sums of other rows rather than documents, but learned from: row {shorten(rows)}. "
            "Remove them from the table if they are.",
            file=sys.stderr,
        )


def tell_notes(notes: Notes) -> None:
    """What a workbook does not show must not be learned in silence, nor what it lacks be missed."""
    if notes.hidden:
        print(f"Hidden in the workbook, but read like the others: row {shorten(notes.hidden)}.", file=sys.stderr)
    for column, rows in notes.without_value.items():
        print(
            f'Formulas whose value is not stored are read as blank in "{column}": row {shorten(rows)}. '
            "Save the workbook from a spreadsheet program to store them.",
            file=sys.stderr,
        )
    if notes.full:
        print(
            f"Probably cut off, as a cell has the {MOST_IN_CELL:,} characters a spreadsheet keeps: "
            f"row {shorten(notes.full)}.",
            file=sys.stderr,
        )


def tell_rejected(rejected: pd.DataFrame) -> None:
    """Rows that were left out must not vanish in silence."""
    are_sums = rejected["reason"] == "sum_rows"
    if rows := rejected["row"][~are_sums].tolist():
        print(f"Left out, because blank or not of the header's width: row {shorten(rows)}.", file=sys.stderr)
    if rows := rejected["row"][are_sums].tolist():
        print(f"Left out, because they are sums of other rows: row {shorten(rows)}.", file=sys.stderr)
