"""Bytes to rows: what survives, what is rejected, what is refused."""

from __future__ import annotations

import gzip
import random
import time
from pathlib import Path

import pytest

from scalearn_core.errors import DataError
from scalearn_core.tables import limits
from scalearn_core.tables.reader import read_table
from scalearn_core.tables.reading import Reading

LOWERED = {
    "MAX_ROWS": 20_000,
    "MAX_LINES": 50_000,
    "MAX_CELLS": 500_000,
    "MAX_TEXT": 10_000_000,
    "MAX_MEGABYTES": 20,
}
MIXED = 'text,label\n"Hello, world",A\n見積もりをお願いします,契約\n'


def refusal(source: bytes | Path, **options: str) -> DataError:
    with pytest.raises(DataError) as caught:
        read_table(source, Reading(**options))
    assert str(caught.value).endswith(".")
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_every_encoding_newline_and_delimiter_reads_the_same(encoding: str, newline: str, delimiter: str) -> None:
    rows = [["件名", "ラベル"], ["一, 二; 三\t四|五", "契約"], ['彼は"はい"と言った', "001"], ["行", "NA"]]
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows]
    content = newline.join(delimiter.join(row) for row in quoted).encode(encoding)
    table = read_table(content)
    assert [list(table.frame.columns), *table.frame.to_numpy().tolist()] == rows
    assert (table.encoding, table.delimiter) == (encoding, delimiter)
    assert table.rejected.empty


def test_windows_1252_comes_last() -> None:
    table = read_table("text,label\nCafé \u2013 déjà vu,Ä\n".encode("cp1252"))
    assert table.encoding == "cp1252"
    assert table.frame.to_numpy().tolist() == [["Café \u2013 déjà vu", "Ä"]]


def test_the_whole_file_decides_the_encoding() -> None:
    ascii_rows = "plain text,a\n" * 10_000
    table = read_table(f"text,label\n{ascii_rows}見積もり,b\n".encode("cp932"))
    assert table.encoding == "cp932"
    assert table.frame["text"].iloc[-1] == "見積もり"


def test_cells_stay_as_typed() -> None:
    cells = [
        "NA",
        "None",
        "null",
        "001",
        "1.0",
        " lead",
        "trail ",
        "TRUE",
        "1e5",
        "2026-01-31",
        "nan",
        "\u3000",
    ]
    rows = "\r\n".join(f"{cell},x" for cell in cells)
    table = read_table(f"text,label\r\n{rows}\r\n".encode())
    assert table.frame["text"].tolist() == cells
    assert set(map(str, table.frame.dtypes)) == {"str"}


def test_line_breaks_of_all_kinds_survive_inside_quotes() -> None:
    table = read_table(b'text,label\r\n"one\ntwo\r\nthree\rfour",a\r\n"b\xe2\x80\xa8c",b\r\n')
    assert table.frame["text"].tolist() == ["one\ntwo\r\nthree\rfour", "b\u2028c"]


def test_row_numbers_count_records_and_blank_rows() -> None:
    table = read_table(b'text,label\n"a\nb",x\n\n,\nc,y\n')
    assert table.frame.index.tolist() == [2, 5]


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("text;label\nHello, dear, friend;a\nYes, no;b\n", ";"),
        ("text\tlabel\na, b\tx\nc, d, e\ty\n", "\t"),
        ("note, free;label\na, b;x\nc;y\n", ";"),
        ("text,label\n" + "a, b, c,x\n" * 6 + "d,y\n" * 4, ","),
        ("text,label\nsee a;b;c,x\nd;e;f,y\n", ","),
        ("a|b|c\n1|2,5|3\n4|5,5|6\n", "|"),
        ("text,label", ","),
    ],
)
def test_the_delimiter_is_the_one_rows_agree_on(content: str, delimiter: str) -> None:
    if "\n" not in content:
        assert refusal(content.encode()).code == "data.no_rows"
        return
    assert read_table(content.encode()).delimiter == delimiter


def test_one_column_with_commas_is_one_column() -> None:
    table = read_table(b"text\nHello, world\nplain\n")
    assert table.frame["text"].tolist() == ["Hello, world", "plain"]


def test_rows_that_do_not_fit_are_listed_not_dropped() -> None:
    table = read_table(b"text,label\na,x\nloose, comma,x\nb\nc,y\n")
    assert table.frame["text"].tolist() == ["a", "c"]
    assert table.rejected.to_dict("list") == {
        "row": [3, 4],
        "reason": ["too_many_fields", "too_few_fields"],
        "content": ["loose, comma,x", "b"],
    }


def test_a_stray_quotation_mark_costs_one_row_at_most() -> None:
    lines = [
        "text,label",
        '"never closed, really,x',
        "fine,y",
        '"Great" he said,x',
        '"good, ""really""",y',
        "end,x",
    ]
    table = read_table("\n".join(lines).encode())
    assert table.frame["text"].tolist() == ["fine", '"Great" he said', 'good, "really"', "end"]
    assert table.rejected.to_dict("list") == {
        "row": [2],
        "reason": ["broken_quotes"],
        "content": ['"never closed, really,x'],
    }


@pytest.mark.parametrize("characters", ["ab,;\t| é", 'ab,;"\t| é'])
@pytest.mark.parametrize("seed", range(20))
def test_no_row_is_lost_whatever_the_characters(seed: int, characters: str) -> None:
    chance = random.Random(seed)
    lines = ["".join(chance.choices(characters, k=chance.randint(1, 12))) + "x" for _ in range(200)]
    table = read_table("\n".join(["text,label", "a,x", *lines]).encode())
    rows = sorted([*table.frame.index, *table.rejected["row"]])
    assert rows == list(range(2, rows[-1] + 1))
    if '"' not in characters:  # with quotation marks a row may span lines
        assert rows[-1] == 202


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "data.empty_file"),
        (b" \r\n\n", "data.empty_file"),
        (b"\xef\xbb\xbf", "data.empty_file"),
        (b",,\n,,\n", "data.empty_file"),
        (b"text,label\n", "data.no_rows"),
        (b"text,label\n\n,\n", "data.no_rows"),
        (b"text,label\na\nb\n", "data.all_rows_rejected"),
        (b"text,label\na\x00b,c\n", "data.binary"),
        (b"\0" * 40, "data.binary"),
        (bytes(range(1, 32)) * 50, "data.binary"),
        (b"\xef\xbb\xbftext,label\n\xff,x\n", "data.encoding_wrong"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "data.unsupported_format"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "data.unsupported_format"),
        (gzip.compress(MIXED.encode(), mtime=0)[:-20], "data.damaged_archive"),
        (gzip.compress(b"", mtime=0), "data.empty_file"),
        (b"<!DOCTYPE html><table><tr><td>a</td></tr></table>", "data.unsupported_format"),
        (b'[{"text": "a", "label": "b"', "data.damaged_json"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "data.old_or_locked_workbook"),
        (b"PK\x03\x04 not an archive at all", "data.damaged_workbook"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes, code: str) -> None:
    assert refusal(content).code == code


@pytest.mark.parametrize("seed", range(10))
def test_random_bytes_are_refused_or_read_but_never_break(seed: int) -> None:
    junk = random.Random(seed).randbytes(3_000).replace(b"\0", b"")
    assert refusal(junk).code in {"data.binary", "data.encoding_unknown"}


def test_a_few_stray_control_characters_do_not_make_a_table_binary() -> None:
    assert read_table(b"text,label\na\x1ab,x\nc\x0bd,y\n").frame["text"].tolist() == ["a\x1ab", "c\x0bd"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"text,label\n" + b"x" * (limits.MAX_CELL_CHARACTERS + 1) + b",a\n", "data.cell_too_large"),
        (b'text,label\n"' + b"a,x\n" * 300_000, "data.cell_too_large"),
        (",".join(f"c{i}" for i in range(1_001)).encode() + b"\na\n", "data.too_many_columns"),
        (b"text,label\n" + b"a,x\n" * 20_001, "data.too_many_rows"),
        (b"text,label\na,x\n" + b"\n" * 50_000, "data.too_many_rows"),
        (",".join(f"c{i}" for i in range(1_000)).encode() + (b"\nx" + b"," * 999) * 501, "data.too_many_cells"),
        (b"text,label\n" + (b"x" * 999_999 + b",a\n") * 11, "data.table_too_large"),
        (b"x" * 20_000_001, "data.file_too_large"),
        (gzip.compress(b"x" * 20_000_001, mtime=0), "data.file_too_large"),
    ],
    ids=["cell", "open quote", "columns", "rows", "blank rows", "cells", "text", "file", "unpacked"],
)
def test_limits_are_kept_in_bounded_time(content: bytes, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits that only files of hundreds of megabytes reach are lowered."""
    for name, limit in LOWERED.items():
        monkeypatch.setattr(limits, name, limit)
    start = time.monotonic()
    assert refusal(content).code == code
    assert time.monotonic() - start < 20


def test_just_within_the_limit_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ROWS", LOWERED["MAX_ROWS"])
    table = read_table(b"text,label\n" + b"a,x\n" * limits.MAX_ROWS)
    assert len(table.frame) == limits.MAX_ROWS
    assert len(read_table(b"t,l\n" + b"x" * limits.MAX_CELL_CHARACTERS + b",a\n").frame) == 1


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    path.write_text(MIXED, encoding="utf-8")
    assert read_table(path).delimiter == ","
    assert read_table(str(path)).frame["label"].tolist() == ["A", "契約"]


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    missing = refusal(tmp_path / "nothing.csv")
    assert (missing.code, "nothing.csv" in str(missing)) == ("data.file_missing", True)
    assert refusal(tmp_path).code == "data.file_unreadable"
    assert refusal(Path("a\0b")).code in {"data.file_missing", "data.file_unreadable"}
    assert refusal(Path("x" * 5_000)).code in {"data.file_missing", "data.file_unreadable"}


def test_a_sheet_of_a_text_table_is_refused() -> None:
    assert refusal(MIXED.encode(), sheet="Sheet1").code == "data.sheet_in_text_table"
