"""Dates of a column, read strictly: no guess is made about a cell that could mean two days."""

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
    re.compile(rf"{_YEAR}(?P<mark>[/-]) ?{_MONTH}(?P=mark) ?{_DAY}{_TIME}"),
    re.compile(rf"{_YEAR}\. ?{_MONTH}\. ?{_DAY}\.?{_TIME}"),
    re.compile(rf"{_YEAR} ?年 ?{_MONTH} ?月 ?{_DAY} ?日{_TIME}"),
    re.compile(rf"{_YEAR}(?P<month>\d{{2}})(?P<day>\d{{2}}){_TIME}"),
    re.compile(rf"{_DAY}\. ?{_MONTH}\. ?{_YEAR}{_TIME}"),
)
_SLASHES = re.compile(rf"(?P<first>\d{{1,2}})/(?P<second_number>\d{{1,2}})/{_YEAR}{_TIME}")
_ERA = re.compile(r"(明治|大正|昭和|平成|令和|[MTSHR明大昭平令]) ?(元|\d{1,2})(?= ?[年./-])", re.IGNORECASE)
"""Japanese eras as official tables write them, in full or by one letter; year 1 is called 元."""
_BEFORE_ERA = dict(zip("明大昭平令MTSHR", 2 * (1867, 1911, 1925, 1988, 2018), strict=True))
"""The year before an era's first."""
_WEEKDAY = re.compile(
    r" ?(?:\((?:[月火水木金土日](?:曜日?)?|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?)(?:[ ・,/]*祝日?)?\)"
    r"|[月火水木金土日]曜日?)",
    re.IGNORECASE,
)
_MONTHS = {
    name[:length]: number
    for names in (
        "january february march april may june july august september october november december",
        "januar februar märz april mai juni juli august september oktober november dezember",
    )
    for number, name in enumerate(names.split(), 1)
    for length in (3, len(name))
} | {"sept": 9, "mrz": 3}
_NAMED = re.compile(
    r"(?:[a-z]{2,9}\.?,? )??"
    r"(?:(?P<month>[a-zä]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,?"
    r"|(?P<day_first>\d{1,2})(?:st|nd|rd|th|\.)?[ -]?(?P<month_second>[a-zä]{3,9})\.?,?)"
    r"[ -](?P<year>\d{4})(?!\d)",
    re.IGNORECASE,
)
"""A day whose month has its name, as 1 Apr 2026 or April 1, 2026."""
_CLOCK = re.compile(r" ?(午前|午後)? ?(\d{1,2})時(?: ?(\d{1,2})分(?: ?(\d{1,2})秒)?)?$")
"""A time at the end, as 午後3時5分."""
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}.*)?")


def read_dates(
    cells: Sequence[str], *, column: str, rows: Sequence[int], day_first: bool | None = None
) -> list[datetime]:
    """The date of each cell, with its time where it has one.

    Read are 2024-03-31 (also with a time and a time zone), 2024/3/31, 2024.3.31, 20240331, 2024年3月31日,
    令和6年3月31日, R6.3.31, 31 March 2024, March 31, 2024, 31.3.2024 and
    31/3/2024 or 3/31/2024, which of the two as the whole column tells;
    behind the day a weekday, as 2024/3/31(日). A year of two digits could be a day, and is not read.

    Args:
        column: where they stand, and
        rows: their numbers in the file, for the sentence.
        day_first: whether 3/4/2024 is in April, where the column does not tell.

    Raises:
        DataError: `data.dates_unreadable`, where a cell is blank or no date; `data.date_order`, where day and
            month cannot be told apart; `data.date_zones`, where only some have a time zone.
    """
    plain = [_plain(cell) for cell in cells]
    slashes = [match for cell in plain if (match := _SLASHES.fullmatch(cell))]
    if slashes and (shown_order := _day_first(slashes)) is not None:
        day_first = shown_order
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


def dates_like(
    cells: Sequence[str], others: Sequence[str], *, day_first: bool | None = None
) -> list[datetime | None]:
    """The date of each cell of a column whose `others` are all dates (`read_dates`); None where a cell is none."""
    plain, known = ([_plain(cell) for cell in some] for some in (cells, others))
    slashes = [match for cell in known if (match := _SLASHES.fullmatch(cell))]
    is_day_first = bool(_day_first(slashes) if slashes and _day_first(slashes) is not None else day_first)
    zone = next((date.tzinfo is None for cell in known if (date := _read(cell, is_day_first))), True)
    dates = (_read(cell, is_day_first) for cell in plain)
    return [date if date is not None and (date.tzinfo is None) == zone else None for date in dates]


def _day_first(slashes: Sequence[re.Match[str]]) -> bool | None:
    """Which number is the day: the one that is above 12 somewhere; either will do if both are always equal."""
    first = any(int(match["first"]) > 12 for match in slashes)
    second = any(int(match["second_number"]) > 12 for match in slashes)
    if first or second:
        return first  # if both, the column is mixed, and the cells that do not fit are told
    return True if all(int(match["first"]) == int(match["second_number"]) for match in slashes) else None


def _plain(cell: str) -> str:
    """A cell with the year of the common era, without weekday, its time as 15:05:00."""
    plain = unicodedata.normalize("NFKC", cell).strip()
    plain = _ERA.sub(_common_year, plain, count=1) if _ERA.match(plain) else plain
    plain = re.sub(r"(?<=日)(?=\d)", " ", _NAMED.sub(_with_number, plain, count=1))
    return _CLOCK.sub(_clock, _WEEKDAY.sub(" ", plain, count=1)).strip()


def _with_number(named: re.Match[str]) -> str:
    month = _MONTHS.get((named["month"] or named["month_second"]).casefold())
    day = named["day"] or named["day_first"]
    return named[0] if month is None else f"{named['year']}-{month:02}-{int(day):02}"


def _common_year(era: re.Match[str]) -> str:
    return str(_BEFORE_ERA[era[1][0].upper()] + (1 if era[2] == "元" else int(era[2])))


def _clock(time: re.Match[str]) -> str:
    half, hour, minute, second = time.groups(default="0")
    afternoon = 12 if half == "午後" and int(hour) < 12 else 0
    return f" {int(hour) + afternoon}:{minute:0>2}:{second:0>2}"


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
