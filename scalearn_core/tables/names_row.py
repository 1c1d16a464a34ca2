"""The row with the names of the columns, below lines as wide as the table: notes, units, who exported it.

Width does not tell such a line from the header. It is told by being none (with blanks, numbers, the same twice),
or by the usual names of columns in a row below it, and that row by being unlike the columns below.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from scalearn_core.tables.kinds_of_columns import LONGEST_NAME, Cells, columns_of, extent

MOST_LINES = 10
"""Lines above the names."""
LEAST_ROWS = 2
"""Rows below a header that is not the first row."""
_VALUE = re.compile(r"[\W\d_]*\d[\W\d_年月日時分秒]*|.*[:：]")
"""Numbers, dates and times, and what announces the next cell."""
_NAMES = """
id no nr number key index row date day time created updated name text texts document message body subject
title comment comments description content question answer request summary details note notes sentence
review split label labels category class topic team type tag tags status priority sentiment intent group
department source language user author product betreff nachricht kategorie datum nummer abteilung thema
beschreibung titel 番号 日付 日時 受付日 件名 本文 内容 問い合わせ内容 お問い合わせ内容 分類 カテゴリ
カテゴリー ラベル 種別 区分 部署 担当 氏名 備考 状態 タイトル 文書 質問 回答 コメント テキスト 受付番号
管理番号 通番 担当部署 担当者
"""
_USUAL = frozenset(_NAMES.split())
"""What columns are usually called."""


def lines_as_wide(rows: Sequence[Cells], *, ragged: bool) -> int:
    """How many of the first rows are such lines; 0 where the first row may well be the header.

    Args:
        rows: their cells trimmed.
        ragged: rows may be shorter than the header.
    """
    numbers = range(1, min(MOST_LINES + 1, len(rows) - LEAST_ROWS))
    headers = (
        number
        for number in numbers
        if is_header(rows[number], rows[number + 1 :], instead_of=rows[:number], ragged=ragged)
    )
    return next(headers, 0)


def names_as_wide(names: Sequence[str], below: Sequence[Cells]) -> list[str]:
    """The names of the columns, as many as the rows below have cells where these agree on it.

    Without blank names at their end, as a delimiter too many leaves them; with a blank one before where R has put
    the numbers of the rows there, for which it writes no name.
    """
    widths = {len(cells) for cells in below}
    if len(widths) != 1:
        return list(names)
    (width,) = widths
    if width < len(names) and not any(name.strip() for name in names[width:]):
        return list(names[:width])
    numbers = [cells[0] for cells in below]
    numbered = len(numbers) > 1 and numbers == [str(number) for number in range(1, len(numbers) + 1)]
    return ["", *names] if width == len(names) + 1 and numbered else list(names)


def is_header(row: Cells, below: Sequence[Cells], *, instead_of: Sequence[Cells], ragged: bool) -> bool:
    """Whether a row names the columns below it rather than one of the rows above it."""
    body = [cells for cells in below if sum(map(bool, cells)) > 1]
    if len(body) < LEAST_ROWS or not _may_be_names(row):
        return False
    width = extent if ragged else len
    usual = Counter(map(width, body)).most_common(1)[0][0]
    names = sum(map(bool, row))
    if width(row) < usual or names < usual:
        return False
    alike = [column.holds(cell) for cell, column in zip(row, columns_of(body), strict=False)]
    unlike = alike.count(False)
    if True in alike or not unlike:
        return False
    known = _usual(row)
    for line in instead_of:
        if any(cell and cell == other for cell, other in zip(row, line, strict=False)):
            return False  # both are rows of the table
        as_good = sum(map(bool, line)) >= names and _may_be_names(line)
        if _usual(line) >= max(1, known) or (as_good and known < 2):
            return False
    return known > 0 or unlike > 1


def _may_be_names(cells: Cells) -> bool:
    """Whether all cells are filled, short and different, and none is a value."""
    complete = extent(cells) == sum(map(bool, cells)) > 0
    names = [cell for cell in cells if cell]
    short = complete and len(set(names)) == len(names) and max(map(len, names)) <= LONGEST_NAME
    return short and not any(map(_VALUE.fullmatch, names))


def _usual(cells: Cells) -> int:
    """How many of the cells are what columns are usually called."""
    plain = (unicodedata.normalize("NFKC", cell).casefold().strip(" .*#") for cell in cells)
    return sum(cell in _USUAL or bool(_USUAL.intersection(re.split(r"[\s_./-]+", cell))) for cell in plain)
