"""Workbooks that Excel opens though they are put together otherwise."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from scalearn_core.tables import packages
from scalearn_core.tables.reader import read_table, sheet_names

from .building import MAIN, RELATED, inline, read, refused, sheet_rows, whole, xlsx, zipped

STRICT = "http://purl.oclc.org/ooxml"
ROWS = [["text", "label"], ["the badge is lost", "badge"], [f"see {STRICT}/spreadsheetml/main", "parcel"]]
BOOK = xlsx(sheet_rows(*ROWS), strings="")


def changed(
    content: bytes,
    *,
    name: Callable[[str], str] = lambda name: name,
    part: Callable[[str], str] = lambda text: text,
) -> bytes:
    """A workbook with the names and texts of its parts changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return zipped({name(known): part(archive.read(known).decode()) for known in archive.namelist()})


def strict(text: str) -> str:
    """A part as "Strict Open XML Spreadsheet" has it."""
    return text.replace(MAIN, f"{STRICT}/spreadsheetml/main").replace(
        f'"{RELATED}', f'"{STRICT}/officeDocument/relationships'
    )


@pytest.mark.parametrize(
    "content",
    [
        changed(BOOK, part=strict),
        changed(BOOK, name=lambda name: name.replace("/", "\\")),
        changed(BOOK, name=lambda name: "/" + name),
        changed(BOOK, name=lambda name: name.replace("/", "\\"), part=strict),
        changed(
            BOOK,
            name=lambda name: name.replace("workbook.xml", "book.xml"),
            part=lambda text: text.replace("xl/workbook.xml", "xl/book.xml"),
        ),
        changed(BOOK, part=lambda text: text.replace("spreadsheetml.sheet.main", "spreadsheetml.template.main")),
    ],
    ids=["strict", "backslashes", "leading slashes", "strict with backslashes", "another name", "template"],
)
def test_another_package_is_the_same_table(content: bytes) -> None:
    assert read(content) == whole(*ROWS)
    assert sheet_names(content) == ("Sheet1",)


def test_days_of_a_strict_workbook_are_written_out() -> None:
    rows = f'<row r="1">{inline("A1", "day")}{inline("B1", "label")}</row>'
    rows += f'<row r="2"><c r="A2" t="d"><v>2026-04-01T00:00:00Z</v></c>{inline("B2", "a")}</row>'
    assert read_table(changed(xlsx(rows), part=strict)).frame["day"].tolist() == ["2026-04-01"]


def test_a_name_that_stands_across_two_blocks_is_put_into_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (7, 64, 97):
        monkeypatch.setattr(packages, "BLOCK", size)
        source, target = io.BytesIO(f'<worksheet xmlns="{STRICT}/spreadsheetml/main"/>'.encode() * 9), io.BytesIO()
        packages._copy(source, target, strict=True)
        assert target.getvalue() == f'<worksheet xmlns="{MAIN}"/>'.encode() * 9


def test_an_archive_of_other_things_is_no_workbook() -> None:
    types = '<Types><Override PartName="/_rels/.rels" ContentType="application/xml"/></Types>'
    assert refused(zipped({"[Content_Types].xml": types})) == "data.unsupported_format"
    assert refused(zipped({"word\\document.xml": ""})) == "data.unsupported_format"
