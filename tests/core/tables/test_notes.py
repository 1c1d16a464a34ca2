"""What a workbook hides, lacks or has cut off is told with the rows it concerns."""

from __future__ import annotations

import pandas as pd
import pytest

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.mapping import Mapping
from scalearn_core.errors import DataError
from scalearn_core.tables.export import beyond_spreadsheet
from scalearn_core.tables.notes import MOST_IN_CELL, Notes
from scalearn_core.tables.reader import read_table

from .building import inline, ods, ods_cell, ods_row, ods_table, sheet_rows, xlsx

HEADER = f'<row r="1">{inline("A1", "text")}{inline("B1", "label")}</row>'


def book(*rows: tuple[str, str, str]) -> bytes:
    """A workbook of rows from 2 on: attributes of the row, its text cell and what stands in its label cell."""
    body = "".join(
        f'<row r="{n}" {more}>{inline(f"A{n}", text)}{label}</row>'
        for n, (more, text, label) in enumerate(rows, 2)
    )
    return xlsx(HEADER + body)


def formula(reference: str, stored: str = "", attributes: str = "") -> str:
    return f'<c r="{reference}" {attributes}><f>VLOOKUP(A2,D:E,2,0)</f>{stored}</c>'


def test_rows_that_are_hidden_are_read_and_told() -> None:
    rows = [
        ('hidden="1"', "a", inline("B2", "x")),
        ("", "b", inline("B3", "y")),
        ('hidden="true"', "c", inline("B4", "x")),
    ]
    table = read_table(book(*rows))
    assert table.frame["text"].tolist() == ["a", "b", "c"]
    assert table.notes == Notes(hidden=(2, 4))


def test_a_hidden_row_without_a_document_is_not_told() -> None:
    hidden_header = HEADER.replace("<row ", '<row hidden="1" ')
    rows = f'<row r="2" hidden="1"/><row r="3">{inline("A3", "a")}</row>'
    assert read_table(xlsx(hidden_header + rows)).notes == Notes()


def test_rows_that_a_filter_hides_in_a_spreadsheet_of_libreoffice() -> None:
    rows = [ods_row("a", "x", attributes=f'table:visibility="{how}"') for how in ("filter", "visible", "collapse")]
    assert read_table(ods(ods_table(ods_row("text", "label"), *rows))).notes == Notes(hidden=(2, 4))


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (formula("B3"), True),
        (formula("B3", "<v></v>"), True),
        (formula("B3", "<v/>"), True),
        (formula("B3", attributes='t="str"'), True),
        (formula("B3", "<v></v>", 't="str"'), False),
        (formula("B3", "<v>y</v>", 't="str"'), False),
        ('<c r="B3"/>', False),
    ],
)
def test_a_formula_without_a_stored_value_is_told_and_a_blank_text_is_none(cell: str, told: bool) -> None:
    content = book(("", "a", inline("B2", "x")), ("", "b", cell), ("", "c", inline("B4", "y")))
    assert read_table(content).notes.without_value == ({"label": (3,)} if told else {})


def test_formulas_without_a_value_in_a_spreadsheet_of_libreoffice() -> None:
    without = '<table:table-cell table:formula="of:=[.D2]"/>'
    stored = ods_cell("<text:p>x</text:p>", 'table:formula="of:=[.D3]" office:value-type="string"')
    table = read_table(
        ods(ods_table(ods_row("text", "label", "by"), ods_row("a", without, "me"), ods_row("b", stored, "me")))
    )
    assert table.notes.without_value == {"label": (2,)}


def test_chosen_columns_of_formulas_without_values_are_refused_as_that() -> None:
    rows = [("", f"note {n}", formula(f"B{n}")) for n in range(2, 6)]
    for blanks in ("refuse", "leave_out", "keep"):
        with pytest.raises(DataError) as caught:
            TextDataset.from_table(book(*rows), Mapping(text="text", label="label", blanks=blanks))
        assert caught.value.code == "data.formulas_without_value"
        assert caught.value.values == {"column": "label", "count": 4, "rows": "2, 3, 4, 5"}


def test_a_few_of_them_are_left_out_with_the_blank_cells() -> None:
    rows = [("", f"note {n}", inline(f"B{n}", "xy"[n % 2])) for n in range(2, 8)] + [("", "note 8", formula("B8"))]
    dataset = TextDataset.from_table(book(*rows), Mapping(text="text", label="label", blanks="leave_out"))
    assert (len(dataset.frame), dataset.notes.without_value) == (6, {"label": (8,)})
    with pytest.raises(DataError, match=r"Formulas in .label. have no stored value .1 cells, rows 8"):
        TextDataset.from_table(book(*rows), Mapping(text="text", label="label", blanks="refuse"))


def test_a_cell_that_is_full_was_probably_cut() -> None:
    texts = ["a" * (MOST_IN_CELL - 1), "a" * MOST_IN_CELL, "short"]
    table = read_table(xlsx(sheet_rows(["text", "label"], *([text, "x"] for text in texts))))
    assert table.notes == Notes(full=(3,))
    assert table.frame["text"].str.len().tolist() == [MOST_IN_CELL - 1, MOST_IN_CELL, 5]


def test_texts_beyond_what_a_spreadsheet_keeps_are_found() -> None:
    frame = pd.DataFrame({"text": ["a" * (MOST_IN_CELL + 1), "a" * MOST_IN_CELL], "row": [2, 3]}, index=[2, 3])
    assert beyond_spreadsheet(frame) == [2]
    assert beyond_spreadsheet(frame.iloc[:0]) == []
