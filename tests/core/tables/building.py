"""Files built part by part, and what reading them gives."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scalearn_core.errors import DataError
from scalearn_core.tables.reader import read_table
from scalearn_core.tables.reading import Reading

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
OASIS = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "style")
)


class Read(NamedTuple):
    """A table as plain lists, which compare exactly."""

    columns: list[str]
    cells: list[list[str]]
    rows: list[int]
    rejected: list[tuple[int, str, str]]


def read(source: bytes | Path, **options: Any) -> Read:
    table = read_table(source, Reading(**options))
    rejected = table.rejected[["row", "reason", "content"]].itertuples(index=False, name=None)
    return Read(
        list(table.frame.columns), table.frame.to_numpy().tolist(), table.frame.index.tolist(), list(rejected)
    )


def whole(columns: Sequence[str], *rows: Sequence[str], first: int = 2) -> Read:
    """A reading in which each row is kept, without gaps between their numbers."""
    return Read(list(columns), [list(row) for row in rows], list(range(first, first + len(rows))), [])


def refused(source: bytes | Path, **options: Any) -> str:
    """The code of the refusal, whose message is one sentence on what is wrong and at most two on what to do."""
    with pytest.raises(DataError) as caught:
        read_table(source, Reading(**options))
    message = str(caught.value)
    assert re.fullmatch(r"[^\n]{20,400}\.", message)
    assert "{" not in message
    return caught.value.code


def zipped(parts: Mapping[str, str | bytes], *, stored: Sequence[str] = ()) -> bytes:
    """A zip archive of these parts, in this order; those `stored` are not compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def xlsx(
    *sheets: str,
    names: Sequence[str] = (),
    states: Sequence[str] = (),
    strings: str | None = None,
    styles: str | None = None,
    properties: str = "",
    around: str = "",
    extra: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A workbook.

    Args:
        sheets: what stands in `sheetData` of each sheet, rows.
        names: of the sheets; "Sheet1" and so on by default.
        states: of the sheets: "visible", "hidden" or "veryHidden".
        strings: what stands in the part of shared strings.
        styles: what stands in the part of styles.
        properties: what stands before the list of sheets in the workbook.
        around: what stands below `sheetData`, such as merged cells.
        extra: further parts, which replace those of the same name.
    """
    numbers = range(1, len(sheets) + 1)
    names = names or [f"Sheet{number}" for number in numbers]
    states = states or ["visible"] * len(sheets)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" state="{state}" r:id="rId{number}"/>'
        for number, name, state in zip(numbers, names, states, strict=True)
    )
    targets = [(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    targets += [("rId901", "sharedStrings", "sharedStrings.xml")] * (strings is not None)
    targets += [("rId902", "styles", "styles.xml")] * (styles is not None)
    related = "".join(f'<Relationship Id="{i}" Type="{RELATED}/{kind}" Target="{to}"/>' for i, kind, to in targets)
    overrides = "".join(
        f'<Override PartName="/xl/{to}" ContentType="{KINDS}.{kind}+xml"/>'
        for _, kind, to in [("", "sheet.main", "workbook.xml"), *targets]
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}">{properties}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>',
    }
    for number, sheet in zip(numbers, sheets, strict=True):
        body = f"<sheetData>{sheet}</sheetData>{around}"
        parts[f"xl/worksheets/sheet{number}.xml"] = f'<worksheet xmlns="{MAIN}">{body}</worksheet>'
    if strings is not None:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{strings}</sst>'
    if styles is not None:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    return zipped(parts | dict(extra or {}))


def inline(reference: str, text: str) -> str:
    """A cell of a workbook that holds its own text."""
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def sheet_rows(*rows: Sequence[str]) -> str:
    """Rows of inline strings, each cell with its reference."""
    return "".join(
        f'<row r="{number}">'
        + "".join(inline(f"{chr(65 + column)}{number}", cell) for column, cell in enumerate(cells) if cell)
        + "</row>"
        for number, cells in enumerate(rows, start=1)
    )


def ods(
    *tables: str, styles: str = "", doctype: str = "", extra: Mapping[str, str | bytes] | None = None
) -> bytes:
    """An OpenDocument spreadsheet; each table is given whole, as `table:table`."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<office:document-content {OASIS} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f"{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )
    parts: dict[str, str | bytes] = {"mimetype": ODS, "content.xml": content}
    return zipped(parts | dict(extra or {}), stored=("mimetype",))


def ods_table(*rows: str, name: str = "Sheet1", attributes: str = "") -> str:
    return f'<table:table table:name="{name}" {attributes}>{"".join(rows)}</table:table>'


def ods_row(*cells: str, attributes: str = "") -> str:
    """A row; a cell that is not given as an element is a text."""
    elements = [
        cell if cell.startswith("<") else ods_cell(f"<text:p>{cell}</text:p>" if cell else "") for cell in cells
    ]
    return f"<table:table-row {attributes}>{''.join(elements)}</table:table-row>"


def ods_cell(content: str, attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}>{content}</table:table-cell>"
