"""OpenDocument spreadsheets with odd parts."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from scalearn_core.tables.reader import read_table

from .building import ODS, Read, ods, ods_cell, ods_row, ods_table, read, refused, whole

NAMES = ["text", "label"]
HEADER = ods_row(*NAMES)


def column(*cells: str) -> list[str]:
    """What is read of these cells, each below "text" and beside "x"."""
    content = ods(ods_table(HEADER, *(ods_row(cell, "x") for cell in cells)))
    return read_table(content).frame["text"].tolist()


def stored(kind: str, value: str, shown: str, attribute: str = "value") -> str:
    return ods_cell(f"<text:p>{shown}</text:p>", f'office:value-type="{kind}" office:{attribute}="{value}"')


def test_line_breaks_tabs_and_runs_of_blanks() -> None:
    assert column(
        ods_cell('<text:p>a<text:s text:c="3"/>b<text:s/>c<text:tab/>d<text:line-break/>e</text:p>'
                 "<text:p>f </text:p>"),
        ods_cell("<text:p>a</text:p><text:p/><text:p>b</text:p>"),
        ods_cell('<text:p><text:s text:c="2"/>lead</text:p>'),
        ods_cell("<text:p>\n   laid  out\n by a program</text:p>"),
    ) == ["a   b c\td\ne\nf ", "a\n\nb", "  lead", "laid out by a program"]  # fmt: skip


def test_formatted_runs_links_and_fields_are_text() -> None:
    link = '<text:a xmlns:x="http://www.w3.org/1999/xlink" x:href="http://a">a link</text:a>'
    assert column(
        ods_cell(f"<text:p>see <text:span>this <text:span>bold</text:span></text:span> and {link}!</text:p>")
    ) == ["see this bold and a link!"]


def test_comments_and_readings_are_no_part_of_the_text() -> None:
    note = "<office:annotation><text:p>a comment</text:p></office:annotation>"
    ruby = "<text:ruby><text:ruby-base>漢字</text:ruby-base><text:ruby-text>かんじ</text:ruby-text></text:ruby>"
    assert column(
        ods_cell(f"{note}<text:p>one</text:p>"),
        ods_cell(f"<text:p>two{note} words</text:p>"),
        ods_cell(f"<text:p>{ruby}です</text:p>"),
    ) == ["one", "two words", "漢字です"]


def test_values_are_read_as_stored() -> None:
    assert column(
        stored("float", "0.30000000000000004", "0.3"),
        stored("float", "1234567", "1,234,567"),
        stored("percentage", "0.25", "25%"),
        stored("currency", "5", "5,00 €"),
        stored("date", "2026-01-31", "31.01.26", "date-value"),
        stored("date", "2026-01-31T09:30:00", "31.01.26 09:30", "date-value"),
        stored("boolean", "true", "WAHR", "boolean-value"),
        stored("time", "PT09H30M00S", "09:30", "time-value"),
        stored("string", "", "#N/A", "string-value"),
        stored("float", "NaN", "Err:502"),
        stored("float", "1234567890123450", "1.23E+15"),
        stored("float", "4000123412341238", "4000123412341238"),
        stored("float", "1.23456789012345E+15", "1.23E+15"),
    ) == [
        "0.3", "1234567", "0.25", "5", "2026-01-31", "2026-01-31 09:30:00", "TRUE", "09:30", "#N/A", "NaN",
        "1234567890123450", "4000123412341238", "1234567890123450",
    ]  # fmt: skip


def test_a_value_that_is_stored_or_shown_alone_is_not_lost() -> None:
    assert column(
        ods_cell("", 'office:value-type="string" office:string-value="stored"'),
        ods_cell("<text:p>7</text:p>", 'office:value-type="float"'),
        ods_cell("<text:p>31.01.26</text:p>", 'office:value-type="date"'),
        ods_cell("<text:p>untyped</text:p>", ""),
    ) == ["stored", "7", "31.01.26", "untyped"]


def test_labels_stay_as_typed() -> None:
    typed = ["001", "1e5", "NA", "None", "null", "TRUE", "trail "]
    assert column(*typed) == typed


def test_rows_and_cells_that_are_repeated() -> None:
    content = ods(
        ods_table(
            ods_row("text", "a", "b", "label"),
            ods_row("t", ods_cell("<text:p>r</text:p>", 'table:number-columns-repeated="2"'), "x"),
            ods_row("u", ods_cell("", 'table:number-columns-repeated="2"'), "y",
                    attributes='table:number-rows-repeated="3"'),
            ods_row(ods_cell("", 'table:number-columns-repeated="16384"'),
                    attributes='table:number-rows-repeated="90"'),
            ods_row("v", "", "", "z"),
        )
    )  # fmt: skip
    assert read(content) == Read(
        ["text", "a", "b", "label"],
        [["t", "r", "r", "x"], *[["u", "", "", "y"]] * 3, ["v", "", "", "z"]],
        [2, 3, 4, 5, 96],
        [],
    )


def test_the_million_blank_rows_and_columns_to_the_edge_of_the_sheet_are_passed_over() -> None:
    edge = ods_cell("", 'table:number-columns-repeated="16382" table:style-name="ce1"')
    content = ods(
        ods_table(
            HEADER,
            ods_row("a", "x", edge),
            ods_row(edge, attributes='table:number-rows-repeated="1048574"'),
        )
    )
    began = time.monotonic()
    assert read(content) == whole(NAMES, ["a", "x"])
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (ods_row("a", "x", attributes='table:number-rows-repeated="1000000000"'), "data.too_many_rows"),
        (ods_row("a", "x", attributes=f'table:number-rows-repeated="{"9" * 5_000}"'), "data.damaged_workbook"),
        (
            ods_row(ods_cell("<text:p>a</text:p>", 'table:number-columns-repeated="16384"')),
            "data.too_many_columns",
        ),
        (ods_row("a", "x", *["<table:table-cell/>"] * 30_000), "data.too_many_columns"),
        (
            ods_row("a", attributes='table:number-rows-repeated="999999999999"') + ods_row("a"),
            "data.too_many_rows",
        ),
        (ods_row(f"""a{'<text:s text:c="999999999"/>' * 9_000}"""), "data.cell_too_large"),
        (ods_row(f"a{'<text:span>' * 9_000}b{'</text:span>' * 9_000}"), "data.damaged_workbook"),
    ],
    ids=["rows", "digits", "columns", "cells", "blank rows", "blanks", "depth"],
)  # fmt: skip
def test_a_few_bytes_that_ask_for_much_are_refused_in_bounded_time(
    row: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scalearn_core.tables.limits.MAX_ROWS", 50_000)
    began = time.monotonic()
    assert refused(ods(ods_table(HEADER, row))) == code
    assert time.monotonic() - began < 20


MEMORY = """
import resource, sys
from scalearn_core.tables.reader import read_table
import pyarrow, pandas
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(len(read_table(sys.argv[1]).frame), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_a_hundred_thousand_blank_rows_that_are_written_out_are_not_held(tmp_path: Path) -> None:
    path = tmp_path / "table.ods"
    path.write_bytes(
        ods(
            ods_table(
                HEADER, *["<table:table-row><table:table-cell/></table:table-row>"] * 150_000, ods_row("a", "x")
            )
        )
    )
    ran = subprocess.run([sys.executable, "-c", MEMORY, str(path)], capture_output=True, text=True, check=True)
    rows, megabytes = map(int, ran.stdout.split())
    assert rows == 1
    assert megabytes < 20


def test_merged_headers_and_values() -> None:
    covered = "<table:covered-table-cell/>"
    wide = 'office:value-type="string" table:number-columns-spanned="2"'
    tall = 'office:value-type="string" table:number-rows-spanned="2"'
    content = ods(
        ods_table(
            ods_row(ods_cell("<text:p>id</text:p>", tall), ods_cell("<text:p>Ticket</text:p>", wide), covered),
            ods_row(covered, "text", "label"),
            ods_row("1", "a", ods_cell("<text:p>bug</text:p>", tall)),
            ods_row("2", "b", covered),
            ods_row("3", "c", "ok"),
        )
    )
    rows = [["1", "a", "bug"], ["2", "b", "bug"], ["3", "c", "ok"]]
    assert read(content) == whole(["id", "Ticket / text", "Ticket / label"], *rows, first=3)


def test_header_rows_and_groups_of_rows_are_rows() -> None:
    content = ods(
        ods_table(
            f"<table:table-header-rows>{HEADER}</table:table-header-rows>",
            f"<table:table-row-group>{ods_row('a', 'x')}"
            f"<table:table-row-group>{ods_row('b', 'y')}</table:table-row-group>"
            "</table:table-row-group>",
            f"<table:table-rows>{ods_row('c', 'z')}</table:table-rows>",
        )
    )
    assert read(content) == whole(NAMES, ["a", "x"], ["b", "y"], ["c", "z"])


def test_hidden_sheets_come_last_and_can_be_chosen() -> None:
    shown = '<style:table-properties table:display="false"/>'
    style = f'<style:style style:name="ta1" style:family="table">{shown}</style:style>'
    hidden = ods_table(
        ods_row("text"), ods_row("hidden"), name="A &amp; &lt;B&gt;", attributes='table:style-name="ta1"'
    )
    content = ods(hidden, ods_table(ods_row("text"), ods_row("shown"), name="売上"), styles=style)
    table = read_table(content)
    assert (table.sheets, table.sheet, table.kind) == (("A & <B>", "売上"), "売上", "ods")
    assert read(content).cells == [["shown"]]
    assert read(content, sheet="A & <B>").cells == [["hidden"]]
    assert refused(content, sheet="C") == "data.unknown_sheet"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (ods(), "data.damaged_workbook"),
        (ods(ods_table()), "data.empty_file"),
        (ods(ods_table(HEADER)), "data.no_rows"),
        (ods(ods_table(HEADER, ods_row("a", "x")))[:-200], "data.damaged_workbook"),
        (ods(ods_table(HEADER, "<table:table-row>")), "data.damaged_workbook"),
        (ods(extra={"content.xml": ""}), "data.damaged_workbook"),
        (ods(extra={"content.xml": "<a/>"}), "data.damaged_workbook"),
    ],
    ids=["no sheet", "empty sheet", "header alone", "cut", "not closed", "empty part", "other part"],
)
def test_what_holds_no_table_is_one_sentence(content: bytes, code: str) -> None:
    assert refused(content) == code


def test_the_kind_may_be_told_in_any_part() -> None:
    """Programs that pack a folder again do not keep `mimetype` first, or pack it too."""
    with zipfile.ZipFile(io.BytesIO(ods(ods_table(HEADER, ods_row("a", "x"))))) as archive:
        body = archive.read("content.xml")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", body)
        archive.writestr("mimetype", ODS)
    assert read(buffer.getvalue()) == whole(NAMES, ["a", "x"])
