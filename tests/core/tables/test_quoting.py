"""Text tables whose quotation marks are not those of RFC 4180."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from .building import read, whole

NAMES = ["id", "text", "label"]
ROWS = [
    ["1", 'He said "hi, ho"\nthen, he left', "parcel"],
    ["2", "C:\\new\\", "badge"],
    ["3", "plain", "parcel"],
    ["4", 'size 5" pipe, leaking', "badge"],
    ["5", "it's late, isn't it", "parcel"],
    ["6", '"all of it"', "badge"],
]


def written(**options: Any) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, **options).writerows([NAMES, *ROWS])
    return buffer.getvalue().encode()


@pytest.mark.parametrize("all_cells", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL], ids=["where needed", "all"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("mark", ['"', "'"])
@pytest.mark.parametrize("escape", [{}, {"doublequote": False, "escapechar": "\\"}], ids=["twice", "backslash"])
def test_quoting_is_found(all_cells: int, delimiter: str, mark: str, escape: dict[str, Any]) -> None:
    content = written(quoting=all_cells, delimiter=delimiter, quotechar=mark, **escape)
    assert read(content) == whole(NAMES, *ROWS)


def test_a_backslash_that_escapes_nothing_stays() -> None:
    content = rb"""id,text,label
1,"He said \"hi\"",parcel
2,"see C:\temp\new, please",badge
"""
    assert read(content) == whole(
        NAMES, ["1", 'He said "hi"', "parcel"], ["2", "see C:\\temp\\new, please", "badge"]
    )


def test_a_blank_after_each_delimiter() -> None:
    content = b"""id, text, label
1, "the parcel, which is late", parcel
2, my badge, badge
3, "why, please, a fee", fees
"""
    assert read(content) == whole(
        NAMES, ["1", "the parcel, which is late", "parcel"], ["2", "my badge", "badge"],
        ["3", "why, please, a fee", "fees"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "line", ["1,'tis late,x", "1,'quoted',x", r"1,C:\dir\,x", '1,5\\" pipe,x'], ids=["tis", "one", "path", "inch"]
)
def test_the_usual_quoting_stays_where_another_one_fits_no_better(line: str) -> None:
    content = "\n".join(["id,text,label", line, *(f'{n},"a ""word"", and more",y' for n in range(2, 9))])
    _, text, _ = line.split(",")
    assert read(content.encode()).cells[:2] == [["1", text, "x"], ["2", 'a "word", and more', "y"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_behind_a_backslash_is_text(delimiter: str) -> None:
    buffer = io.StringIO(newline="")
    rows = [[str(n), f"this{delimiter} that {n}", "xy"[n % 2]] for n in range(1, 9)]
    options: dict[str, Any] = {"quoting": csv.QUOTE_NONE, "escapechar": "\\", "delimiter": delimiter}
    csv.writer(buffer, **options).writerows([NAMES, *rows])
    assert read(buffer.getvalue().encode()) == whole(NAMES, *rows)


@pytest.mark.parametrize(
    ("quotes", "line", "text"),
    [
        ("double", '"a; ""b""";x', 'a; "b"'),
        ("backslash", '"a; \\"b\\"";x', 'a; "b"'),
        ("apostrophe", "'a; b';x", "a; b"),
        ("none", '"a" b;x', '"a" b'),
        ("none", '"never closed;x', '"never closed'),
        ("none", "'tis;x", "'tis"),
        ("double", "'tis';x", "'tis'"),
    ],
)
def test_quoting_can_be_said(quotes: str, line: str, text: str) -> None:
    content = f"text;label\n{line}\nplain;y\nother;x\n".encode()
    assert read(content, delimiter=";", quotes=quotes) == whole(
        ["text", "label"], [text, "x"], ["plain", "y"], ["other", "x"]
    )


def test_an_unknown_way_of_quoting_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown way of quoting"):
        read(b"text;label\na;x\n", quotes="angle")


def test_no_document_is_invented_from_the_end_of_a_row_that_cannot_be_read() -> None:
    lines = [
        "text,note,label",
        '"one "of" them',
        'went on, he said",parcel',
        *["a,b,badge"] * 4,
        '"Great" he said,b,x',
    ]
    table = read("\n".join(lines).encode())
    assert table.rejected == [
        (2, "broken_quotes", lines[1]),
        (3, "end_of_broken", lines[2]),
    ]
    assert table.rows == [4, 5, 6, 7, 8]
