"""Excel workbooks: the values of one sheet as text, read row by row."""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from scalearn_core.data import limits
from scalearn_core.data.records import Record
from scalearn_core.errors import DataError

OTHER_PACKAGES = {
    "word/document.xml": "DOCX",
    "ppt/presentation.xml": "PPTX",
    "xl/workbook.bin": "XLSB",
    "content.xml": "OpenDocument",
}


def read_workbook(content: bytes, sheet: str | None) -> tuple[list[Record], tuple[str, ...], str]:
    """Read one sheet; without a choice, the first visible one.

    Formulas give the value Excel stored, dates ISO text, whole numbers no decimal point.

    Returns:
        Records (rows shorter than the header are filled up, as the sheet looks), the names of all sheets,
        and the name of the one read.

    Raises:
        DataError: `data.unsupported_format`, `data.damaged_workbook`, `data.workbook_too_large`,
            `data.unknown_sheet`, `data.too_many_rows`, `data.too_many_columns`, `data.too_many_cells`.
    """
    try:
        _check_package(content)
        return _read_sheet(content, sheet)
    except (DataError, MemoryError):
        raise
    except Exception as error:
        # openpyxl has no error of its own for a damaged file: it fails wherever the damage leads it.
        raise DataError("data.damaged_workbook") from error


def cell_text(value: object) -> str:
    """A cell's value as one would read it on the sheet: `2026-01-31`, `3`, `0.3`, `TRUE`."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float():
            return format(value, ".15g")  # the digits Excel shows; 0.1 + 0.2 is stored as 0.30000000000000004
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime():
            return value.isoformat(sep=" ")
        case _:
            return str(value).replace("_x000D_", "\r")  # how Excel writes a carriage return


def _check_package(content: bytes) -> None:
    """Refuse by the archive's directory alone. `zipfile` never unpacks more than what it says there."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        found = next((kind for part, kind in OTHER_PACKAGES.items() if part in names), "ZIP")
        raise DataError("data.unsupported_format", found=found)
    total = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > limits.SMALL_PART_MEGABYTES * limits.MEGABYTE
        and part.file_size > limits.MAX_UNZIP_RATIO * part.compress_size
        for part in parts
    )
    if swollen or total > limits.MAX_UNZIPPED_MEGABYTES * limits.MEGABYTE:
        raise DataError("data.workbook_too_large", limit=limits.MAX_UNZIPPED_MEGABYTES)


def _read_sheet(content: bytes, sheet: str | None) -> tuple[list[Record], tuple[str, ...], str]:
    import openpyxl  # 0.2 s to import, and most tables are text

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which do not concern values
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            worksheets = {worksheet.title: worksheet for worksheet in book.worksheets}
            if not worksheets:
                raise DataError("data.damaged_workbook")
            visible = [name for name, worksheet in worksheets.items() if worksheet.sheet_state == "visible"]
            chosen = sheet if sheet is not None else (visible or list(worksheets))[0]
            if chosen not in worksheets:
                raise DataError("data.unknown_sheet", sheet=chosen, sheets=", ".join(worksheets))
            records = list(_records(worksheets[chosen]))
        finally:
            book.close()
    return records, tuple(worksheets), chosen


def _records(worksheet: Any) -> Iterator[Record]:
    worksheet.reset_dimensions()  # what a sheet declares may be wrong, or a million rows of nothing
    width = scanned = filled = 0
    for row, values in enumerate(worksheet.iter_rows(values_only=True), start=1):
        scanned += len(values)
        cells = [cell_text(value) for value in _without_blank_end(values)]
        if row > limits.MAX_SHEET_ROWS:
            raise DataError("data.too_many_rows", limit=limits.MAX_ROWS)
        if len(cells) > limits.MAX_COLUMNS:
            raise DataError("data.too_many_columns", limit=limits.MAX_COLUMNS)
        width = width or len(cells)  # the first row that is not blank is the header
        filled += width if cells else 0
        if filled > limits.MAX_CELLS or scanned > limits.MAX_SCANNED_CELLS:
            raise DataError("data.too_many_cells", limit=limits.MAX_CELLS)
        if cells:
            yield Record(row, cells + [""] * (width - len(cells)))


def _without_blank_end(values: tuple[object, ...]) -> tuple[object, ...]:
    end = len(values)
    while end and values[end - 1] in (None, ""):
        end -= 1
    return values[:end]
