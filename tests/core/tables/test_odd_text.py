"""Tables as text that are laid out oddly."""

from __future__ import annotations

import time

import pytest

from scalearn_core.tables import limits
from scalearn_core.tables.reader import read_table

from .building import Read, read, refused, whole

NAMES = ["text", "label"]
AB = [["a", "x"], ["b", "y"]]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_hint_for_excel_tells_the_delimiter_and_is_no_row(mark: str, delimiter: str) -> None:
    content = f"{mark}sep={delimiter}\r\ntext{delimiter}label\r\na, b; c{delimiter}x\r\n"
    if delimiter in ",;":
        content = content.replace("a, b; c", '"a, b; c"')
    assert read(content.encode()) == Read(NAMES, [["a, b; c", "x"]], [3], [])


def test_the_hint_in_upper_case_within_quotes_is_one_too() -> None:
    assert read(b'"SEP=;"\r\ntext;label\r\na;x\r\n') == Read(NAMES, [["a", "x"]], [3], [])


def test_title_lines_above_the_header_are_set_apart() -> None:
    content = "Tickets 2026\nexported on 2026-11-28\n\ntext,label,by\na,x,me\nb,y,you\n"
    assert read(content.encode()) == Read(
        ["text", "label", "by"],
        [["a", "x", "me"], ["b", "y", "you"]],
        [5, 6],
        [(1, "above_header", "Tickets 2026"), (2, "above_header", "exported on 2026-11-28")],
    )


def test_title_lines_filled_up_with_delimiters_are_set_apart() -> None:
    content = "Tickets;;\n;;\ntext;label;by\na;x;me\nb;y;you\n"
    read_ = read(content.encode())
    assert (read_.columns, read_.rows, read_.rejected) == (
        ["text", "label", "by"],
        [4, 5],
        [(1, "above_header", "Tickets;;")],
    )


def test_without_a_header_columns_are_letters_and_the_first_row_is_kept() -> None:
    rows = [[f"some text {number}", "xyz"[number % 3]] for number in range(9)]
    content = "\n".join(",".join(row) for row in rows)
    table = read_table(content.encode())
    assert not table.header
    assert read(content.encode()) == whole(["(A)", "(B)"], *rows, first=1)


def test_told_that_there_is_no_header_or_that_there_is_one() -> None:
    assert read(b"text,label\na,x\n", header=False) == whole(["(A)", "(B)"], NAMES, ["a", "x"], first=1)
    content = b"good,x\nbad,y\nso,x\nno,y\nfine,x\noh,y\n"
    assert read(content, header=True).columns == ["good", "x"]
    assert read(content).columns == ["(A)", "(B)"]


def test_two_exports_glued_together() -> None:
    content = b"text,label\na,x\nb,y\ntext,label\nc,x\n"
    assert read(content) == Read(NAMES, [*AB, ["c", "x"]], [2, 3, 5], [(4, "repeated_header", "text,label")])


def test_columns_without_a_name_or_with_that_of_another_one() -> None:
    columns = ["text", "(B)", "text (C)", "label", "(E)"]
    assert read(b"text,,text,label, \na,b,c,d,e\n") == whole(columns, ["a", "b", "c", "d", "e"])


def test_a_name_that_looks_like_a_mended_one_stays_free() -> None:
    columns = read(b"text,text,text (B),text (B)\n1,2,3,4\n").columns
    assert columns[0::2] == ["text", "text (B)"]
    assert len(set(columns)) == 4


def test_line_ends_of_all_kinds_in_one_file() -> None:
    content = b"text,label\r\na,x\rb,y\nc,x\r\r\nd,y\n\r\ne,x"
    table = read(content)
    assert table.cells == [["a", "x"], ["b", "y"], ["c", "x"], ["d", "y"], ["e", "x"]]
    assert table.rows == [2, 3, 4, 6, 8]


def test_quoted_line_ends_delimiters_and_quotes() -> None:
    content = b'text,label\n"a\r\nb\rc\nd","x,y"\n"""q"" and "","""," "\n'
    assert read(content) == whole(NAMES, ["a\r\nb\rc\nd", "x,y"], ['"q" and ","', " "])


def test_a_quotation_mark_in_the_middle_is_a_character() -> None:
    assert read(b'text,label\n17" screen,x\n5\'4" tall,y\n') == whole(
        NAMES, ['17" screen', "x"], ["5'4\" tall", "y"]
    )


@pytest.mark.parametrize(("first", "kept"), [('"row 2, x', ['"row 2', " x"]), ('"row, 2, x', None)])
def test_a_quote_that_never_closes_costs_its_row_or_is_kept_as_typed_if_its_cells_fit(
    first: str, kept: list[str] | None
) -> None:
    lines = [f"row {number},x" for number in range(2, 50_002)]
    lines[0] = first
    began = time.monotonic()
    table = read(("text,label\n" + "\n".join(lines)).encode())
    assert time.monotonic() - began < 20
    assert table.rejected == ([] if kept else [(2, "broken_quotes", first)])
    assert table.rows == list(range(2 if kept else 3, 50_002))
    assert kept is None or table.cells[0] == kept
    assert table.cells[-1] == ["row 50001", "x"]


def test_a_quote_that_never_closes_above_more_than_a_cell_may_hold_is_one_sentence() -> None:
    began = time.monotonic()
    assert refused(b'text,label\n"open,x\n' + b"a longer row than above,y\n" * 50_000) == "data.cell_too_large"
    assert time.monotonic() - began < 20


def test_quotes_that_close_far_below_are_read_again_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    block = b'"open, a,x\n' + b"some text,y\n" * 2_000 + b'"closed" not, at all,y\n'
    table = read(b"text,label\n" + block * 10)
    assert len(table.rows) == 10 * 2_000
    assert [reason for _, reason, _ in table.rejected] == ["broken_quotes"] * 20
    monkeypatch.setattr(limits, "MAX_READ_AGAIN", 200_000)
    assert refused(b"text,label\n" + block * 10) == "data.quotes_not_closed"


def test_a_delimiter_at_the_end_of_each_row_but_not_of_the_header() -> None:
    assert read(b"text,label\na,x,\nb,y,\n") == whole(NAMES, *AB)


def test_a_delimiter_at_the_end_of_some_rows_alone_may_be_a_missing_cell() -> None:
    table = read(b"text,label\na,x\nb,y,\n")
    assert (table.rows, table.rejected) == ([2], [(3, "too_many_fields", "b,y,")])


def test_a_delimiter_at_the_end_of_every_line_is_a_column_without_a_name() -> None:
    assert read(b"text;label;\na;x;\nb;y;\n") == whole(["text", "label", "(C)"], ["a", "x", ""], ["b", "y", ""])


def test_rows_shorter_and_longer_than_the_header() -> None:
    content = b"text,label,by\na,x,me\nb\nc,y\nd,x,me,and you\ne,y,you\n"
    assert read(content) == Read(
        ["text", "label", "by"],
        [["a", "x", "me"], ["e", "y", "you"]],
        [2, 6],
        [(3, "too_few_fields", "b"), (4, "too_few_fields", "c,y"), (5, "too_many_fields", "d,x,me,and you")],
    )


@pytest.mark.parametrize(
    "content", [b"text,label", b"text,label\n", b"text,label\r\n\r\n,\r\n", b"\xef\xbb\xbftext\n"]
)
def test_a_header_alone_is_one_sentence(content: bytes) -> None:
    assert refused(content) == "data.no_rows"


def test_one_column_whatever_stands_in_it() -> None:
    rows = [["Hello; you, there"], ["a|b\tc"], ["plain"]]
    assert read(b"text\n" + b"\n".join(row[0].encode() for row in rows)) == whole(["text"], *rows)


def test_a_thousand_columns_and_one_more() -> None:
    for count in (1_000, 1_001):
        content = ",".join(f"c{i}" for i in range(count)) + "\n" + ",".join("x" * count) + "\n"
        if count == 1_000:
            assert read(content.encode()).cells == [["x"] * 1_000]
        else:
            assert refused(content.encode()) == "data.too_many_columns"


def test_a_million_columns_are_refused_at_once() -> None:
    began = time.monotonic()
    assert refused(",".join(f"c{i}" for i in range(1_000_000)).encode() + b"\nx\n") == "data.too_many_columns"
    assert refused(b"," * 1_000_000 + b"\n" + b"x," * 1_000_000) == "data.too_many_columns"
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "content", [b"te\0xt,label\na,x\n", b"text,label\na,x\n" + b"b,y\n" * 300_000 + b"c\0,x\n"]
)
def test_nul_bytes_are_one_sentence_wherever_they_stand(content: bytes) -> None:
    assert refused(content) == "data.binary"


def test_nul_bytes_are_kept_where_the_encoding_is_told() -> None:
    assert read(b"text,label\na\0b,x\n", encoding="utf-8") == whole(NAMES, ["a\0b", "x"])


def test_labels_stay_as_typed() -> None:
    labels = [
        "NA",
        "N/A",
        "None",
        "null",
        "nan",
        "001",
        "1e5",
        "1.0",
        "TRUE",
        "true",
        "x ",
        " x",
        "\u3000x",
        "-",
        "#N/A",
    ]
    content = "text,label\n" + "".join(f"t,{label}\n" for label in labels)
    for encoding in ("utf-8", "utf-16", "cp932"):
        assert [cells[1] for cells in read(content.encode(encoding)).cells] == labels


def test_emoji_joiners_and_writing_from_right_to_left() -> None:
    rows = [
        ["👩\u200d👩\u200d👧 ok 🇯🇵", "👍🏽"],
        ["\u202bشكرا\u202c جزيلا", "תודה"],
        ["e\u0301 é", "\u00a0"],
        ["ᄒ\u1161ᆫ", "𠮷"],
        ["ขอบคุณมาก", "ชม"],
    ]
    content = "text,label\n" + "".join(",".join(row) + "\n" for row in rows)
    for encoding in ("utf-8", "utf-16", "utf-16-le"):
        assert read(content.encode(encoding)) == whole(NAMES, *rows)


def test_line_ends_of_unicode_alone_end_no_row() -> None:
    rows = [["a\u2028b\u2029c\x85d", "x"], ["e\x0bf\x0cg", "y\x1c\x1d\x1e"]]
    content = "text,label\n" + "".join(",".join(row) + "\n" for row in rows)
    assert read(content.encode()) == whole(NAMES, *rows)


def test_lone_surrogates_written_into_utf_8_are_faults() -> None:
    lines = [*(f"日本語 {number},x" for number in range(30)), "\ud83d,y"]
    table = read(("text,label\n" + "\n".join(lines)).encode("utf-8", "surrogatepass"))
    assert table.rejected == [(32, "not_in_encoding", "\ufffd\ufffd\ufffd,y")]
    assert len(table.cells) == 30


def test_a_document_of_thirty_thousand_words() -> None:
    text = " ".join(f"word{number}" for number in range(30_000))
    assert read(f"text,label\n{text},x\nb,y\n".encode()) == whole(NAMES, [text, "x"], ["b", "y"])


def test_cells_that_a_spreadsheet_would_run_are_read_as_they_stand() -> None:
    rows = [["=1+1", "@x"], ["-2", "+3"], ["=cmd|' /C calc'!A0", "\tx"]]
    content = "text,label\n" + "".join(",".join(row) + "\n" for row in rows)
    assert read(content.encode(), delimiter=",") == whole(NAMES, *rows)


def test_rows_of_blank_cells_are_passed_over_but_counted() -> None:
    table = read("text,label\n,\n \t,\u3000\na,x\n\n\nb,y\n".encode())
    assert (table.rows, table.rejected) == ([4, 7], [])


def test_decimal_commas_do_not_make_commas_the_delimiter() -> None:
    content = "text;preis;label\nGut, aber teuer;1,50;x\nSchlecht;2,00;y\n"
    columns = ["text", "preis", "label"]
    assert read(content.encode("cp1252")) == whole(
        columns, ["Gut, aber teuer", "1,50", "x"], ["Schlecht", "2,00", "y"]
    )


def test_a_first_column_that_begins_like_the_mark_of_another_format() -> None:
    for name in ("PAR1", "BZh", "GIF8", "%PDF", "Rar!", "ARROW1"):
        assert read(f"{name}_score,label\na,x\n".encode()) == whole([f"{name}_score", "label"], ["a", "x"])


def test_a_text_that_begins_with_a_bracket_is_no_json() -> None:
    assert read(b"[text],{label}\na,x\n") == whole(["[text]", "{label}"], ["a", "x"])
