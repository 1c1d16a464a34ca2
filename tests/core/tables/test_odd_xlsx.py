"""Excel workbooks with odd parts, built as other programs and hands leave them."""

from __future__ import annotations

import pytest

from scalearn_core.tables.reader import read_table

from .building import MAIN, Read, inline, read, refused, sheet_rows, whole, xlsx, zipped

NAMES = ["text", "label"]
HEADER = f'<row r="1">{inline("A1", "text")}{inline("B1", "label")}</row>'
STYLES = (
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    "<fonts><font/></fonts><fills><fill><patternFill/></fill></fills>"
    "<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
    '<xf numFmtId="164"/><xf numFmtId="21"/><xf numFmtId="10"/></cellXfs>'
)


def value(reference: str, stored: str, attributes: str = "") -> str:
    return f'<c r="{reference}" {attributes}><v>{stored}</v></c>'


def column(*cells: str, **options: str) -> bytes:
    """A workbook with these cells in its column A and "x" beside each."""
    rows = [f'<row r="{n}">{cell}{inline(f"B{n}", "x")}</row>' for n, cell in enumerate(cells, start=2)]
    return xlsx(HEADER + "".join(rows), **options)


def texts(content: bytes) -> list[str]:
    return read_table(content).frame["text"].tolist()


def test_a_header_of_two_merged_rows_is_one_name_per_column() -> None:
    rows = [["Customer", "", "Ticket", ""], ["name", "mail", "text", "label"], ["Ada", "a@b", "slow", "bug"]]
    merged = '<mergeCells count="2"><mergeCell ref="A1:B1"/><mergeCell ref="C1:D1"/></mergeCells>'
    columns = ["Customer / name", "Customer / mail", "Ticket / text", "Ticket / label"]
    assert read(xlsx(sheet_rows(*rows), around=merged)) == whole(columns, rows[2], first=3)


def test_a_header_merged_downwards_beside_a_group() -> None:
    rows = [["id", "Ticket", ""], ["", "text", "label"], ["1", "slow", "bug"], ["2", "fast", "ok"]]
    merged = '<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/></mergeCells>'
    assert read(xlsx(sheet_rows(*rows), around=merged)) == whole(
        ["id", "Ticket / text", "Ticket / label"], *rows[2:], first=3
    )


def test_a_title_merged_over_the_table_is_set_apart() -> None:
    rows = [["Tickets 2026", "", ""], ["text", "label", "by"], ["slow", "bug", "me"], ["fast", "ok", "me"]]
    merged = '<mergeCells><mergeCell ref="A1:C1"/></mergeCells>'
    table = read(xlsx(sheet_rows(*rows), around=merged))
    assert (table.columns, table.cells, table.rows) == (rows[1], rows[2:], [3, 4])
    assert table.rejected == [(1, "above_header", "Tickets 2026")]


def test_a_value_merged_over_rows_stands_in_each_of_them() -> None:
    rows = [["label", "text"], ["bug", "a"], ["", "b"], ["", "c"], ["ok", "d"], ["", "e"]]
    merged = '<mergeCells><mergeCell ref="A2:A4"/></mergeCells>'
    assert read(xlsx(sheet_rows(*rows), around=merged)).cells == [
        ["bug", "a"], ["bug", "b"], ["bug", "c"], ["ok", "d"], ["", "e"],
    ]  # fmt: skip


def test_a_value_merged_over_rows_in_the_last_column() -> None:
    rows = [["text", "label"], ["a", "bug"], ["b", ""], ["c", "ok"]]
    merged = '<mergeCells><mergeCell ref="B2:B3"/></mergeCells>'
    assert read(xlsx(sheet_rows(*rows), around=merged)).cells == [["a", "bug"], ["b", "bug"], ["c", "ok"]]


def test_formulas_give_what_excel_stored_and_nothing_where_it_stored_nothing() -> None:
    content = column(
        '<c r="A2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>',
        '<c r="A3"><f>1+1</f><v>2</v></c>',
        '<c r="A4"><f>1+1</f></c>',
        '<c r="A5" t="str"><f t="shared" ref="A5:A6" si="0">B5</f><v>x</v></c>',
        '<c r="A6" t="str"><f t="shared" si="0"/><v>y</v></c>',
        '<c r="A7" t="str"><f t="array" ref="A7">SUM(1)</f><v>z</v></c>',
    )
    assert texts(content) == ["ab", "2", "", "x", "y", "z"]


def test_numbers_dates_times_shares_truths_and_errors_as_text() -> None:
    content = column(
        value("A2", "46053", 's="1"'),
        value("A3", "46053.39583333333", 's="2"'),
        value("A4", "0.3958333333333333", 's="3"'),
        value("A5", "0.25", 's="4"'),
        value("A6", "1", 't="b"'),
        value("A7", "#N/A", 't="e"'),
        value("A8", "0.30000000000000004"),
        value("A9", "1E+20"),
        value("A10", "-7"),
        value("A11", "2026-01-31T09:30:00", 't="d"'),
        value("A12", "9999999", 's="1"'),
        styles=STYLES,
    )
    assert texts(content) == [
        "2026-01-31", "2026-01-31 09:30:00", "09:30:00", "0.25", "TRUE", "#N/A", "0.3", "1e+20", "-7",
        "2026-01-31 09:30:00", "#VALUE!",
    ]  # fmt: skip


def test_dates_counted_from_1904() -> None:
    content = column(value("A2", "44591", 's="1"'), styles=STYLES, properties='<workbookPr date1904="1"/>')
    assert texts(content) == ["2026-01-31"]


def test_leading_zeros_and_words_that_mean_nothing_stay_text() -> None:
    typed = ["001", "1e5", "NA", "None", "null", "TRUE", " lead", "trail ", "=1+1", "1.0"]
    assert texts(column(*(inline(f"A{n}", cell) for n, cell in enumerate(typed, start=2)))) == typed


def test_shared_strings_with_runs_and_readings() -> None:
    """Furigana stand beside the text and are no part of it."""
    strings = (
        "<si><r><t>bold</t></r><r><rPr><b/></rPr><t xml:space='preserve'> and </t></r><r><t>plain</t></r></si>"
        "<si><t>見積</t><rPh sb='0' eb='2'><t>ミツモリ</t></rPh><phoneticPr fontId='1'/></si>"
        "<si><r><t>東京</t></r><r><t>都</t></r><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si>"
        "<si><t>two_x000D_\nlines</t></si><si/>"
    )
    content = column(*(value(f"A{n + 2}", str(n), 't="s"') for n in range(5)), strings=strings)
    assert texts(content) == ["bold and plain", "見積", "東京都", "two\r\nlines", ""]


def test_inline_strings_with_runs_and_readings() -> None:
    cell = "<is><r><t>漢</t></r><r><t>字</t></r><rPh sb='0' eb='2'><t>カンジ</t></rPh></is>"
    assert texts(column(f'<c r="A2" t="inlineStr">{cell}</c>')) == ["漢字"]


def test_a_shared_string_that_is_not_there_is_damage() -> None:
    assert refused(column(value("A2", "7", 't="s"'), strings="<si><t>a</t></si>")) == "data.damaged_workbook"


def test_cells_without_references_follow_one_another() -> None:
    row = '<row><c t="inlineStr"><is><t>{}</t></is></c><c t="inlineStr"><is><t>{}</t></is></c></row>'
    content = xlsx(row.format("text", "label") + row.format("a", "x") + "<row/>" + row.format("b", "y"))
    assert read(content) == Read(NAMES, [["a", "x"], ["b", "y"]], [2, 4], [])


def test_cells_out_of_order_are_put_in_their_columns() -> None:
    content = xlsx(HEADER + f'<row r="2">{inline("B2", "x")}{inline("A2", "a")}</row>')
    assert read(content) == whole(NAMES, ["a", "x"])


@pytest.mark.parametrize(
    "rows",
    [
        f'<row r="3">{inline("A3", "b")}</row><row r="2">{inline("A2", "a")}</row>',
        f'<row r="2">{inline("A2", "a")}</row><row r="2">{inline("A2", "b")}</row>',
        f'<row r="2">{inline("A2", "a")}{inline("A2", "b")}</row>',
        f'<row r="0">{inline("A2", "a")}</row>',
        f'<row r="x">{inline("A2", "a")}</row>',
    ],
    ids=["rows out of order", "a row twice", "a cell twice", "row 0", "no number"],
)
def test_rows_and_cells_of_which_one_would_be_lost_are_damage(rows: str) -> None:
    assert refused(xlsx(HEADER + rows)) == "data.damaged_workbook"


def test_gaps_between_rows_and_cells_are_blank() -> None:
    rows = f'<row r="2">{inline("C2", "n")}</row><row r="900">{inline("A900", "a")}{inline("B900", "x")}</row>'
    content = xlsx(f'<row r="1">{inline("A1", "text")}{inline("B1", "label")}{inline("C1", "note")}</row>{rows}')
    assert read(content) == Read(["text", "label", "note"], [["", "", "n"], ["a", "x", ""]], [2, 900], [])


@pytest.mark.parametrize("lie", ["A1", "A1:A1", "C5:D9", "A1:XFD1048576", "nonsense"])
def test_the_declared_size_is_not_believed(lie: str) -> None:
    rows = sheet_rows(NAMES, ["a", "x"])
    sheet = f'<worksheet xmlns="{MAIN}"><dimension ref="{lie}"/><sheetData>{rows}</sheetData></worksheet>'
    content = xlsx("", extra={"xl/worksheets/sheet1.xml": sheet})
    if lie == "nonsense":
        assert refused(content) == "data.damaged_workbook"
    else:
        assert read(content) == whole(NAMES, ["a", "x"])


def test_hidden_sheets_come_last_and_can_be_chosen() -> None:
    sheets = [sheet_rows(["text"], [name]) for name in "abc"]
    content = xlsx(*sheets, names=["A", "B", "C"], states=["hidden", "veryHidden", "visible"])
    table = read_table(content)
    assert (table.sheet, table.sheets) == ("C", ("A", "B", "C"))
    assert read(content, sheet="B").cells == [["b"]]
    hidden = xlsx(*sheets[:2], names=["A", "B"], states=["hidden", "hidden"])
    assert read(hidden).cells == [["a"]]


def test_names_of_sheets_with_odd_characters() -> None:
    names = ["&lt;A&gt; &amp; 'B'", "売上 2026！", " ", "x" * 60, "[x]!A1"]
    read_names = ("<A> & 'B'", "売上 2026！", " ", "x" * 60, "[x]!A1")
    content = xlsx(*(sheet_rows(["text"], [str(number)]) for number in range(5)), names=names)
    assert read_table(content).sheets == read_names
    for number, name in enumerate(read_names):
        assert read(content, sheet=name).cells == [[str(number)]]
    assert refused(content, sheet="A") == "data.unknown_sheet"


def test_elements_with_a_prefix_and_parts_elsewhere() -> None:
    """As some libraries of other languages write them."""
    rows = '<x:row r="1"><x:c r="A1" t="str"><x:v>text</x:v></x:c></x:row>'
    rows += '<x:row r="2"><x:c r="A2" t="str"><x:v>a</x:v></x:c></x:row>'
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    assert read(xlsx("", extra={"xl/worksheets/sheet1.xml": sheet})) == whole(["text"], ["a"])


def test_a_part_in_utf_16() -> None:
    body = f"<sheetData>{sheet_rows(['件名'], ['契約'])}</sheetData>"
    sheet = f'<?xml version="1.0" encoding="UTF-16"?><worksheet xmlns="{MAIN}">{body}</worksheet>'
    assert read(xlsx("", extra={"xl/worksheets/sheet1.xml": sheet.encode("utf-16")})) == whole(["件名"], ["契約"])


@pytest.mark.parametrize(
    "extra",
    [
        {"xl/worksheets/sheet1.xml": "<worksheet"},
        {"xl/worksheets/sheet1.xml": b"\xff\xfe\0"},
        {"xl/workbook.xml": "<workbook/>"},
        {"xl/_rels/workbook.xml.rels": "<Relationships/>"},
        {"xl/sharedStrings.xml": "<sst><si>"},
        {"[Content_Types].xml": ""},
    ],
    ids=["cut", "bytes", "no sheets", "no relations", "strings cut", "no types"],
)
def test_damaged_parts_are_one_sentence(extra: dict[str, str | bytes]) -> None:
    assert refused(xlsx(HEADER, strings="<si><t>a</t></si>", extra=extra)) == "data.damaged_workbook"


def test_a_package_without_a_workbook_is_named() -> None:
    assert refused(zipped({"xl/workbook.bin": b"\0"})) == "data.unsupported_format"


def test_characters_that_xml_cannot_hold() -> None:
    assert texts(column(inline("A2", "a_x0007_b_x005F_x0041_c _x123 x_"))) == ["a\x07b_x0041_c _x123 x_"]


def test_half_a_character_written_as_excel_does_is_set_apart() -> None:
    assert read(column(inline("A2", "a_xD83D_"), inline("A3", "b"))) == Read(
        NAMES, [["b", "x"]], [3], [(2, "not_in_encoding", "a\ufffd\tx")]
    )


def test_rows_longer_than_the_header_are_set_apart() -> None:
    assert read(xlsx(sheet_rows(NAMES, ["a", "x"], ["b", "y", "z"], ["c"]))) == Read(
        NAMES, [["a", "x"], ["c", ""]], [2, 4], [(3, "too_many_fields", "b\ty\tz")]
    )
