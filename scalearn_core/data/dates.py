"""Dates of a column, read strictly: a cell that could mean two days is not guessed at."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from scalearn_core.data.column_checks import shorten
from scalearn_core.errors import DataError

_TIME = r"(?:[ T]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)?"
_YEAR, _MONTH, _DAY = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_FORMATS = (
    re.compile(rf"{_YEAR}(?P<mark>[/-]){_MONTH}(?P=mark){_DAY}{_TIME}"),
    re.compile(rf"{_YEAR}年 ?{_MONTH}月 ?{_DAY}日{_TIME}"),
    re.compile(rf"{_DAY}\. ?{_MONTH}\. ?{_YEAR}{_TIME}"),
)
_SLASHES = re.compile(rf"(?P<first>\d{{1,2}})/(?P<second_number>\d{{1,2}})/{_YEAR}{_TIME}")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}.*)?")


def read_dates(
    cells: Sequence[str], *, column: str, rows: Sequence[int], day_first: bool | None = None
) -> list[datetime]:
    """The date of each cell, with its time where it has one.

    Read are 2024-03-31 (also with a time and a time zone), 2024/3/31, 2024年3月31日, 31.3.2024 and 31/3/2024 or
    3/31/2024, which of the two as the whole column tells.

    Args:
        column: where they stand, and
        rows: their numbers in the file, for the sentence.
        day_first: whether 3/4/2024 is in April, where the column does not tell.

    Raises:
        DataError: `data.dates_unreadable`, where a cell is blank or no date; `data.date_order`, where day and
            month cannot be told apart; `data.date_zones`, where only some have a time zone.
    """
    plain = [unicodedata.normalize("NFKC", cell).strip() for cell in cells]
    slashes = [match for cell in plain if (match := _SLASHES.fullmatch(cell))]
    if slashes and (told := _day_first(slashes)) is not None:
        day_first = told
    if slashes and day_first is None:
        example = next(match for match in slashes if match["first"] != match["second_number"])
        raise DataError("data.date_order", column=column, example=example[0])
    dates = [_read(cell, bool(day_first)) for cell in plain]
    unread = [row for row, date in zip(rows, dates, strict=True) if date is None]
    if unread:
        raise DataError("data.dates_unreadable", column=column, count=len(unread), rows=shorten(unread))
    read = [date for date in dates if date is not None]
    if len({date.tzinfo is None for date in read}) > 1:
        raise DataError("data.date_zones", column=column)
    return read


def _day_first(slashes: Sequence[re.Match[str]]) -> bool | None:
    """Which number is the day: the one that is above 12 somewhere; either will do if both are always equal."""
    first = any(int(match["first"]) > 12 for match in slashes)
    second = any(int(match["second_number"]) > 12 for match in slashes)
    if first or second:
        return first  # if both, the column is mixed, and the cells that do not fit are told
    return True if all(int(match["first"]) == int(match["second_number"]) for match in slashes) else None


def _read(cell: str, day_first: bool) -> datetime | None:
    try:
        if _ISO.fullmatch(cell):
            return datetime.fromisoformat(cell)
        for pattern in _FORMATS:
            if match := pattern.fullmatch(cell):
                return _made(match, match["month"], match["day"])
        if match := _SLASHES.fullmatch(cell):
            day, month = (
                match.group("first", "second_number") if day_first else match.group("second_number", "first")
            )
            return _made(match, month, day)
    except ValueError:  # of the right form, but there is no 31st of June
        return None
    return None


def _made(match: re.Match[str], month: str, day: str) -> datetime:
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    return datetime(int(match["year"]), int(month), int(day), hour, minute, second)
