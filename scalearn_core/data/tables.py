"""From the bytes of a file to rows of text. The content decides what a file is, not its name.

Every cell stays text as it stands: `NA`, `001` and trailing spaces survive. Rows that do not fit the header
are kept apart with their row number and a reason, never dropped. Only rows in which every cell is blank are
passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from scalearn_core.data import delimited, limits, workbook
from scalearn_core.data.records import Record
from scalearn_core.errors import DataError

SIGNATURES = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "GZIP",
    b"7z\xbc\xaf": "7Z",
    b"Rar!": "RAR",
    b"PAR1": "Parquet",
    b"SQLite format 3": "SQLite",
}
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"  # .xls of Excel 97 to 2003, and every workbook with a password


def read_table(source: str | Path | bytes, *, sheet: str | None = None) -> Table:
    """Read CSV, TSV, `;` or `|` separated text, or an Excel workbook.

    Args:
        source: A path, or a file's content.
        sheet: Which sheet of a workbook; the first visible one by default.

    Raises:
        DataError: The file cannot be read, is no table, or is beyond a limit of `limits.py`.
    """
    content = source if isinstance(source, bytes) else _read_file(Path(source))
    check_size(len(content))
    if not content.strip():
        raise DataError("data.empty_file")
    if content.startswith(OLE_SIGNATURE):
        raise DataError("data.old_or_locked_workbook")
    for signature, found in SIGNATURES.items():
        if content.startswith(signature):
            raise DataError("data.unsupported_format", found=found)
    if content.startswith(ZIP_SIGNATURES):
        records, sheets, chosen = workbook.read_workbook(content, sheet)
        frame, rejected = _assemble(records)
        return Table(frame, rejected, sheets=sheets, sheet=chosen)
    text, encoding = delimited.decode(content)
    if sheet is not None:
        raise DataError("data.sheet_in_text_table", sheet=sheet)
    delimiter = delimited.find_delimiter(text)
    frame, rejected = _assemble(delimited.read_records(text, delimiter))
    return Table(frame, rejected, encoding=encoding, delimiter=delimiter)


def rejected_rows(reasons: Iterable[tuple[int, str]]) -> pd.DataFrame:
    """A frame of `row` (number in the file, the header is 1) and `reason` (a code), in file order."""
    rows = sorted(reasons)
    return pd.DataFrame(
        {
            "row": pd.Series([row for row, _ in rows], dtype="int64"),
            "reason": pd.Series([reason for _, reason in rows], dtype="str"),
        }
    )


def check_size(size: int) -> None:
    """A file of this many bytes may be read. Raises DataError `data.file_too_large`."""
    if size > limits.MAX_MEGABYTES * limits.MEGABYTE:
        megabytes = -(-size // limits.MEGABYTE)
        raise DataError("data.file_too_large", megabytes=megabytes, limit=limits.MAX_MEGABYTES)


def _read_file(path: Path) -> bytes:
    try:
        if not path.exists():
            raise DataError("data.file_missing", name=path)
        if not path.is_file():
            raise DataError("data.file_unreadable", name=path)
        check_size(path.stat().st_size)
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        if isinstance(error, DataError):
            raise
        raise DataError("data.file_unreadable", name=path) from error


def _assemble(records: Iterable[Record]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Check rows against the header; returns the frame, indexed by row number, and the rejected rows."""
    header: list[str] = []
    numbers: list[int] = []
    rows: list[list[str]] = []
    rejected: list[tuple[int, str]] = []
    for record in records:
        if record.row > limits.MAX_SHEET_ROWS:
            raise DataError("data.too_many_rows", limit=limits.MAX_ROWS)
        if not any(cell and not cell.isspace() for cell in record.cells):
            continue
        if record.oversized or max(map(len, record.cells)) > limits.MAX_CELL_CHARACTERS:
            raise DataError("data.cell_too_large", row=record.row, limit=limits.MAX_CELL_CHARACTERS)
        if not header:
            header = _check_header(record.cells)
            continue
        if len(rows) + len(rejected) == limits.MAX_ROWS:
            raise DataError("data.too_many_rows", limit=limits.MAX_ROWS)
        if reason := _misfit(record, len(header)):
            rejected.append((record.row, reason))
            continue
        if (len(rows) + 1) * len(header) > limits.MAX_CELLS:
            raise DataError("data.too_many_cells", limit=limits.MAX_CELLS)
        numbers.append(record.row)
        rows.append(record.cells)
    if not header:
        raise DataError("data.empty_file")
    if not rows and rejected:
        raise DataError("data.all_rows_rejected", count=len(rejected), columns=len(header))
    if not rows:
        raise DataError("data.no_rows")
    index = pd.Index(numbers, name="row", dtype="int64")
    return pd.DataFrame(rows, columns=header, index=index, dtype="str"), rejected_rows(rejected)


def _check_header(cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    if len(names) > limits.MAX_COLUMNS:
        raise DataError("data.too_many_columns", limit=limits.MAX_COLUMNS)
    seen: set[str] = set()
    for number, name in enumerate(names, start=1):
        if not name:
            raise DataError("data.blank_header", column=number)
        if name in seen:
            raise DataError("data.duplicate_column", column=name)
        seen.add(name)
    return names


def _misfit(record: Record, width: int) -> str | None:
    if len(record.cells) == width:
        return None
    if record.broken_quotes:
        return "broken_quotes"
    return "too_few_fields" if len(record.cells) < width else "too_many_fields"


@dataclass(frozen=True, eq=False)
class Table:
    """A file as rows of text."""

    frame: pd.DataFrame
    """All columns as `str`; the index, `row`, is the row number in the file (the header is row 1)."""

    rejected: pd.DataFrame
    """Columns `row` and `reason`: `too_few_fields`, `too_many_fields` or `broken_quotes`."""

    encoding: str | None = None
    """Python's name of the encoding; None for a workbook."""

    delimiter: str | None = None
    """None for a workbook."""

    sheets: tuple[str, ...] = ()
    """The names of all sheets of a workbook."""

    sheet: str | None = None
    """The sheet that was read."""
