"""Lines directly below the header that say something of the columns: units, possible values, ids of a survey."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scalearn_core.tables.kinds_of_columns import Cells, columns_of

MOST_LINES = 3
LEAST_ROWS = 10
"""Rows by which a line of units is told."""
_SURVEY_ID = re.compile(r'\{"ImportId":.*\}')
"""How Qualtrics marks the last of the lines below its header."""
_RULE = re.compile(r"[-=_+*:~]{2,}")


def lines_below(rows: Sequence[Cells]) -> int:
    """How many of the first rows below the header are such lines. Their cells are trimmed."""
    for number, cells in enumerate(rows[:MOST_LINES], 1):
        if any(cells) and all(_SURVEY_ID.fullmatch(cell) for cell in cells if cell):
            return number
    return int(bool(rows) and _are_units(rows[0], rows[1:]))


def is_rule(cells: Cells) -> bool:
    """Whether a row is a line drawn with characters, such as `---`."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return len(filled) > 1 and all(map(_RULE.fullmatch, filled))


def _are_units(cells: Cells, rows: Sequence[Cells]) -> bool:
    """No number where all others have one, no label of theirs, and a text shorter than all others: what is unlike
    them in all of this is no document."""
    columns = columns_of(rows)
    if len(rows) < LEAST_ROWS or len(cells) != len(columns) or not all(cells):
        return False
    lengths = [sum(map(len, column.cells)) for column in columns]
    texts = lengths.index(max(lengths))
    numeric = {column.has_numbers for place, column in enumerate(columns) if column.holds(cells[place]) is False}
    like = any(column.holds(cells[place]) for place, column in enumerate(columns))
    return numeric == {True, False} and not like and len(cells[texts]) < min(map(len, columns[texts].cells))
