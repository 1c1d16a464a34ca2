"""What a workbook does not show, or no longer holds, of the rows that were read from it."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

MOST_IN_CELL = 32_767
"""Characters that a spreadsheet program keeps in a cell."""


@dataclass(frozen=True)
class Notes:
    """Numbers of the rows concerned, as in the file."""

    hidden: tuple[int, ...] = ()
    """Rows that the workbook hides, perhaps by a filter; they are read like the others."""
    without_value: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By column, rows whose cell is a formula of which no value is stored; it is read as blank."""
    full: tuple[int, ...] = ()
    """Rows with a cell of as many characters as a spreadsheet keeps: the rest was probably cut off."""


NOTHING = Notes()


class NoteTaker:
    """Collects notes while a sheet is read, before its header is known."""

    def __init__(self) -> None:
        self.hidden, self.full = array("q"), array("q")
        self.without_value: dict[int, array[int]] = defaultdict(lambda: array("q"))

    def of(self, frame: pd.DataFrame) -> Notes:
        """The notes that concern the rows and columns that became a table."""
        named = {
            str(frame.columns[column]): _among(rows, frame.index)
            for column, rows in sorted(self.without_value.items())
            if column < len(frame.columns)
        }
        return Notes(
            _among(self.hidden, frame.index),
            {column: rows for column, rows in named.items() if rows},
            _among(self.full, frame.index),
        )


def _among(rows: array[int], index: pd.Index) -> tuple[int, ...]:
    return tuple(index.intersection(pd.Index(rows, dtype="int64")).tolist())
