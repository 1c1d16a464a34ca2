"""Label cells: one label each, or more than one with a separator between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

SEPARATORS = ("|", ";", "｜", "；", ",", "、", "/")
"""What may stand between the labels of a cell."""
KNOWN_BY_THEMSELVES = ("|", ";", "｜", "；")
"""Of them those that are recognised unasked; the others stand in the names of many labels."""
AUTO = "auto"
FEWEST_CELLS = 2
"""Cells that must hold several labels."""


def find_separator(
    cells: Iterable[str] | Mapping[str, int], among: Sequence[str] = KNOWN_BY_THEMSELVES
) -> str | None:
    """The separator of a multi-label column; None where each cell is one label.

    Cells hold several labels if their parts are put together anew again and again: there are fewer different parts
    than different cells, or each part stands in two of them. Of names such as "Hardware | Printer" there are more
    parts than cells, and most stand in one.

    Args:
        cells: without outer whitespace, none of them blank; or how often each stands in the column.
        among: the marks looked for, the likeliest first.
    """
    different = Counter(cells)
    for separator in among:
        sets = {cell: split_labels(cell, separator) for cell in different}
        multi_label = sum(number for cell, number in different.items() if len(sets[cell]) > 1)
        parts = Counter(chain.from_iterable(sets.values()))
        combined = len(parts) < len(different) or min(parts.values(), default=0) > 1
        if multi_label >= FEWEST_CELLS and combined:
            return separator
    return None


def looks_multi_label(cells: Sequence[str]) -> str | None:
    """A mark that seems to separate labels in some cells, though `find_separator` did not accept it."""
    marks = (mark for mark in KNOWN_BY_THEMSELVES if sum(mark in cell for cell in cells) >= FEWEST_CELLS)
    return next(marks, None)


def split_labels(cell: str, separator: str | None) -> tuple[str, ...]:
    """The labels of a cell, sorted, each once, without outer whitespace."""
    if separator is None:
        return (cell,) if cell else ()
    return tuple(sorted({part.strip() for part in cell.split(separator)} - {""}))
