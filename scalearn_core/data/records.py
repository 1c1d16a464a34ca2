"""What every kind of table is read into first: one record per row of the file."""

from __future__ import annotations

from typing import NamedTuple


class Record(NamedTuple):
    """One row, numbered as in a spreadsheet: the header is 1, blank rows count, a cell may span lines."""

    row: int
    cells: list[str]
    broken_quotes: bool = False
    """The quotation marks did not close as they should, so the cells are the first line as typed."""
    oversized: bool = False
    """A cell grew past `MAX_CELL_CHARACTERS` and was not read to its end."""
