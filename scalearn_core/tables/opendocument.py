"""OpenDocument spreadsheets (LibreOffice, Google): the values of one sheet as text, read row by row.

Source: OASIS OpenDocument 1.3, part 3, section 9. An empty row that is repeated a million times is usual there.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from typing import IO
from xml.etree import ElementTree as ET

from scalearn_core.errors import DataError
from scalearn_core.tables import limits
from scalearn_core.tables.cells import cell_text
from scalearn_core.tables.content import Content, OnProgress
from scalearn_core.tables.merged import SheetRow, Span, unmerged
from scalearn_core.tables.notes import NoteTaker
from scalearn_core.tables.workbook import Bounds, Records, check_package, choose_sheet, damage_told, told_as_damage

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _TEXT, _OFFICE, _STYLE = (_OASIS % name for name in ("table", "text", "office", "style"))
_CELLS = (_TABLE + "table-cell", _TABLE + "covered-table-cell")
_FREED = (_TABLE + "table-row", _TABLE + "table")
_BLANKS = re.compile("[ \t\r\n]+")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d{1,3})?")
_KIND = b"application/vnd.oasis.opendocument.spreadsheet"


def is_spreadsheet(content: Content) -> bool:
    """Whether the archive says that it is one. Raises DataError `data.damaged_workbook`."""
    with told_as_damage(), content.file() as file, zipfile.ZipFile(file) as archive:
        if "mimetype" not in archive.namelist():
            return False
        with archive.open("mimetype") as part:
            return part.read(100).strip() == _KIND


@contextmanager
def read_sheet(
    content: Content, sheet: str | None, on_progress: OnProgress | None = None, notes: NoteTaker | None = None
) -> Iterator[Records]:
    """As `workbook.read_workbook`. Numbers and dates are read as stored, not as they are formatted."""
    with content.file() as file, ExitStack() as at_end:
        with told_as_damage():
            if "content.xml" not in check_package(file):
                raise DataError("data.damaged_workbook")
            archive = at_end.enter_context(zipfile.ZipFile(file))
        with told_as_damage(), archive.open("content.xml") as xml:
            names, visible = _sheets(xml)
        chosen = choose_sheet(sheet, names, visible)
        size = archive.getinfo("content.xml").file_size
        with archive.open("content.xml") as xml:
            rows = _rows(xml, names.index(chosen), size, on_progress, notes or NoteTaker())
            yield unmerged(rows), names, chosen


def _sheets(xml: IO[bytes]) -> tuple[tuple[str, ...], list[str]]:
    """The names of all sheets, and of those that are not hidden."""
    hidden: set[str] = set()
    names: list[str] = []
    visible: list[str] = []
    for event, element in _events(xml, _CELLS):
        if event == "start" and element.tag == _TABLE + "table":
            name = element.get(_TABLE + "name", f"{len(names) + 1}")
            names.append(name)
            if element.get(_TABLE + "style-name") not in hidden:
                visible.append(name)
        elif event == "end" and element.tag == _STYLE + "style":
            properties = element.find(_STYLE + "table-properties")
            if properties is not None and properties.get(_TABLE + "display") == "false":
                hidden.add(element.get(_STYLE + "name", ""))
    return tuple(names), visible


def _rows(
    xml: IO[bytes], wanted: int, size: int, on_progress: OnProgress | None, notes: NoteTaker
) -> Iterator[SheetRow]:
    bounds = Bounds()
    row, table, stored = 0, -1, 0
    for event, element in damage_told(_events(xml)):
        if event == "start":
            table += element.tag == _TABLE + "table"
            stored = 0 if element.tag == _TABLE + "table-row" else stored + (element.tag in _CELLS)
            if stored > limits.MAX_SCANNED_IN_ROW:
                raise DataError("data.too_many_columns", limit=limits.MAX_COLUMNS)
        elif element.tag == _TABLE + "table" and table == wanted:
            return
        elif element.tag == _TABLE + "table-row" and table == wanted:
            with told_as_damage():
                repeated = _number(element, "number-rows-repeated")
                cells, spans = _cells(element)
                empty = _without_value(element) if cells else []
            hidden = element.get(_TABLE + "visibility") in ("collapse", "filter")
            for _ in range(repeated if cells else 0):
                row += 1
                bounds.check(row, len(cells), len(cells))
                if hidden:
                    notes.hidden.append(row)
                for column in empty:
                    notes.without_value[column].append(row)
                yield SheetRow(row, cells, spans)
            row += 0 if cells else repeated
            if on_progress and row % 1000 == 0:
                on_progress(min(0.99, xml.tell() / max(1, size)))


def _events(xml: IO[bytes], freed: tuple[str, ...] = ()) -> Iterator[tuple[str, ET.Element]]:
    """The start and end of each element. Rows that have ended are freed, else a million empty ones would stay."""
    parents: list[ET.Element] = []
    for event, element in ET.iterparse(xml, ("start", "end")):
        if event == "start":
            parents.append(element)
        else:
            parents.pop()
        yield event, element
        if event == "end" and parents and (element.tag in freed or element.tag in _FREED):
            parents[-1].remove(element)


def _cells(row: ET.Element) -> tuple[list[str], tuple[Span, ...]]:
    """The values of a row without blank ones at its end, and its merged cells."""
    cells: list[str] = []
    spans: list[Span] = []
    blank = 0
    for cell in row:
        if cell.tag not in _CELLS:
            continue
        repeated = _number(cell, "number-columns-repeated")
        value = _value(cell) if cell.tag == _TABLE + "table-cell" else ""
        if not value:
            blank += repeated
            continue
        if len(cells) + blank + repeated > limits.MAX_COLUMNS:
            raise DataError("data.too_many_columns", limit=limits.MAX_COLUMNS)
        cells += [""] * blank
        blank = 0
        span = Span(len(cells), _number(cell, "number-rows-spanned"), _number(cell, "number-columns-spanned"))
        if span.rows > 1 or span.columns > 1:
            spans.append(span)
        cells += [value] * repeated
    return cells, tuple(spans)


def _without_value(row: ET.Element) -> list[int]:
    """The columns whose cell is a formula of which no value is stored."""
    columns, column = [], 0
    for cell in row:
        if cell.tag in _CELLS:
            if cell.get(_TABLE + "formula") and not cell.get(_OFFICE + "value-type") and not _shown(cell):
                columns.append(column)
            column += _number(cell, "number-columns-repeated")
    return columns


def _number(element: ET.Element, attribute: str) -> int:
    return _count(element.get(_TABLE + attribute, "1"))


def _value(cell: ET.Element) -> str:
    match cell.get(_OFFICE + "value-type"):
        case "float" | "percentage" | "currency":
            number = cell.get(_OFFICE + "value", "")
            whole = number.isascii() and number.isdecimal()
            stored = cell_text(float(number)) if _NUMBER.fullmatch(number) and not whole else number
        case "date":
            day, _, time = cell.get(_OFFICE + "date-value", "").partition("T")
            stored = f"{day} {time}".removesuffix(" 00:00:00").strip()
        case "boolean":
            stored = cell.get(_OFFICE + "boolean-value", "").upper()
        case _:
            return _shown(cell) or cell.get(_OFFICE + "string-value", "")
    return stored or _shown(cell)


def _shown(cell: ET.Element) -> str:
    """The paragraphs of a cell; a few bytes may ask for gigabytes of blanks, so no more than is refused later."""
    pieces: list[str] = []
    length = 0
    for number, paragraph in enumerate(cell.findall(_TEXT + "p")):
        for piece in chain(["\n"] if number else [], _pieces(paragraph)):
            pieces.append(piece)
            length += len(piece)
            if length > limits.MAX_CELL_CHARACTERS:
                return "".join(pieces)
    return "".join(pieces)


def _pieces(element: ET.Element) -> Iterator[str]:
    """The text of a paragraph; runs of blanks, tabs and line breaks are elements of their own."""
    match element.tag.removeprefix(_TEXT):
        case "s":
            yield " " * min(_count(element.get(_TEXT + "c", "1")), limits.MAX_CELL_CHARACTERS)
        case "tab":
            yield "\t"
        case "line-break":
            yield "\n"
        case "ruby-text":  # how the base is read aloud
            return
        case _ if element.tag.startswith(_OFFICE):  # a comment
            return
        case tag:
            text = _BLANKS.sub(" ", element.text or "")
            yield text.removeprefix(" ") if tag == "p" else text
            for child in element:
                yield from _pieces(child)
                yield _BLANKS.sub(" ", child.tail or "")


def _count(written: str) -> int:
    return max(1, int(written)) if written.isascii() and written.isdecimal() else 1
