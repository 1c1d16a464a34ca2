"""Rows that add up others are no documents; what may be a document stays."""

from __future__ import annotations

import time

import pytest

from scalearn_core.tables.sums import is_amount, names_a_sum

from .building import ods, ods_row, ods_table, read
from .test_workbook import workbook

NAMES = ["id", "text", "label", "hours"]
ROWS = [[str(n), f"made-up ticket {n}", ("parcel", "badge")[n % 2], f"{n}.5"] for n in range(1, 13)]


def written(kind: str, rows: list[list[str]]) -> bytes:
    if kind == "xlsx":
        return workbook(*rows)
    if kind == "ods":
        return ods(ods_table(*(ods_row(*row) for row in rows)))
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode()


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
@pytest.mark.parametrize(
    "row",
    [
        ["Total", "41", "", "84.0"],
        ["Total", "", "", "84"],
        ["", "Total", "12", "84"],
        ["合計", "12", "2", "84"],
        ["小計", "", "", "42"],
        ["Summe:", "12", "", "84,5"],
        ["Grand total", "12", "-", "84"],
        ["Total: 12 tickets", "", "", "7.0"],
        ["", "", "Average", "7.0"],
        ["計", "12件", "", "84時間"],
    ],
    ids=" ".join,
)
def test_a_sum_below_or_between_is_set_apart(row: list[str], kind: str) -> None:
    if "時間" in row[3]:
        row = [*row[:3], "84"]
    for rows in ([*ROWS, row], [*ROWS[:6], row, *ROWS[6:]]):
        table = read(written(kind, [NAMES, *rows]))
        assert table.cells == ROWS
        assert [reason for _, reason, _ in table.rejected] == ["sum_rows"]


@pytest.mark.parametrize(
    "row",
    [
        ["13", "Total", "parcel", "1.5"],
        ["13", "Total", "3", "1.5"],
        ["13", "total disaster, as ever", "badge", "1"],
        ["Total", "my total was wrong", "badge", "1"],
        ["T-13", "12", "parcel", "1"],
        ["13", "made-up ticket", "Sum", "2"],
    ],
    ids=" ".join,
)
def test_what_may_be_a_document_stays(row: list[str]) -> None:
    table = read(written("csv", [NAMES, *ROWS, row]))
    assert (table.cells, table.rejected) == ([*ROWS, row], [])


def test_a_table_of_sums_keeps_its_rows() -> None:
    rows = [[str(n), "Total", str(n), str(n * 3)] for n in range(1, 13)]
    assert read(written("csv", [NAMES, *rows])).cells == rows


def test_few_rows_do_not_tell() -> None:
    rows = [*ROWS[:3], ["Total", "", "", "84"]]
    assert read(written("csv", [NAMES, *rows])).cells == rows


@pytest.mark.parametrize(
    ("cell", "is_sum"),
    [
        *((cell, True) for cell in ("Total", "TOTAL:", "Sub-total", "総合計", "合計：41件", "** Total **")),
        *((cell, True) for cell in ("Totale", "Gesamtsumme", "Average (12)", "Ｔｏｔａｌ", "Zwischensumme 3,5")),
        *((cell, False) for cell in ("", "Total loss", "summary", "計画", "the total", "41", "平均的", "Totally")),
    ],
)  # fmt: skip
def test_words_of_sums(cell: str, is_sum: bool) -> None:
    assert names_a_sum(cell) == is_sum


@pytest.mark.parametrize(
    ("cell", "is_number"),
    [*((cell, True) for cell in ("", "41", "1.234,50 €", "¥1,200", "12%", "-", "=SUM(B2:B9)")), ("4th", False)],
)  # fmt: skip
def test_amounts(cell: str, is_number: bool) -> None:
    assert is_amount(cell) == is_number


def test_a_long_cell_is_no_amount_and_takes_no_time() -> None:
    began = time.process_time()
    assert not is_amount("1" + " " * 20_000 + "x")
    assert time.process_time() - began < 0.5
    assert is_amount("1 234,50 €")
