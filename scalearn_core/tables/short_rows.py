"""Rows without the blank cells at their end, as some programs write them, filled up where that is certain.

A row may also be short because a line break split it. So none is filled up where other rows show that the table
was written otherwise or is damaged, or where short rows one below another might be one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scalearn_core.tables.kinds_of_columns import columns_of
from scalearn_core.tables.records import Record

MOST_TOGETHER = 1_000
"""Short rows one below another that are looked at together."""


class ShortRows:
    """Fills up the rows of a table, as its first rows tell."""

    def __init__(self, sample: Sequence[Record], width: int) -> None:
        self.width = width
        whole = [record.cells for record in sample if len(record.cells) == width]
        self.columns = columns_of([[cell.strip() for cell in cells] for cells in whole])
        short = [record for record in sample if self._is_short(record)]
        others = len(sample) - len(whole) - len(short)
        as_written = bool(whole) and not others and all(cells[-1].strip() for cells in whole)
        runs = list(_runs(short))
        self.any_possible = bool(short) and as_written and all(map(self._are_rows, runs))

    def filled_up(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records, short ones with blank cells at their end where that is certain."""
        if not self.any_possible:
            yield from records
            return
        run: list[Record] = []
        for record in records:
            if not self._is_short(record) or len(run) == MOST_TOGETHER:
                yield from self._filled(run)
                run = []
            if self._is_short(record):
                run.append(record)
            else:
                yield record
        yield from self._filled(run)

    def _filled(self, run: Sequence[Record]) -> Iterator[Record]:
        certain = all(map(self._are_rows, _runs(run)))
        for record in run:
            blank = [""] * (self.width - len(record.cells))
            yield record._replace(cells=record.cells + blank) if certain else record

    def _is_short(self, record: Record) -> bool:
        return record.fault is None and 0 < len(record.cells) < self.width

    def _are_rows(self, run: Sequence[Record]) -> bool:
        """Whether each of these rows is one, and not a part of one that was split by a line break."""
        alike = [self._is_alike(record.cells) for record in run]
        if False in alike:
            return False
        cells = [len(record.cells) for record in run]
        may_be_parts = 1 in cells or any(
            sum(cells[start:end]) - (end - start - 1) == self.width
            for start in range(len(cells))
            for end in range(start + 2, min(len(cells), start + self.width) + 1)
        )
        return not may_be_parts or all(alike)

    def _is_alike(self, cells: Sequence[str]) -> bool | None:
        """Whether the first cell shows that a row begins here, as ids and dates do; None where it cannot tell."""
        verdicts = [
            column.holds(cell.strip())
            for cell, column in zip(cells, self.columns, strict=False)
            if cell.strip() and column.has_numbers
        ]
        if False in verdicts:
            return False
        first = bool(self.columns) and self.columns[0].has_numbers and bool(cells[0].strip())
        return True if first else None


def _runs(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Rows one directly below another, together."""
    run: list[Record] = []
    for record in records:
        if run and record.row != run[-1].row + 1:
            yield run
            run = []
        run.append(record)
    if run:
        yield run
