"""Excel workbooks: values as text, choice of a sheet, and files made to do harm."""

from __future__ import annotations

import datetime as dt
import io
import random
import time
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.chart import BarChart

from scalearn_core.errors import DataError
from scalearn_core.messages import MESSAGES
from scalearn_core.tables import limits
from scalearn_core.tables.reader import read_table
from scalearn_core.tables.reading import Reading

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
SPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(*rows: list[object], sheet: str = "Tickets") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rebuilt(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one part changed."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return buffer.getvalue()


def shared_strings() -> bytes:
    """A workbook laid out as Excel does: cells point into a part with all strings."""
    sheet = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (i + 1, i + 1, i) for i in range(3))
    strings = b"<si><t>text</t></si><si><t>a</t></si><si><t>two_x000D_\nlines</t></si>"
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/%s" ContentType="%s"/></Types>' % (STRINGS.encode(), kind)
    content = rebuilt(
        workbook(), SHEET, lambda _: b"<worksheet %s><sheetData>%s</sheetData></worksheet>" % (SPACE, sheet)
    )
    content = rebuilt(content, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", override))
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(STRINGS, b"<sst %s>%s</sst>" % (SPACE, strings))
    return buffer.getvalue()


def code_of(content: bytes, sheet: str | None = None) -> str:
    with pytest.raises(DataError) as caught:
        read_table(content, reading=Reading(sheet=sheet))
    return caught.value.code


def test_values_become_the_text_one_sees() -> None:
    values = {
        "NA": "NA",
        "001": "001",
        7: "7",
        2.5: "2.5",
        0.1 + 0.2: "0.3",
        1.23456789012345e15: "1234567890123450",  # as Excel stores an id of 16 digits
        4000123412341230.0: "4000123412341230",
        -9.9999999999999e15: "-9999999999999900",
        1.2e20: "1.2e+20",
        True: "TRUE",
        dt.date(2026, 1, 31): "2026-01-31",
        dt.datetime(2026, 1, 31, 9, 30): "2026-01-31 09:30:00",
        dt.time(9, 30): "09:30:00",
        "line\nbreak ": "line\nbreak ",
        "契約": "契約",
    }
    table = read_table(workbook(["text", "label"], *([value, "x"] for value in values)))
    assert table.frame["text"].tolist() == list(values.values())
    assert (table.sheet, table.sheets, table.encoding, table.delimiter) == (
        "Tickets",
        ("Tickets",),
        None,
        None,
    )


def test_formulas_give_their_stored_value() -> None:
    content = workbook(["text", "label"], ["=1+1", "x"])
    stored = rebuilt(
        content, SHEET, lambda xml: xml.replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>")
    )
    assert read_table(stored).frame["text"].tolist() == ["2"]


def test_short_rows_are_filled_and_blank_rows_and_edges_passed_over() -> None:
    content = workbook(
        [], ["text", "label", "note", None], ["a"], [None, None, None], ["b", "x", "n", None, "extra"]
    )
    table = read_table(content)
    assert table.frame.to_numpy().tolist() == [["a", "", ""]]
    assert table.frame.index.tolist() == [3]
    assert table.rejected.to_dict("list") == {
        "row": [5],
        "reason": ["too_many_fields"],
        "content": ["b\tx\tn\t\textra"],
    }


def test_the_first_visible_sheet_is_read_unless_one_is_chosen() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Hidden"
    book.active.append(["h"])
    book.active.sheet_state = "hidden"
    for name in ("One", "Two"):
        sheet = book.create_sheet(name)
        sheet.append(["text"])
        sheet.append([name])
    book.create_chartsheet("Chart").add_chart(BarChart())
    content = saved(book)
    assert read_table(content).sheet == "One"
    assert read_table(content, reading=Reading(sheet="Two")).frame["text"].tolist() == ["Two"]
    assert read_table(content).sheets == ("Hidden", "One", "Two")
    assert code_of(content, sheet="Three") == "data.unknown_sheet"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "data.empty_file"),
        ([["text", "label"]], "data.no_rows"),
        ([[f"c{i}" for i in range(1_001)], ["x"]], "data.too_many_columns"),
    ],
)
def test_a_sheet_that_is_no_table_is_refused(rows: list[list[object]], code: str) -> None:
    assert code_of(workbook(*rows)) == code


def test_a_declared_size_of_billions_of_cells_is_not_believed() -> None:
    content = workbook(["text", "label"], ["a", "x"])
    huge = rebuilt(content, SHEET, lambda xml: xml.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'))
    assert huge != content
    start = time.monotonic()
    assert len(read_table(huge).frame) == 1
    assert time.monotonic() - start < 10


def test_a_row_far_down_or_far_right_is_refused_in_bounded_time() -> None:
    content = workbook(["text", "label"], ["a", "x"])
    start = time.monotonic()
    for old, new, code in [
        (b'r="2"', b'r="999999999999"', "data.too_many_rows"),
        (b'r="B2"', b'r="XFD2"', "data.too_many_columns"),
    ]:
        assert code_of(rebuilt(content, SHEET, lambda xml, old=old, new=new: xml.replace(old, new))) == code
    assert time.monotonic() - start < 20


def test_formatting_far_beyond_the_data_costs_little() -> None:
    filler = b'<row><c r="XFD1" s="0"/></row>' * 20_000
    content = workbook(["text", "label"], ["a", "x"])
    wide = rebuilt(content, SHEET, lambda xml: xml.replace(b"</sheetData>", filler + b"</sheetData>"))
    start = time.monotonic()
    assert read_table(wide).frame.to_numpy().tolist() == [["a", "x"]]
    assert time.monotonic() - start < 10


def test_too_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_SCANNED_CELLS", 5)
    assert code_of(workbook(["text", "label"], ["a", "x"], ["b", "y"])) == "data.too_many_cells"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    content = workbook(["text", "label"], ["a", "x"])
    bomb = rebuilt(content, SHEET, lambda xml: xml + b" " * 50_000_000)
    assert len(bomb) < 200_000
    start = time.monotonic()
    assert code_of(bomb) == "data.workbook_too_large"
    assert time.monotonic() - start < 10


def test_entities_that_multiply_are_refused() -> None:
    entities = b"".join(b'<!ENTITY %c "%s">' % (new, b"&%c;" % (new - 1) * 50) for new in b"bcdef")
    doctype = b'<!DOCTYPE w [<!ENTITY a "' + b"x" * 1_000 + b'">' + entities + b"]>"
    for part, content in [(SHEET, workbook(["text"], ["a"])), (STRINGS, shared_strings())]:
        laughing = rebuilt(content, part, lambda xml: doctype + xml.replace(b">a<", b">&f;<"))
        start = time.monotonic()
        assert code_of(laughing) == "data.damaged_workbook"
        assert time.monotonic() - start < 10


def test_strings_shared_between_cells_are_read_as_excel_writes_them() -> None:
    assert read_table(shared_strings()).frame["text"].tolist() == ["a", "two\r\nlines"]


@pytest.mark.parametrize("part", ["word/document.xml", "xl/workbook.bin", "photos/1.jpg"])
def test_other_archives_are_named(part: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(part, b"something")
    assert code_of(buffer.getvalue()) == "data.unsupported_format"


def test_a_cut_off_workbook_is_damaged() -> None:
    content = workbook(["text", "label"], ["a", "x"])
    assert code_of(content[: len(content) // 2]) == "data.damaged_workbook"


@pytest.mark.parametrize("part", [SHEET, STRINGS, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("seed", range(12))
def test_flipped_bytes_give_a_table_or_a_sentence(part: str, seed: int) -> None:
    chance = random.Random(seed)

    def damage(xml: bytes) -> bytes:
        broken = bytearray(xml)
        for _ in range(3):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        return bytes(broken)

    content = rebuilt(shared_strings(), part, damage)
    try:
        assert len(read_table(content).frame) >= 1
    except DataError as error:
        assert error.code in MESSAGES
