"""Label cells: one label each, or several with a separator between them."""

from __future__ import annotations

from collections.abc import Sequence

SEPARATORS = ("|", ";", ",", "、", "/")
"""What may stand between the labels of a cell."""
KNOWN_BY_THEMSELVES = ("|", ";")
"""Of them those that are recognised unasked; the others stand in the names of many labels."""
AUTO = "auto"
FEWEST_CELLS = 2
"""Cells that must hold several labels."""


def find_separator(cells: Sequence[str]) -> str | None:
    """What stands between the labels of a column whose cells hold several; None where each is one label.

    Cells hold several labels if their parts are put together anew again and again: there are fewer different parts
    than different cells. Of names such as "Hardware | Printer" there are more.

    Args:
        cells: without outer whitespace, none of them blank.
    """
    different = set(cells)
    for separator in KNOWN_BY_THEMSELVES:
        several = sum(len(split_labels(cell, separator)) > 1 for cell in cells)
        parts = {part for cell in different for part in split_labels(cell, separator)}
        if several >= FEWEST_CELLS and len(parts) < len(different):
            return separator
    return None


def split_labels(cell: str, separator: str | None) -> tuple[str, ...]:
    """The labels of a cell, sorted, each once, without outer whitespace."""
    if separator is None:
        return (cell,) if cell else ()
    return tuple(sorted({part.strip() for part in cell.split(separator)} - {""}))
