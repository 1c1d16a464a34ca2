"""From the bytes of a file to rows of text. The content decides what a file is, not its name.

Every cell stays text as it stands: `NA`, `001` and trailing spaces survive. Rows that do not fit the header
are kept apart with their row number and a reason, never dropped. Only rows in which every cell is blank are
passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass
from pathlib import Path

import pandas as pd

from scalearn_core.errors import DataError
from scalearn_core.tables import dataset_folders, delimited, json_lines, opendocument, parquet, workbook
from scalearn_core.tables.columns import assemble
from scalearn_core.tables.content import GZIP, Content, OnProgress
from scalearn_core.tables.encodings import find_encoding
from scalearn_core.tables.notes import NOTHING, Notes, NoteTaker
from scalearn_core.tables.reading import AS_FOUND, Reading
from scalearn_core.tables.records import Record

SIGNATURES = {
    b"%PDF-": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"7z\xbc\xaf": "7Z",
    b"Rar!\x1a": "RAR",
    GZIP: "GZIP",  # in GZIP
    b"BZh91AY": "BZIP2",
    b"\xfd7zXZ": "XZ",
    b"\x28\xb5\x2f\xfd": "ZSTD",
    b"SQLite format 3": "SQLite",
    b"ARROW1\0": "Arrow",
}
MARKUP = {b"<?xml": "XML", b"{\\rtf": "RTF"} | dict.fromkeys(
    (b"<!doctype", b"<html", b"<head", b"<meta", b"<body", b"<table", b"<!--"), "HTML"
)
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"  # .xls of Excel 97 to 2003, and every workbook with a password
FINDING = 0.2
"""Share of the time that finding the encoding takes."""


def read_table(
    source: str | Path | bytes,
    reading: Reading = AS_FOUND,
    *,
    on_progress: OnProgress | None = None,
) -> Table:
    """Read text (CSV, TSV, `;` or `|` between the cells) or JSON Lines, also packed with gzip, a sheet of an
    XLSX or ODS workbook, Parquet, or a folder written by `datasets`.

    Args:
        source: A path, or a file's content.
        reading: What a person chose; the rest is found in the file.
        on_progress: Told the share that is read; what it raises ends the reading.

    Raises:
        DataError: The file cannot be read, is no table, or is beyond a limit of `limits.py`.
    """
    sheet, encoding, delimiter, header, quotes, rules = astuple(reading)
    if not isinstance(source, bytes) and dataset_folders.is_folder(Path(source)):
        done = dataset_folders.read_folder(Path(source), on_progress)
        return Table(done.frame, done.rejected, kind="folder", lists=done.lists)
    content = Content.of(source)
    start = content.start(2_000)
    refuse_other_formats(start)
    if start.startswith(ZIP_SIGNATURES):
        return _read_package(content, reading, on_progress)
    if sheet is not None:
        raise DataError("data.sheet_in_text_table", sheet=sheet)
    if start.startswith(parquet.SIGNATURE):
        done = parquet.read_parquet(content, on_progress, class_names=rules >= 2)
        return Table(done.frame, done.rejected, kind="parquet", lists=done.lists)
    encoding = encoding or find_encoding(content, _part(on_progress, 0, FINDING))
    rest = _part(on_progress, FINDING, 1)
    if json_lines.looks_like_json(start, encoding):
        done = json_lines.read_json(content, encoding, rest)
        return Table(done.frame, done.rejected, encoding=encoding, kind="json", lists=done.lists)
    first = 1 if header is None else max(1, int(header))
    delimiter, quoting = delimited.find_layout(content, encoding, delimiter, first=first, quotes=quotes)
    is_one_column = delimited.is_one_column(content, encoding, delimiter, quoting, first=first)
    between = delimited.NONE if is_one_column else delimiter
    with delimited.text_of(content, encoding, rest) as text:
        records = without_hint(delimited.read_records(text, between, quoting), between)
        done = assemble(records, header=header, delimiter=delimiter, rules=rules)
    return Table(
        done.frame, done.rejected, encoding=encoding, delimiter=delimiter, header=done.header,
        header_row=done.header_row,
    )  # fmt: skip


def sheet_names(content: bytes) -> tuple[str, ...]:
    """The names of all sheets of a workbook; none of any other file. Raises DataError as `read_table`."""
    if not content.startswith(ZIP_SIGNATURES):
        return ()
    packed = Content.of(content)
    with workbook_reader(packed)(packed, None) as (_, sheets, _):
        return sheets


def workbook_reader(content: Content) -> Callable[..., AbstractContextManager[workbook.Records]]:
    """What reads a zip archive: of LibreOffice or of Excel."""
    return opendocument.read_sheet if opendocument.is_spreadsheet(content) else workbook.read_workbook


def _read_package(content: Content, reading: Reading, on_progress: OnProgress | None) -> Table:
    """A workbook of Excel or LibreOffice, both of them zip archives."""
    read = workbook_reader(content)
    notes = NoteTaker()
    with read(content, reading.sheet, on_progress, notes) as (records, sheets, chosen):
        done = assemble(records, header=reading.header, ragged=True, rules=reading.rules)
    kind = "ods" if read is opendocument.read_sheet else "xlsx"
    return Table(
        done.frame, done.rejected, sheets=sheets, sheet=chosen, header=done.header, header_row=done.header_row,
        kind=kind, notes=notes.of(done.frame),
    )  # fmt: skip


def refuse_other_formats(start: bytes) -> None:
    """By the first bytes of a file. Raises DataError."""
    if not start.strip():
        raise DataError("data.empty_file")
    if start.startswith(OLE_SIGNATURE):
        raise DataError("data.old_or_locked_workbook")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for signature, kind in SIGNATURES.items():
        if start.startswith(signature):
            raise DataError("data.unsupported_format", found=kind)
    for mark, kind in MARKUP.items():
        if text.startswith(mark):
            raise DataError("data.unsupported_format", found=kind)


def without_hint(records: Iterator[Record], delimiter: str) -> Iterator[Record]:
    """Without a first line `sep=;`, which tells Excel the delimiter and is no row."""
    for record in records:
        if record.row > 1 or delimited.hint(delimiter.join(record.cells)) is None:
            yield record


def _part(on_progress: OnProgress | None, begin: float, end: float) -> OnProgress | None:
    """Tells the progress of a part as that of the whole."""
    return None if on_progress is None else lambda share: on_progress(begin + (end - begin) * share)


@dataclass(frozen=True, eq=False)
class Table:
    """A file as rows of text."""

    frame: pd.DataFrame
    """All columns as `str`; the index, `row`, is the row number in the file (the header is row 1)."""

    rejected: pd.DataFrame
    """Columns `row`, `content` (what stands in the row) and `reason`: `too_few_fields`, `too_many_fields`,
    `broken_quotes`, `end_of_broken`, `aside`, `sum_rows`, `not_in_encoding`, `above_header`,
    `repeated_header`, `not_json` or `repeated_key`."""

    encoding: str | None = None
    """Python's name of the encoding; None for a workbook, Parquet or a folder."""

    delimiter: str | None = None
    """None for all but text."""

    sheets: tuple[str, ...] = ()
    """The names of all sheets of a workbook."""

    sheet: str | None = None
    """The sheet that was read."""

    header: bool = True
    """Whether the names of the columns stand in the file; else they are letters, and row 1 is a document."""

    header_row: int | None = None
    """The row they stand in."""

    notes: Notes = NOTHING
    """Of a workbook: rows it hides, formulas without a value, cells that were cut."""

    kind: str = "text"
    """"text", "xlsx", "ods", "json", "parquet" or "folder"."""

    lists: tuple[str, ...] = ()
    """The columns whose cells were lists, where the file tells; as text a bar stands between the items."""
