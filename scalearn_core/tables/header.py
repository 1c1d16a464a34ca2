"""Which row names the columns, told by what stands below it; and lines between the rows that are no rows.

A table may have a title, a date and pairs such as "Exported by | Kim" above its header, and between its rows lines
that say what the next ones have in common, with one cell filled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scalearn_core.tables.kinds_of_columns import LONGEST_NAME, MOST_AGREE, Cells, extent, shape
from scalearn_core.tables.names_row import LEAST_ROWS, is_header, lines_as_wide
from scalearn_core.tables.rules import RULES

ROWS_TOLD_BY = 6
"""Rows of three cells or more, the fewest that show what a line between them is unlike."""


def lines_above(sample: Sequence[Cells], *, ragged: bool = False, rules: int = RULES) -> int:
    """How many of the first rows are no part of the table: a title, a date, above the names of the columns.

    Such a row has one cell filled where those of the table have more, or two where they have four or more. The
    first other row must read as names (short, none twice), and nearly all rows below must fit it.

    Args:
        sample: the first rows, their cells trimmed.
        ragged: rows may be shorter than the header, as on a sheet; lines with one cell do not count there.
        rules: as `Reading.rules`.
    """
    above = _by_width(sample, ragged=ragged, rules=rules)
    return above if rules < 3 else above + lines_as_wide(sample[above:], ragged=ragged)


def _by_width(sample: Sequence[Cells], *, ragged: bool, rules: int) -> int:
    """Those told by having fewer cells, or another number of them, than the rows of the table."""
    filled = [sum(map(bool, cells)) for cells in sample]
    widths = Counter(extent(cells) for cells, count in zip(sample, filled, strict=True) if count > 1)
    if not widths:
        return 0
    least = 3 if widths.most_common(1)[0][0] >= 4 else 2
    above = next((number for number, count in enumerate(filled) if count >= least), 0)
    header, below = sample[above], sample[above + 1 :]
    if not above:
        return _narrower_above(sample, ragged=ragged, rules=rules)
    if len(below) < LEAST_ROWS or not _reads_as_names(header, ragged=ragged):
        return 0
    if ragged:
        counted = [cells for cells in below if sum(map(bool, cells)) > 1]
        fitting = sum(extent(cells) <= extent(header) for cells in counted)
    else:
        counted = list(below)
        may_be_short = rules > 2 and is_header(header, below, instead_of=sample[:above], ragged=False)
        least_cells = 2 if may_be_short else len(header)
        fitting = sum(least_cells <= len(cells) <= len(header) for cells in counted)
    return above if len(counted) >= LEAST_ROWS and fitting >= MOST_AGREE * len(counted) else 0


def _narrower_above(sample: Sequence[Cells], *, ragged: bool, rules: int) -> int:
    """How many of the first rows are narrower than nearly all others, above a row that reads as names; or wider,
    if that row is unlike those below it.

    Such are pairs ("Author | Bob") over a table of three columns, which as a header would reject every row. A row
    with a number where its column has numbers names no column.
    """
    width = extent if ragged else len
    widths = Counter(map(width, sample)).most_common(1)
    usual = widths[0][0] if widths else 0
    above = next((number for number, cells in enumerate(sample) if width(cells) == usual), 0)
    header, below = sample[above], [cells for cells in sample[above + 1 :] if any(cells)]
    if width(sample[0]) > usual and not ragged and rules > 2:
        return above if is_header(header, below, instead_of=sample[:above], ragged=False) else 0
    if width(sample[0]) >= usual or len(below) < LEAST_ROWS or not _reads_as_names(header, ragged=ragged):
        return 0
    fitting = [cells for cells in below if width(cells) == usual]
    if len(fitting) < MOST_AGREE * len(below):
        return 0
    columns = [{shape(cell) for cell in column if cell} for column in zip(*fitting, strict=False)]
    same = (len(shapes) == 1 and "9" in min(shapes) for shapes in columns)
    like_them = (
        numbers and shape(cell) in shapes for cell, shapes, numbers in zip(header, columns, same, strict=False)
    )
    return 0 if any(like_them) else above


def lacks_header(sample: Sequence[Cells]) -> bool:
    """Whether the first row is one of the table: in a column of few different values it has one of them."""
    first, rows = sample[0], [cells for cells in sample[1:] if cells != sample[0] and len(cells) == len(sample[0])]
    if len(rows) < 4:
        return False
    for column, cell in enumerate(first):
        values = Counter(row[column].strip() for row in rows)
        if cell.strip() and values[cell.strip()] > 1 and len(values) <= max(2, len(rows) // 2):
            return True
    return False


class Asides:
    """Tells lines between the rows: one cell is filled, where most rows have three or more, with a value unlike
    those of its column, and not in the column of the texts, where it may be a document without a label."""

    def __init__(self, sample: Sequence[Cells]) -> None:
        rows = [cells for cells in sample if sum(map(bool, cells)) > 2]
        self.any_possible = len(rows) >= ROWS_TOLD_BY and 2 * len(rows) > len(sample)
        columns = [list(column) for column in zip(*rows, strict=False)] if self.any_possible else []
        lengths = [sum(map(len, column)) for column in columns]
        self.texts = lengths.index(max(lengths)) if lengths else 0
        self.shapes = [set(map(shape, column)) for column in columns]

    def has(self, cells: Cells) -> bool:
        """Whether this is such a line."""
        if not self.any_possible:
            return False
        filled = [column for column, cell in enumerate(cells) if cell.strip()]
        if len(filled) != 1 or filled[0] == self.texts or filled[0] >= len(self.shapes):
            return False
        return shape(cells[filled[0]].strip()) not in self.shapes[filled[0]]


def _reads_as_names(cells: Cells, *, ragged: bool) -> bool:
    names = [cell for cell in cells if cell]
    complete = 2 * len(names) > extent(cells) if ragged else len(names) == len(cells)
    return complete and len(set(names)) == len(names) and max(map(len, names)) <= LONGEST_NAME
