"""What the columns of a table hold, by its first rows: a row that is none of them is told by what it is unlike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

MOST_AGREE = 0.9
"""Share of rows that must agree on something."""
LONGEST_NAME = 60
"""Characters of a column's name."""
LEAST_ROWS_OF_FEW = 4
"""Rows by which one can tell that a column has few different values."""
MOST_BLANKS = 2
"""Between the parts of a date; more stand in a text."""
_SHAPES = ((re.compile(r"\d+"), "9"), (re.compile(r"[^\W\d_]+"), "a"), (re.compile(r"\s+"), " "))

Cells = Sequence[str]


@dataclass(frozen=True)
class Column:
    """The cells of a column, without the blank ones."""

    cells: Cells

    @cached_property
    def values(self) -> Counter[str]:
        return Counter(self.cells)

    @cached_property
    def shapes(self) -> Counter[str]:
        return Counter(map(shape, self.cells))

    @cached_property
    def has_numbers(self) -> bool:
        """Numbers, dates or ids: nearly all cells have a digit, and they are short and of few shapes."""
        numeric = sum(
            count for form, count in self.shapes.items() if "9" in form and form.count(" ") <= MOST_BLANKS
        )
        short = len(self.cells) > 0 and max(map(len, self.cells)) <= LONGEST_NAME
        return (
            short and numeric >= MOST_AGREE * len(self.cells) and len(self.shapes) <= max(2, len(self.cells) // 3)
        )

    @cached_property
    def has_few_values(self) -> bool:
        """The same values again and again, as labels."""
        several = len(self.cells) >= LEAST_ROWS_OF_FEW
        return several and len(self.values) <= max(2, len(self.cells) // 3)

    def holds(self, cell: str) -> bool | None:
        """Whether a cell is like those of this column; None where the column does not tell."""
        if self.has_numbers:
            form = shape(cell)
            return "9" in form and form in self.shapes
        return cell in self.values if self.has_few_values else None


def columns_of(rows: Sequence[Cells]) -> list[Column]:
    """The columns of rows of any width."""
    width = max(map(len, rows), default=0)
    return [Column([row[i] for row in rows if i < len(row) and row[i]]) for i in range(width)]


def extent(cells: Cells) -> int:
    """Cells up to the last that is filled."""
    return max((number for number, cell in enumerate(cells, 1) if cell), default=0)


def shape(cell: str) -> str:
    """What kind of value it is: `2026-04-01` is `9-9-9`, `T-17` is `a-9`."""
    for run, stands_for in _SHAPES:
        cell = run.sub(stands_for, cell)
    return cell
