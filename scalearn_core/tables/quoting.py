"""How a text table puts cells in quotation marks: which ones, what one inside a cell looks like, blanks before."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

MARKS = ('"', "'")
QUOTES = ("double", "backslash", "apostrophe", "none")
"""Ways of quoting to choose from: marks inside a cell written twice, or behind a backslash; apostrophes; none."""
_STANDS_FOR = {
    "\\": "\ufdd0", '"': "\ufdd1", "'": "\ufdd2", ",": "\ufdd4", ";": "\ufdd5", "|": "\ufdd6", "\t": "\ufdd7",
}  # fmt: skip
"""Noncharacters, which no text holds, stand for what is written behind a backslash while a row is taken apart."""
_BACK = str.maketrans({stands_for: mark for mark, stands_for in _STANDS_FOR.items()})
_ESCAPED = re.compile(r"\\([\\\"',;|\t])")
_ESCAPED_MARK = re.compile(r"\\[\"',;|\t]")
_AFTER_BLANK = re.compile(r"[,;|\t] +[\"']")
_APOSTROPHE = re.compile(r"(?:^|[,;|\t]) *'", re.MULTILINE)


@dataclass(frozen=True)
class Quoting:
    """As in RFC 4180 by default: quotation marks, one inside a cell written twice."""

    mark: str = '"'
    """Empty where quotation marks are characters like others."""
    backslash: bool = False
    """Whether one inside a cell, or a delimiter, stands behind a backslash, as Spark, MySQL and `csv.writer` may
    write it."""
    blank: bool = False
    """Whether blanks stand between the delimiter and the cell."""

    def options(self) -> dict[str, str | bool | int]:
        """Those of `csv.reader`."""
        if not self.mark:
            return {"quoting": csv.QUOTE_NONE, "skipinitialspace": self.blank}
        return {"quotechar": self.mark, "skipinitialspace": self.blank}

    def hidden(self, line: str) -> str:
        """The line with what stands behind a backslash hidden from the parser."""
        return _ESCAPED.sub(lambda found: _STANDS_FOR[found[1]], line) if self.backslash else line

    def shown(self, cells: list[str]) -> list[str]:
        """The cells of a line that was `hidden`, with the marks themselves."""
        return [cell.translate(_BACK) for cell in cells] if self.backslash else cells


STANDARD = Quoting()


def candidates(sample: str, chosen: str | None = None) -> list[Quoting]:
    """The ways of quoting that a text shows signs of, the usual one first; of one that was `chosen` those alone
    that differ in what was not."""
    marks: Sequence[str] = MARKS if _APOSTROPHE.search(sample) else MARKS[:1]
    backslashes: Sequence[bool] = (False, True) if _ESCAPED_MARK.search(sample) else (False,)
    match chosen:
        case "double" | "backslash":
            marks, backslashes = MARKS[:1], (chosen == "backslash",)
        case "apostrophe":
            marks = MARKS[1:]
        case "none":
            return [Quoting("")]
    ways = product(marks, backslashes, (False, True) if _AFTER_BLANK.search(sample) else (False,))
    return [Quoting(*way) for way in ways]


def marks_left(rows: Sequence[Sequence[str]], quoting: Quoting) -> bool:
    """Whether half of the rows or more hold a cell that still stands in quotation marks.

    Where these are apostrophes, which a single cell may well have, two rows or more must. Of cells that stood in
    apostrophes also whether a backslash still stands before one.
    """
    if quoting.mark == "'" and any("\\'" in cell for cells in rows for cell in cells):
        return True
    quoted = [{cell.strip()[0] for cell in cells if _is_quoted(cell)} for cells in rows]
    marked = list(filter(None, quoted))
    return 2 * len(marked) >= len(rows) > 0 and (len(marked) > 1 or '"' in marked[0])


def ends_a_row(cells: Iterable[str]) -> bool:
    """Whether a line closes a quotation that it does not open: it is the end of a row that began above it."""
    return any(cell.rstrip().endswith('"') and cell.count('"') % 2 for cell in cells if not cell.startswith('"'))


def _is_quoted(cell: str) -> bool:
    bare = cell.strip()
    return len(bare) > 1 and bare[0] in MARKS and bare[-1] == bare[0]
