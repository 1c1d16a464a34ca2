"""Merged cells of a sheet: the value is repeated in every row or column that the cell covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from scalearn_core.tables.records import Record

LOOKED_AT = 50
"""Rows among which the header must begin."""
MOST_HEADER_ROWS = 4
BETWEEN = " / "
"""Stands between the names of a group of columns and of one of them."""


class Span(NamedTuple):
    """A merged cell, at its first row."""

    column: int
    rows: int
    columns: int


class SheetRow(NamedTuple):
    """A row as stored: of a merged cell the value stands in its first column and row alone."""

    row: int
    cells: list[str]
    spans: tuple[Span, ...] = ()


def unmerged(rows: Iterable[SheetRow]) -> Iterator[Record]:
    """Records in which a header of several rows is one, and a value merged over rows stands in each of them."""
    rows = iter(rows)
    start = list(islice(rows, LOOKED_AT))
    begin = next((i for i, row in enumerate(start) if sum(map(bool, row.cells)) > 1), 0)
    depth = _header_rows(start[begin:])
    for row in start[:begin]:
        yield Record(row.row, row.cells)
    if depth > 1:
        yield Record(start[begin + depth - 1].row, _combined(start[begin : begin + depth]))
        begin += depth
    open_spans: dict[int, tuple[int, str]] = {}  # by column: the last row, and the value
    for row in chain(start[begin:], rows):
        cells = row.cells
        if open_spans and any(cells):  # a row with nothing else in it is none
            for column, (last, value) in list(open_spans.items()):
                if row.row > last:
                    del open_spans[column]
                elif column >= len(cells):
                    cells = [*cells, *[""] * (column - len(cells)), value]
                elif not cells[column]:
                    cells = [*cells[:column], value, *cells[column + 1 :]]
        for span in row.spans:
            if span.rows > 1 and span.column < len(cells) and cells[span.column]:
                open_spans[span.column] = (row.row + span.rows - 1, cells[span.column])
        yield Record(row.row, cells)


def _header_rows(rows: list[SheetRow]) -> int:
    """How many rows the header has: as far as its merged cells reach, and one more below a merged group."""
    if not rows or not rows[0].spans:
        return 1
    first = rows[0]
    down = max(span.rows for span in first.spans)
    depth = max(down, 2 if any(span.columns > 1 for span in first.spans) else 1)
    consecutive = all(row.row == first.row + i for i, row in enumerate(rows[:depth]))
    return depth if depth <= MOST_HEADER_ROWS and depth < len(rows) and consecutive else 1


def _combined(rows: list[SheetRow]) -> list[str]:
    """One name per column, from the top down."""
    width = max(max((span.column + span.columns for span in row.spans), default=0) for row in rows)
    width = max(width, *(len(row.cells) for row in rows))
    names: list[list[str]] = [[] for _ in range(width)]
    for row in rows:
        across = {
            column: row.cells[span.column]
            for span in row.spans
            if span.column < len(row.cells)
            for column in range(span.column, span.column + span.columns)
        }
        for column, parts in enumerate(names):
            name = across.get(column, row.cells[column] if column < len(row.cells) else "").strip()
            if name and name not in parts:
                parts.append(name)
    return [BETWEEN.join(parts) for parts in names]
