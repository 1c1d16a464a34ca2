"""Rows that add up others ("Total, 41", 合計, Summe), set apart where nothing in them can be a document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from scalearn_core.tables.kinds_of_columns import MOST_AGREE, Cells, columns_of

ROWS_TOLD_BY = 6
"""The fewest rows that show what a sum is unlike."""
MOST_SUMS = 0.2
"""Share of the rows; where more read like sums, that is what the table holds."""
_WORDS = (
    r"(?:grand |overall |running |sub[- ]?)?totals?|sums?|averages?|avg\.?|mean|median|"
    r"(?:zwischen|gesamt|end)?summen?|gesamt|insgesamt|mittelwert|durchschnitt|"
    r"(?:sous-)?total (?:général|generale)|somme|moyenne|totale?s?|totaal|suma|promedio|"
    r"総?合計|小計|総計|累計|計|平均|중간합계|합계|총계|소계|合计|总计|小计"
)
_NUMBER = r"[-+(]?[¥$€£]?\s*\d[\d.,\s]*\)?\s*(?:%|¥|€|\$|£|件|円|名|人|行|rows?|items?|tickets?|cases?)?"
LONGEST = 60
"""Characters of a cell that is looked at."""
_SUM = re.compile(
    rf"[\s*=_-]*(?:{_WORDS})\s*(?:[:=]|\(n\))?\s*(?:\(?\s*{_NUMBER}\s*\)?)?[\s:*=_-]*", re.IGNORECASE
)
_AMOUNT = re.compile(rf"{_NUMBER}|[-/]+|=(?:sum|count|subtotal|average)\w*\(.*\)", re.IGNORECASE)


def names_a_sum(cell: str) -> bool:
    """Whether a cell says that its row is a sum or an average, perhaps with the number."""
    return len(cell) <= LONGEST and _SUM.fullmatch(unicodedata.normalize("NFKC", cell)) is not None


def is_amount(cell: str) -> bool:
    """Whether a cell is a number as sums are, or blank."""
    return not cell or (
        len(cell) <= LONGEST and _AMOUNT.fullmatch(unicodedata.normalize("NFKC", cell)) is not None
    )


class Sums:
    """Tells such rows.

    One cell names a sum, all others are numbers or blank, and the row is unlike the others: the name stands where
    they have numbers or values that come again and again, or something that each of them has is missing. A short
    text "Total" with a label stays, and is asked about (`checks/sums.py`).
    """

    def __init__(self, sample: Sequence[Cells]) -> None:
        rows = [[cell.strip() for cell in cells] for cells in sample]
        self.documents = [row for row in rows if sum(map(bool, row)) > 1 and not _reads_like_one(row)]
        self.columns = columns_of(self.documents)
        few = len(rows) - len(self.documents) <= max(1, MOST_SUMS * len(rows))
        self.any_possible = len(self.documents) >= ROWS_TOLD_BY and few
        lengths = [sum(map(len, column.cells)) for column in self.columns]
        self.texts = lengths.index(max(lengths)) if lengths else 0

    def has(self, cells: Cells) -> bool:
        """Whether this is such a row."""
        row = [cell.strip() for cell in cells]
        if not self.any_possible or not _reads_like_one(row):
            return False
        place = next(number for number, cell in enumerate(row) if names_a_sum(cell))
        if place >= len(self.columns):
            return False
        if place != self.texts:
            return self.columns[place].holds(row[place]) is False or not row[self.texts]
        filled = MOST_AGREE * len(self.documents)
        return any(
            column.has_numbers and len(column.cells) >= filled and not cell
            for cell, column in zip(row, self.columns, strict=False)
        )


def _reads_like_one(row: Sequence[str]) -> bool:
    named = [names_a_sum(cell) for cell in row]
    return any(named) and all(is_sum or is_amount(cell) for cell, is_sum in zip(row, named, strict=True))
