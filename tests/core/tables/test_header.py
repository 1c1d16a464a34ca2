"""The header is found by what stands below it, whatever stands around the table."""

from __future__ import annotations

import pytest

from scalearn_core.errors import DataError
from scalearn_core.tables.reader import read_table
from scalearn_core.tables.reading import Reading

from .building import ods, ods_row, ods_table, read, refused
from .test_workbook import workbook

NAMES = ["id", "text", "label"]
ROWS = [
    [str(n), f"made-up ticket {n} about the {what}", what] for n, what in enumerate(["parcel", "badge"] * 10, 1)
]


def grouped() -> list[list[str]]:
    """A title, the header, and a line with the date above each five rows."""
    rows = [["Tickets of week 14"], NAMES]
    for start in range(0, len(ROWS), 5):
        rows += [[f"2026-04-0{start // 5 + 1}"], *ROWS[start : start + 5]]
    return rows


def as_text(rows: list[list[str]]) -> bytes:
    return "\n".join(",".join([*row, *[""] * (3 - len(row))]) for row in rows).encode()


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
def test_a_title_and_lines_between_the_rows(kind: str) -> None:
    rows = grouped()
    content = {
        "xlsx": lambda: workbook(*rows),
        "ods": lambda: ods(ods_table(*(ods_row(*row) for row in rows))),
        "csv": lambda: as_text(rows),
    }[kind]()
    table = read(content)
    assert (table.columns, table.cells) == (NAMES, ROWS)
    assert [(row, reason) for row, reason, _ in table.rejected] == [
        (1, "above_header"), (3, "aside"), (9, "aside"), (15, "aside"), (21, "aside"),
    ]  # fmt: skip
    assert read_table(content).header_row == 2


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ([["Tickets"], ["of 2026-04-01"]], []),
        ([["Exported by", "Kim"], ["Date", "2026-04-01"], []], [["Total 20"]]),
        ([], [["Total", "", "", "20"], ["Source: help desk"]]),
    ],
    ids=["two titles", "pairs and a total", "below"],
)
def test_what_stands_around_a_table_of_four_columns(above: list[list[str]], below: list[list[str]]) -> None:
    names, rows = [*NAMES, "date"], [[*row, "2026-04-01"] for row in ROWS]
    table = read_table(workbook(*above, names, *rows, *below))
    assert list(table.frame.columns) == names
    assert table.header_row == len(above) + 1
    assert table.frame.to_numpy().tolist()[: len(rows)] == rows


def test_a_document_without_a_label_is_no_line_between_the_rows() -> None:
    rows = [*ROWS, ["", "only a text", ""], ["21", "", ""], ["", "another one with no id and no label", ""]]
    table = read(workbook(NAMES, *rows))
    assert table.cells == rows
    assert table.rejected == []


def test_the_row_with_the_names_can_be_said() -> None:
    rows = [["a", "b"], ["c", "d"], ["text", "label"], ["some text", "x"], ["more text", "y"]]
    for content in (workbook(*rows), "\n".join(map(",".join, rows)).encode()):
        table = read_table(content, reading=Reading(header=3))
        assert (table.header, table.header_row) == (True, 3)
        assert table.frame.to_dict("list") == {"text": ["some text", "more text"], "label": ["x", "y"]}
        assert table.rejected["reason"].tolist() == ["above_header"] * 2
        assert refused(content, header=9) == "data.no_such_row"


def test_a_header_below_lines_with_other_delimiters() -> None:
    content = b"Export, of today, by Kim\nfor: team, desk, boss\ntext;label\nsome text, long;x\nmore, or less;y\n"
    assert read(content, header=3).cells == [["some text, long", "x"], ["more, or less", "y"]]


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ("Report, March 2026\n", 2),
        ("Report, March 2026\n\n", 3),
        ("Author,Bob\nDate,2026-04-01\nPages,3\n", 4),
        ("Filter: Team = A, B\n", 2),
    ],
)
def test_pairs_above_a_table_of_three_columns_are_not_its_header(above: str, row: int) -> None:
    body = "".join(f"{n},The printer {n} is broken,{'IT' if n % 2 else 'HR'}\n" for n in range(1, 13))
    table = read_table(f"{above}id,text,label\n{body}".encode())
    assert (list(table.frame.columns), len(table.frame), table.header_row) == (["id", "text", "label"], 12, row)


def test_a_row_of_numbers_never_becomes_the_header_of_a_column_of_numbers() -> None:
    with pytest.raises(DataError, match="Say which row holds"):
        read_table(("a,b\n" + "".join(f"r{n},{n},{n * 3}\n" for n in range(20))).encode())


WIDE = [
    [["Tickets", "", "help desk"]],
    [["Tickets of week 14", "-", "-"]],
    [["Export", "help desk", "2026-04-01"]],
    [["Ticket export", "Help desk", "Week fourteen"]],
    [["(number)", "(free text)", "(A or B)"]],
    [["Exported by:", "Kim", "2026"], ["", "all teams", "all days"]],
    [["- - -", "- - -", "- - -"]],
    [["Note", "labels were given by two people", "and checked by a third one"]],
]


@pytest.mark.parametrize("kind", ["csv", "semicolons", "xlsx", "ods"])
@pytest.mark.parametrize("above", WIDE, ids=[" ".join(rows[0]) for rows in WIDE])
def test_a_line_as_wide_as_the_table_is_not_its_header(above: list[list[str]], kind: str) -> None:
    rows = [*above, NAMES, *ROWS]
    content = {
        "xlsx": lambda: workbook(*rows),
        "ods": lambda: ods(ods_table(*(ods_row(*row) for row in rows))),
        "csv": lambda: as_text(rows),
        "semicolons": lambda: as_text(rows).replace(b",", b";"),
    }[kind]()
    table = read_table(content)
    assert (list(table.frame.columns), table.header_row) == (NAMES, len(above) + 1)
    assert table.frame.to_numpy().tolist() == ROWS
    assert table.rejected["reason"].tolist() == ["above_header"] * len(above)


@pytest.mark.parametrize(
    ("above", "names"),
    [
        ("出力日,2026-04-01,全部署", "受付番号,お問い合わせ内容,分類"),
        ("Export, of today, by Kim, desk", "id,text,label"),
        ("単位,-,-", "番号,本文,カテゴリ"),
    ],
)
def test_other_lines_above(above: str, names: str) -> None:
    table = read_table("\n".join([above, names, *map(",".join, ROWS)]).encode())
    assert (list(table.frame.columns), table.header_row, len(table.frame)) == (names.split(","), 2, 20)


@pytest.mark.parametrize(
    ("names", "row"),
    [
        (["", "text", "label"], ["x", "the first", "other"]),
        (["2025", "Frage", "Klasse"], ["neu", "the first", "other"]),
        (["Name", "Name", "Art"], ["neu", "the first", "other"]),
        (["a", "b", "c"], ["id", "text", "message"]),
    ],
    ids=["no name", "a year", "one name twice", "letters"],
)
def test_a_first_row_unlike_the_others_stays_a_row(names: list[str], row: list[str]) -> None:
    """One row alone shows too little, unless it has the usual names of columns and the first row none of them."""
    table = read_table(as_text([names, row, *[["", *cells[1:]] for cells in ROWS]]))
    assert table.header_row == (2 if row[0] == "id" else 1)
    assert len(table.frame) == (20 if row[0] == "id" else 21)


@pytest.mark.parametrize(
    ("lines", "left_out"),
    [
        (["#,text,one of 2"], [2]),
        (["--,----,-----"], [2]),
        (
            [
                "Number,What did the customer write?,Answer",
                *['{"ImportId":"a"},{"ImportId":"b"},{"ImportId":"c"}'],
            ],
            [2, 3],
        ),
    ],
    ids=["units", "drawn", "survey"],
)
def test_lines_below_the_header_are_no_rows(lines: list[str], left_out: list[int]) -> None:
    content = "\n".join(["id,text,label", *lines, *map(",".join, ROWS)])
    table = read_table(content.replace('{"ImportId":"', '"{""ImportId"":""').replace('"}', '""}"').encode())
    assert table.frame.to_numpy().tolist() == ROWS
    assert table.rejected[["row", "reason"]].to_numpy().tolist() == [[row, "aside"] for row in left_out]


@pytest.mark.parametrize("row", ["A1,text,badge", "21,ok,other", "x,one longer than all of the others,other"])
def test_a_first_row_that_may_be_a_document_stays(row: str) -> None:
    table = read_table("\n".join(["id,text,label", row, *map(",".join, ROWS)]).encode())
    assert (len(table.frame), len(table.rejected)) == (21, 0)


def test_a_delimiter_too_many_in_the_header() -> None:
    content = "id,text,label,,\n" + "\n".join(map(",".join, ROWS))
    assert read(content.encode()).columns == NAMES
    assert read(content.encode()).cells == ROWS


def test_numbers_of_rows_without_a_name_as_r_writes_them() -> None:
    content = "text,label\n" + "\n".join(map(",".join, ROWS))
    assert read(content.encode()).columns == ["(A)", "text", "label"]
    assert read(content.encode()).cells == ROWS
