"""Dates are read strictly, and asked about where they can be read in two ways."""

from __future__ import annotations

from datetime import datetime

import pytest

from scalearn_core.data.dates import read_dates
from scalearn_core.errors import DataError


def read(*cells: str, day_first: bool | None = None) -> list[datetime]:
    return read_dates(cells, column="date", rows=range(2, 2 + len(cells)), day_first=day_first)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-03-31", datetime(2024, 3, 31)),
        (" 2024-3-1 ", datetime(2024, 3, 1)),
        ("2024-03-31T23:59:58", datetime(2024, 3, 31, 23, 59, 58)),
        ("2024-03-31 23:59", datetime(2024, 3, 31, 23, 59)),
        ("2024-03-31 00:00:00.000", datetime(2024, 3, 31)),
        ("2024/3/1", datetime(2024, 3, 1)),
        ("2024/03/01 9:05", datetime(2024, 3, 1, 9, 5)),
        ("2024年3月1日", datetime(2024, 3, 1)),
        ("２０２４年１２月３１日", datetime(2024, 12, 31)),
        ("令和8年4月1日", datetime(2026, 4, 1)),
        ("令和元年５月１日", datetime(2019, 5, 1)),
        ("令和 8 年 4 月 1 日", datetime(2026, 4, 1)),
        ("平成31年4月30日（火）", datetime(2019, 4, 30)),
        ("昭和64年1月7日", datetime(1989, 1, 7)),
        ("㋿8年4月1日", datetime(2026, 4, 1)),
        ("R8.4.1", datetime(2026, 4, 1)),
        ("Ｒ８．４．１", datetime(2026, 4, 1)),
        ("r08/04/01 9:05", datetime(2026, 4, 1, 9, 5)),
        ("令8-4-1", datetime(2026, 4, 1)),
        ("H1.1.8", datetime(1989, 1, 8)),
        ("S55.12.31", datetime(1980, 12, 31)),
        ("2026.4.1", datetime(2026, 4, 1)),
        ("2026. 4. 1.", datetime(2026, 4, 1)),
        ("20260401", datetime(2026, 4, 1)),
        ("20260401 17:30", datetime(2026, 4, 1, 17, 30)),
        ("2026/4/1(水)", datetime(2026, 4, 1)),
        ("2026/4/1（水・祝） 9:05", datetime(2026, 4, 1, 9, 5)),
        ("2026年4月1日 水曜日", datetime(2026, 4, 1)),
        ("2026-04-01 (Wed)", datetime(2026, 4, 1)),
        ("4/30/2026 (Thu.)", datetime(2026, 4, 30)),
        ("2026年4月1日午後3時5分", datetime(2026, 4, 1, 15, 5)),
        ("2026年4月1日（水）9時", datetime(2026, 4, 1, 9)),
        ("2026/4/1 午後0時30分10秒", datetime(2026, 4, 1, 12, 30, 10)),
        ("31.3.2024", datetime(2024, 3, 31)),
        ("01.03.2024 17:30:01", datetime(2024, 3, 1, 17, 30, 1)),
        ("31/3/2024", datetime(2024, 3, 31)),
        ("3/31/2024", datetime(2024, 3, 31)),
        ("4/4/2024", datetime(2024, 4, 4)),
        ("2024-02-29", datetime(2024, 2, 29)),
    ],
)
def test_a_date_of_each_form_is_read(cell: str, expected: datetime) -> None:
    assert read(cell) == [expected]


@pytest.mark.parametrize(
    "cell",
    [
        "", "  ", "2023-02-29", "2024-13-01", "31.04.2024", "2024", "20241331", "03/04/24", "yesterday", "45382",
        "8.4.1", "26/4/1", "令和8年", "令和8年4月31日", "X8.4.1", "R8.4", "2024年3月",
        "2024-03/31", "1.2", "2024-03-31 25:00", "32/1/2024", "２０２４",
    ],
)  # fmt: skip
def test_what_is_no_date_is_told_by_its_row(cell: str) -> None:
    with pytest.raises(DataError) as caught:
        read("2024-01-01", cell, "2024-01-03", cell)
    assert caught.value.code == "data.dates_unreadable"
    assert caught.value.values == {"column": "date", "count": 2, "rows": "3, 5"}


def test_the_column_tells_which_number_is_the_day() -> None:
    assert read("3/4/2024", "13/4/2024") == [datetime(2024, 4, 3), datetime(2024, 4, 13)]
    assert read("3/4/2024", "4/13/2024") == [datetime(2024, 3, 4), datetime(2024, 4, 13)]


def test_where_the_column_does_not_tell_it_is_asked() -> None:
    with pytest.raises(DataError) as caught:
        read("5/5/2024", "3/4/2024", "2024-01-01")
    assert caught.value.code == "data.date_order"
    assert "3/4/2024" in str(caught.value)
    assert read("3/4/2024", day_first=True) == [datetime(2024, 4, 3)]
    assert read("3/4/2024", day_first=False) == [datetime(2024, 3, 4)]


def test_a_column_that_mixes_both_orders_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        read("13/1/2024", "1/13/2024", "1/14/2024")
    assert caught.value.code == "data.dates_unreadable"
    assert caught.value.values["rows"] == "3, 4"


def test_dates_with_and_without_time_zone_have_no_order() -> None:
    assert read("2024-03-31T10:00:00+09:00")[0] < read("2024-03-31T10:00:00Z")[0]
    with pytest.raises(DataError) as caught:
        read("2024-03-31T10:00:00+09:00", "2024-03-31T10:00:00")
    assert caught.value.code == "data.date_zones"


@pytest.mark.parametrize(
    "cell",
    [
        *("1 Apr 2026", "01-Apr-2026", "1. April 2026", "April 1, 2026", "Apr. 1 2026", "1st April 2026"),
        *("Wed, 01 Apr 2026", "Wednesday, April 1, 2026", "2026年4月1日0:00"),
    ],
)
def test_months_by_their_names(cell: str) -> None:
    assert read_dates([cell, "2026-04-02"], column="day", rows=[2, 3]) == [
        datetime(2026, 4, 1),
        datetime(2026, 4, 2),
    ]


@pytest.mark.parametrize("cell", ["1 Abc 2026", "31 April 2026", "April 2026", "room 1 may 2026b", "1 Apr 26"])
def test_what_only_looks_like_one_is_none(cell: str) -> None:
    with pytest.raises(DataError, match="rows 2"):
        read(cell, "2026-04-02")
