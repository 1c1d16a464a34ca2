"""Labels of a cell, and the file of an update: for those who need no model."""

from __future__ import annotations

from scalearn_core.data.label_cells import NONE
from scalearn_core.data.labels import split_labels

FILE = "update.json"
"""Beside a model that an update made."""


def labels_in(cell: str, separator: str | None) -> tuple[str, ...]:
    """The labels of a cell; none for the cell that says so."""
    return () if cell == NONE else split_labels(cell.strip(), separator)
