"""Files that are packed, that are no table, or that are made to fill the memory."""

from __future__ import annotations

import gzip
import io
import resource
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from scalearn_core.tables import limits

from .building import ODS, inline, ods, ods_row, ods_table, read, refused, sheet_rows, whole, xlsx, zipped

PLAIN = "text,label\n見積もり,契約\n".encode()
TABLE = whole(["text", "label"], ["見積もり", "契約"])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", "data.unsupported_format"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0", "data.unsupported_format"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "data.unsupported_format"),
        (b"GIF89a\x01\0\x01\0", "data.unsupported_format"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>\n<html><p>a</p></html>", "data.unsupported_format"),
        (b"<table border=1>\n<tr><td>text</td><td>label</td></tr>\n</table>", "data.unsupported_format"),
        (b'<?xml version="1.0"?>\n<rows><row text="a"/></rows>', "data.unsupported_format"),
        (b"{\\rtf1\\ansi\\deff0 text\\par}", "data.unsupported_format"),
        (OLE + b"\0" * 8 + b"W\0o\0r\0k\0b\0o\0o\0k\0" * 60, "data.old_or_locked_workbook"),
        (OLE + b"\0" * 8 + "EncryptedPackage".encode("utf-16-le") * 40, "data.old_or_locked_workbook"),
        (zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}), "data.unsupported_format"),
        (zipped({"table.csv": PLAIN}), "data.unsupported_format"),
        (b"PK\x05\x06" + b"\0" * 18, "data.unsupported_format"),
        (zipped({"mimetype": f"{ODS[:-11]}text", "content.xml": "<a/>"}), "data.unsupported_format"),
        (b"SQLite format 3\0\x10\0\x01\x01\0", "data.unsupported_format"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "data.unsupported_format"),
        (b"Rar!\x1a\x07\x01\0", "data.unsupported_format"),
        (b"BZh91AY&SY\0\0\0\0", "data.unsupported_format"),
        (b"ARROW1\0\0\xff\xff\xff\xff", "data.unsupported_format"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0", "data.binary"),
        (b"\x80\x04\x95\x0b\0\0\0\0\0\0\0\x8c\x04text\x94.", "data.binary"),
    ],
    ids=[
        "pdf", "png", "jpeg", "gif", "html", "html table", "xml", "rtf", "xls", "locked xlsx", "docx", "zip",
        "empty zip",        "odt", "sqlite", "7z", "rar", "bzip2", "arrow", "program", "pickle",
    ],
)  # fmt: skip
def test_what_is_no_table_is_one_sentence_whatever_its_name(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    assert refused(path) == code


def test_gzip_is_unpacked_whatever_it_holds() -> None:
    assert read(gzip.compress(PLAIN, mtime=0)) == TABLE
    assert read(gzip.compress(PLAIN.decode().encode("cp932"), mtime=0)) == TABLE
    assert read(gzip.compress(b'{"text": "a", "label": "x"}\n', mtime=0)).cells == [["a", "x"]]
    assert read(gzip.compress(xlsx(sheet_rows(["text"], ["a"])))) == whole(["text"], ["a"])
    assert read(gzip.compress(ods(ods_table(ods_row("text"), ods_row("a"))))) == whole(["text"], ["a"])


def test_gzip_of_two_members_is_one_table() -> None:
    assert read(gzip.compress(PLAIN, mtime=0) + gzip.compress(b"a,b\n", mtime=0)) == whole(
        ["text", "label"], ["見積もり", "契約"], ["a", "b"]
    )


def test_gzip_with_a_name_and_a_comment_inside() -> None:
    body = zlib.compressobj(wbits=-15)
    packed = body.compress(PLAIN) + body.flush()
    check = zlib.crc32(PLAIN).to_bytes(4, "little") + len(PLAIN).to_bytes(4, "little")
    header = b"\x1f\x8b\x08\x18" + b"\0" * 6
    assert read(header + b"table.csv\0" + b"a comment\0" + packed + check) == TABLE


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (gzip.compress(gzip.compress(PLAIN, mtime=0), mtime=0), "data.unsupported_format"),
        (gzip.compress(PLAIN, mtime=0)[:-9], "data.damaged_archive"),
        (gzip.compress(PLAIN, mtime=0)[:-4], "data.damaged_archive"),
        (gzip.compress(PLAIN, mtime=0)[:12], "data.damaged_archive"),
        (b"\x1f\x8b", "data.damaged_archive"),
        (b"\x1f\x8b\x07" + gzip.compress(PLAIN, mtime=0)[3:], "data.damaged_archive"),
        (gzip.compress(PLAIN, mtime=0)[:-8] + b"\0" * 8, "data.damaged_archive"),
        (gzip.compress(PLAIN, mtime=0) + b"rest", "data.damaged_archive"),
        (gzip.compress(b"", mtime=0), "data.empty_file"),
    ],
    ids=[
        "twice",
        "cut",
        "length cut",
        "header alone",
        "two bytes",
        "other method",
        "wrong check",
        "rest",
        "nothing",
    ],
)
def test_gzip_that_is_damaged_or_packed_twice_is_one_sentence(content: bytes, code: str) -> None:
    assert refused(content) == code


def packed_stream(path: Path, start: bytes, block: bytes, times: int) -> None:
    """A gzip file of one block many times, written without holding what it unpacks to."""
    packer = zlib.compressobj(1, wbits=31)
    with path.open("wb") as file:
        file.write(packer.compress(start))
        for _ in range(times):
            file.write(packer.compress(block))
        file.write(packer.flush())


READ_IN_LITTLE_MEMORY = """
import resource, sys, time
from scalearn_core.tables.reader import read_table
from scalearn_core.errors import DataError
import pyarrow, pandas
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_table(sys.argv[1])
except DataError as error:
    print(error.code, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize(
    ("start", "block", "code"),
    [
        (b'text,label\n"', b"x" * 1_000_000, "data.file_too_large"),
        (b"text,label\n", b"\0" * 1_000_000, "data.file_too_large"),
        (b'{"text": "', b"x" * 1_000_000, "data.file_too_large"),
    ],
    ids=["a cell of 1 GB", "1 GB of NUL", "a JSON text of 1 GB"],
)
def test_a_gigabyte_in_a_small_file_is_refused_in_little_memory(
    start: bytes, block: bytes, code: str, tmp_path: Path
) -> None:
    path = tmp_path / "bomb.csv.gz"
    packed_stream(path, start, block, 1_000)
    assert path.stat().st_size < 10_000_000
    began = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-c", READ_IN_LITTLE_MEMORY, str(path)], capture_output=True, text=True, check=True
    )
    found, megabytes = ran.stdout.split()
    assert found in (code, "data.binary")
    assert int(megabytes) < 150
    assert time.monotonic() - began < 60


def test_a_cell_of_a_hundred_megabytes_is_refused_within_the_size_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "cell.csv.gz"
    packed_stream(path, b'text,label\na,x\n"', b"x" * 1_000_000, 100)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(path) == "data.cell_too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_zip_bombs_are_refused_before_they_are_unpacked(kind: str) -> None:
    padding = "<!--" + " " * 60_000_000 + "-->"
    if kind == "xlsx":
        bomb = xlsx(sheet_rows(["text"], ["a"]), around=padding)
    else:
        bomb = ods(ods_table(ods_row("text"), ods_row("a")) + padding)
    assert len(bomb) < 200_000
    began = time.monotonic()
    assert refused(bomb) == "data.workbook_too_large"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("kind", ["xlsx", "strings", "ods"])
@pytest.mark.parametrize("depth", [1, 9])
def test_entities_that_multiply_are_refused(kind: str, depth: int) -> None:
    """The billion laughs, and one long entity many times."""
    entities = '<!ENTITY l0 "' + "ha" * (10 if depth > 1 else 200_000) + '">'
    entities += "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, depth + 1))
    doctype = f"<!DOCTYPE any [{entities}]>"
    laugh = f"&l{depth};" * (1 if depth > 1 else 400)
    rows = sheet_rows(["text"], ["a"])
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    if kind == "ods":
        content = ods(ods_table(ods_row("text"), ods_row(laugh)), doctype=doctype)
    elif kind == "xlsx":
        sheet = f"{doctype}<worksheet {main}><sheetData><row>{inline('A1', laugh)}</row></sheetData></worksheet>"
        content = xlsx(rows, extra={"xl/worksheets/sheet1.xml": sheet})
    else:
        strings = f"{doctype}<sst {main}><si><t>{laugh}</t></si></sst>"
        content = xlsx('<row><c t="s"><v>0</v></c></row>', strings="", extra={"xl/sharedStrings.xml": strings})
    began = time.monotonic()
    assert refused(content) == "data.damaged_workbook"
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_an_entity_that_names_another_file_reads_none(kind: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    doctype = f'<!DOCTYPE any [<!ENTITY file SYSTEM "{secret.as_uri()}">]>'
    if kind == "ods":
        content = ods(ods_table(ods_row("text"), ods_row("a&file;")), doctype=doctype)
    else:
        main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        sheet = (
            f"{doctype}<worksheet {main}><sheetData>{sheet_rows(['text'], ['a&file;'])}</sheetData></worksheet>"
        )
        content = xlsx("", extra={"xl/worksheets/sheet1.xml": sheet})
    assert refused(content) == "data.damaged_workbook"


def test_a_workbook_locked_part_by_part_is_one_sentence() -> None:
    """The first bit of the flags says that a part is encrypted."""
    content = bytearray(xlsx(sheet_rows(["text"], ["a"])))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 1)
    assert refused(bytes(content)) == "data.damaged_workbook"


def test_a_file_of_more_than_the_limit_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(limits.MAX_MEGABYTES * limits.MEGABYTE + 1)
    assert refused(path) == "data.file_too_large"


def test_reading_from_memory_and_from_a_path_is_the_same(tmp_path: Path) -> None:
    for content in (
        PLAIN,
        gzip.compress(PLAIN, mtime=0),
        xlsx(sheet_rows(["text", "label"], ["見積もり", "契約"])),
    ):
        path = tmp_path / "no_suffix"
        path.write_bytes(content)
        assert read(path) == read(io.BytesIO(content).getvalue()) == TABLE
