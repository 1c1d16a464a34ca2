"""The form that every kind of table is read into first: one record per row of the file."""

from __future__ import annotations

from typing import NamedTuple


class Record(NamedTuple):
    """One row, numbered as in a spreadsheet: the first is 1, blank rows count, a cell may span lines."""

    row: int
    cells: list[str]
    fault: str | None = None
    """Why the row cannot be read, a code; its cells are then what stands there, as typed."""
