"""Excel workbooks: the values of one sheet as text, read row by row."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, BinaryIO, TypeVar

from scalearn_core.errors import DataError
from scalearn_core.tables import limits
from scalearn_core.tables.cells import cell_text
from scalearn_core.tables.content import BLOCK, Content, OnProgress
from scalearn_core.tables.merged import SheetRow, Span, unmerged
from scalearn_core.tables.notes import MOST_IN_CELL, NoteTaker
from scalearn_core.tables.packages import holds_workbook, in_usual_form, plain_name
from scalearn_core.tables.records import Record

OTHER_PACKAGES = {
    "word/document.xml": "DOCX",
    "ppt/presentation.xml": "PPTX",
    "xl/workbook.bin": "XLSB",
    "content.xml": "OpenDocument",
}
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
"""How Excel writes a character that XML cannot hold, such as a carriage return."""
MAX_MERGED = 100_000
"""Merged cells that are heeded."""

Item = TypeVar("Item")
Records = tuple[Iterator[Record], tuple[str, ...], str]
"""The rows of a sheet, the names of all sheets, and that of the one read."""


@contextmanager
def read_workbook(
    content: Content, sheet: str | None, on_progress: OnProgress | None = None, notes: NoteTaker | None = None
) -> Iterator[Records]:
    """Read one sheet; without a choice, the first visible one.

    Formulas give the value Excel stored, dates ISO text, whole numbers no decimal point. Rows have no blank cells
    at their end. What of it is hidden or not stored is put into `notes`.

    Raises:
        DataError: `data.unsupported_format`, `data.damaged_workbook`, `data.workbook_too_large`,
            `data.unknown_sheet`, `data.too_many_rows`, `data.too_many_columns`, `data.too_many_cells`.
    """
    with content.file() as file, ExitStack() as at_end:
        with told_as_damage(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which do not concern values
            check_workbook(file)
            file = at_end.enter_context(in_usual_form(file))
            import openpyxl  # 0.2 s to import, and most tables are text

            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            at_end.callback(book.close)
            worksheets = {worksheet.title: worksheet for worksheet in book.worksheets}
            visible = [name for name, worksheet in worksheets.items() if worksheet.sheet_state == "visible"]
            chosen = choose_sheet(sheet, tuple(worksheets), visible)
            spans = _spans(file, worksheets[chosen]._worksheet_path)
        rows = _rows(worksheets[chosen], spans, on_progress, notes or NoteTaker())
        yield unmerged(rows), tuple(worksheets), chosen


@contextmanager
def told_as_damage(damage: DataError | None = None) -> Iterator[None]:
    """A library that reads files fails in many ways on a damaged one: all of them are one sentence."""
    try:
        yield
    except (DataError, MemoryError):
        raise
    except Exception as error:
        raise damage or DataError("data.damaged_workbook") from error


def damage_told(items: Iterable[Item], damage: DataError | None = None) -> Iterator[Item]:
    """The items of such a library, one after another."""
    with told_as_damage(damage):
        yield from items


def check_workbook(file: BinaryIO) -> None:
    """The archive is a workbook. Raises DataError `data.unsupported_format`, or as `check_package`."""
    names = check_package(file)
    with zipfile.ZipFile(file) as archive:
        if not holds_workbook(archive):
            package = next((kind for part, kind in OTHER_PACKAGES.items() if part in names), "ZIP")
            raise DataError("data.unsupported_format", found=package)


def check_package(file: BinaryIO) -> set[str]:
    """The names of an archive's parts. Its directory alone decides: `zipfile` never unpacks more than it says."""
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > limits.SMALL_PART_MEGABYTES * limits.MEGABYTE
        and part.file_size > limits.MAX_UNZIP_RATIO * part.compress_size
        for part in parts
    )
    if swollen or total > limits.MAX_UNZIPPED_MEGABYTES * limits.MEGABYTE:
        raise DataError("data.workbook_too_large", limit=limits.MAX_UNZIPPED_MEGABYTES)
    return {plain_name(part.filename) for part in parts}


def choose_sheet(asked: str | None, names: tuple[str, ...], visible: list[str]) -> str:
    """Raises DataError `data.unknown_sheet`, or `data.damaged_workbook` where there is none."""
    if not names:
        raise DataError("data.damaged_workbook")
    chosen = asked if asked is not None else (visible or list(names))[0]
    if chosen not in names:
        raise DataError("data.unknown_sheet", sheet=chosen, sheets=", ".join(names))
    return chosen


class Bounds:
    """Counts the cells of a sheet that are read, and those that hold anything."""

    def __init__(self) -> None:
        self.scanned = self.filled = 0

    def check(self, row: int, scanned: int, width: int) -> None:
        """Raises DataError `data.too_many_rows`, `data.too_many_columns` or `data.too_many_cells`."""
        self.scanned += scanned
        self.filled += width
        if row > limits.MAX_SHEET_ROWS:
            raise DataError("data.too_many_rows", limit=limits.MAX_SHEET_ROWS)
        if width > limits.MAX_COLUMNS:
            raise DataError("data.too_many_columns", limit=limits.MAX_COLUMNS)
        if self.filled > limits.MAX_CELLS or self.scanned > limits.MAX_SCANNED_CELLS:
            raise DataError("data.too_many_cells", limit=limits.MAX_CELLS)


def _rows(
    worksheet: Any, spans: dict[int, list[Span]], on_progress: OnProgress | None, notes: NoteTaker
) -> Iterator[SheetRow]:
    bounds = Bounds()
    last = 0
    for row, stored in damage_told(_stored(worksheet, notes)):
        values = {cell["column"]: cell["value"] for cell in stored}
        if row <= last or len(values) < len(stored):  # a row or a cell twice: one of them would be lost
            raise DataError("data.damaged_workbook")
        last = row
        if on_progress and row % 1000 == 0:  # what a sheet declares may be wrong
            on_progress(min(0.99, row / (worksheet.max_row or row)))
        width = max((column for column, value in values.items() if value not in (None, "")), default=0)
        bounds.check(row, len(stored), width)
        if width:
            cells = [_text(values.get(column)) for column in range(1, width + 1)]
            if max(map(len, cells)) >= MOST_IN_CELL:
                notes.full.append(row)
            yield SheetRow(row, cells, tuple(spans.get(row, ())))


def _stored(worksheet: Any, notes: NoteTaker) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """The cells of each row. Not by `iter_rows`, which leaves out rows and cells that are stored out of order."""
    from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

    class Parser(WorkSheetParser):  # type: ignore[misc]
        """One that notes formulas without a value; a text that is blank is one."""

        def parse_cell(self, element: Any) -> dict[str, Any]:
            cell: dict[str, Any] = super().parse_cell(element)
            is_stored = element.find(VALUE_TAG) is not None and element.get("t") == "str"
            if cell["value"] is None and not is_stored and element.find(FORMULA_TAG) is not None:
                notes.without_value[cell["column"] - 1].append(cell["row"])
            return cell

    book = worksheet.parent
    with worksheet._get_source() as xml:
        counted = _RowByRow(xml)
        parser = Parser(
            counted,
            worksheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for row, cells in parser.parse():
            counted.read_of_row = 0
            if parser.row_dimensions.pop(str(row), {}).get("hidden") in ("1", "true"):
                notes.hidden.append(row)
            yield row, cells


class _RowByRow:
    """A part of a workbook of which no row is read beyond the limit: openpyxl holds a row as a whole."""

    def __init__(self, xml: Any) -> None:
        self.xml = xml
        self.read_of_row = 0

    def read(self, size: int = -1) -> bytes:
        block: bytes = self.xml.read(size)
        self.read_of_row += len(block)
        if self.read_of_row > limits.MAX_LINE_CHARACTERS:
            raise DataError("data.too_many_cells", limit=limits.MAX_CELLS)
        return block


def _text(value: object) -> str:
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), value) if isinstance(value, str) else cell_text(value)


def _spans(file: BinaryIO, part: str) -> dict[int, list[Span]]:
    """The merged cells of a sheet by their first row; openpyxl tells of them only if it holds the whole sheet."""
    spans: dict[int, list[Span]] = defaultdict(list)
    count, tail = 0, b""
    with zipfile.ZipFile(file) as archive, archive.open(part.lstrip("/")) as xml:
        while block := xml.read(BLOCK):
            tail += block
            if b"mergeCell" not in tail:
                tail = tail[-200:]
                continue
            end = 0
            for match in _MERGED.finditer(tail):
                end = match.end()
                left, top, right, bottom = (group.decode() for group in match.groups())
                span = Span(_column(left), int(bottom) - int(top) + 1, _column(right) - _column(left) + 1)
                count += 1
                if span.rows > 0 and span.columns > 0 and count <= MAX_MERGED:
                    spans[int(top)].append(span)
            tail = tail[max(end, len(tail) - 200) :]
    return spans


def _column(letters: str) -> int:
    """A is 0, Z is 25, AA is 26."""
    number = 0
    for character in letters:
        number = 26 * number + ord(character) - ord("A") + 1
    return number - 1
