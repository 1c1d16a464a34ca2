"""Rows whose blank cells at the end were not written."""

from __future__ import annotations

import pytest

from .building import read

BODY = ["1,first text,x", "2,second text,y", "3,third text,x", "4,fourth text,y"]


def table(*lines: str, names: str = "id,text,label") -> bytes:
    return "\n".join([names, *lines]).encode()


def test_missing_cells_are_blank() -> None:
    found = read(table(*BODY, "5,no label yet", "6,nor here", "7,but here,x", "8"))
    assert found.cells[4:] == [
        ["5", "no label yet", ""],
        ["6", "nor here", ""],
        ["7", "but here", "x"],
        ["8", "", ""],
    ]
    assert found.rejected == []


def test_one_row_beside_another() -> None:
    assert read(table("k,x,m", "l,y", names="a,b,c")).cells == [["k", "x", "m"], ["l", "y", ""]]


@pytest.mark.parametrize(
    "lines",
    [
        ["some words,x,a note", "more words,y", "and more,x,"],
        ["some words,x,a note", "more words,y", "and more,x,a note, with a comma"],
        ["some words,x,a note", "a text that was", "split,y,a note"],
        ["some words,x,a note", "a text,y that was", "split,a note"],
        ["some words,x,a note", '"a" text,y', '"b" that,"was" split,a note'],
    ],
    ids=["others have blank cells", "too wide", "split", "split in the label", "quotes"],
)
def test_what_may_be_damaged_is_set_apart(lines: list[str]) -> None:
    found = read(table(*lines, "last words,y,a note", names="text,label,note"))
    assert {"too_few_fields", "broken_quotes"} & {reason for _, reason, _ in found.rejected}


def test_a_split_row_among_ids() -> None:
    found = read(table(*BODY, "5,a text that was", "split in two,x", "6,last,y"))
    assert [row for row, _, _ in found.rejected] == [6, 7]


def test_beyond_the_first_rows() -> None:
    lines = [f"{n},text {n},{'xy'[n % 2]}" if n % 7 else f"{n},text {n}" for n in range(1, 3_000)]
    found = read(table(*lines))
    assert (len(found.cells), found.rejected) == (2_999, [])
    assert found.cells[2_799] == ["2800", "text 2800", ""]


def test_below_a_title_line() -> None:
    found = read(("Tickets of week 14\n" + table(*BODY, "5,no label yet", "6,nor here").decode()).encode())
    assert [reason for _, reason, _ in found.rejected] == ["above_header"]
    assert found.cells[-1] == ["6", "nor here", ""]
