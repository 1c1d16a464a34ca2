"""A file that was not read right is read as the user says, and stored so; a workbook by its sheet."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest

from scalearn_core.tables import encodings
from scalearn_core.tables.reader import read_table
from scalearn_core.workspace import datasets
from scalearn_ui import text
from scalearn_ui.parts import table_input
from tests.core.tables.building import inline, ods, ods_row, ods_table, sheet_rows, xlsx
from tests.ui.conftest import Open
from tests.ui.tables import clean_rows, keys, save, told, upload, written


def test_every_encoding_has_a_name() -> None:
    assert set(table_input.ENCODINGS) == set(encodings.ENCODINGS)


def test_another_encoding(studio: Open, language: str) -> None:
    rows = [[f"Grüße aus München zur Straße: {words}", label] for words, label in clean_rows()]
    app = upload(studio("data", language), written(["message", "topic"], rows).encode("cp1250"))
    assert app.selectbox(key="data_encoding").value == ""
    app.selectbox(key="data_encoding").set_value("cp1250").run()
    assert "Windows-1250" in told(app)
    info = save(app)
    assert info.encoding == "cp1250"
    assert datasets.load_dataset(info.id).frame["text"].iloc[0] == rows[0][0]


def test_the_encoding_can_be_chosen_where_none_was_found(studio: Open, language: str) -> None:
    rows = [[f"café \x81 ÿþ x{n}", label] for n, (_, label) in enumerate(clean_rows(8))]
    app = upload(studio("data", language), written(["message", "topic"], rows).encode("latin-1"))
    assert [error.value for error in app.error] == [text.sentences(language)["error.data.encoding_unknown"]]
    app.selectbox(key="data_encoding").set_value("latin-1").run()
    assert not app.error
    assert app.selectbox(key="data_encoding").value == "latin-1"
    info = save(app)
    assert info.encoding == "latin-1"
    assert datasets.load_dataset(info.id).frame["text"].iloc[0] == rows[0][0]


ROWS = [["message", "topic"], *clean_rows(12)]
CSV = written(ROWS[0], ROWS[1:])
NDJSON = "".join(f'{{"message": "{words}", "topic": "{label}"}}\n' for words, label in ROWS[1:])
XLSX = xlsx(sheet_rows(*ROWS))


def parquet() -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame(ROWS[1:], columns=ROWS[0]).to_parquet(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (CSV.encode(), "UTF-8, separated by commas"),
        (CSV.encode("utf-16"), "UTF-16, separated by commas"),
        (b'{"message": "a"}\n{"message": "b"}\n', "JSON, UTF-8"),
        (XLSX, "an Excel workbook, sheet Sheet1"),
        (ods(ods_table(*(ods_row(*row) for row in ROWS))), "an OpenDocument spreadsheet, sheet Sheet1"),
        (parquet(), "a Parquet file"),
    ],
    ids=["text", "utf-16", "json", "xlsx", "ods", "parquet"],
)
def test_each_kind_of_file_is_called_what_it_is(content: bytes, expected: str) -> None:
    assert table_input.how_read(read_table(content)) == expected


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("macro.xlsm", XLSX),
        ("renamed.xls", XLSX),
        (
            "x.ndjson",
            NDJSON.encode(),
        ),
        ("x.tab", written(ROWS[0], ROWS[1:], "\t").encode()),
        ("x.pq", parquet()),
        ("no ending", CSV.encode()),
    ],
)
def test_the_content_decides_whatever_the_name(studio: Open, name: str, content: bytes) -> None:
    app = studio("data")
    assert list(app.file_uploader(key="data_file").proto.type) == [], "the browser refuses no name"
    assert not upload(app, content, name).error
    assert "12 documents" in told(app)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "data.old_or_locked_workbook"),
        (b"%PDF-1.7\n" + bytes(600), "data.unsupported_format"),
    ],
    ids=["real xls", "pdf"],
)
def test_what_is_no_table_is_refused_in_the_readers_language(
    studio: Open, content: bytes, code: str, language: str
) -> None:
    app = upload(studio("data", language), content, "book.xls")
    assert [error.value for error in app.error] == [text.sentences(language)[f"error.{code}"].format(found="PDF")]


def test_a_wrong_choice_can_be_taken_back(studio: Open) -> None:
    rows = [[f"ご請求書の件 {words}", label] for words, label in clean_rows()]
    app = upload(studio("data"), written(["message", "topic"], rows).encode("cp932"))
    app.selectbox(key="data_encoding").set_value("utf-8").run()
    assert [error.value for error in app.error] == [text.sentences("en")["error.data.encoding_wrong"]]
    assert app.selectbox(key="data_encoding").value == "utf-8"
    app.selectbox(key="data_encoding").set_value("").run()
    assert not app.error
    assert app.multiselect(key="text_column").value == ["message"]
    assert save(app).encoding == "cp932"


def test_another_delimiter(studio: Open, language: str) -> None:
    rows = [[f"{words}, again; and again", label] for words, label in clean_rows()]
    content = "".join(f"{words}|{label}\n" for words, label in [["message, text; notes", "topic"], *rows])
    app = upload(studio("data", language), content.encode())
    app.selectbox(key="data_delimiter").set_value(",").run()
    app.selectbox(key="data_delimiter").set_value("|").run()
    info = save(app)
    assert (info.delimiter, info.text_columns, info.label_column) == ("|", ("message, text; notes",), "topic")
    assert datasets.load_dataset(info.id).frame["text"].tolist() == [words for words, _ in rows]


@pytest.mark.parametrize(("choice", "header", "documents"), [("none", False, 61), ("first", True, 60)])
def test_the_first_row(studio: Open, choice: str, header: bool, documents: int, language: str) -> None:
    content = written(["The first parcel was lost, see photo", "late"], clean_rows()).encode()
    app = upload(studio("data", language), content)
    app.selectbox(key="data_header").set_value(choice).run()
    info = save(app)
    assert (info.header, info.documents) == (header, documents)
    assert len(datasets.load_dataset(info.id).frame) == documents


def book(*, cover: str = "") -> bytes:
    """Sheets "Cover", "Old" and "New"."""
    old, new = (sheet_rows(["message", "topic", "team"], *rows) for rows in (_rows("a"), _rows("b")))
    return xlsx(cover, old, new, names=["Cover", "Old", "New"])


def _rows(team: str) -> list[list[str]]:
    return [[words, label, f"{team}{n % 3}"] for n, (words, label) in enumerate(clean_rows(42))]


def test_a_sheet_can_be_chosen_where_the_first_one_is_no_table(studio: Open, language: str) -> None:
    app = upload(studio("data", language), book(), "book.xlsx")
    assert len(app.error) == 1 and "save_dataset" not in keys(app)
    app.selectbox(key="data_sheet").set_value("New").run()
    assert not app.error and app.selectbox(key="data_sheet").value == "New"
    app.selectbox(key="data_sheet").set_value("Cover").run()
    assert len(app.error) == 1
    app.selectbox(key="data_sheet").set_value("Old").run()
    info = save(app)
    assert (info.sheet, info.documents) == ("Old", 42)


def test_the_first_choice_after_a_workbook_was_read_is_kept(studio: Open) -> None:
    """The sheet that is shown as chosen was found in the file: it is not read anew for it."""
    rows = _rows("a")
    content = xlsx(
        sheet_rows(["message", "topic", "team"], *rows, rows[0]),
        sheet_rows(["a", "b"], ["c", "d"]),
        names=["One", "Two"],
    )
    app = upload(studio("data"), content, "book.xlsx")
    assert app.selectbox(key="data_sheet").value == "One"
    app.selectbox(key="label_column").set_value("team").run()
    assert app.selectbox(key="label_column").value == "team"
    app.button(key="data_exact_duplicates_0").click().run()
    assert "data_undo_0" in keys(app)
    info = save(app)
    assert (info.label_column, info.documents, info.sheet) == ("team", 42, "One")


def test_no_choice_is_offered_for_a_file_that_is_no_table(studio: Open) -> None:
    app = upload(studio("data"), b"PK\x03\x04 no archive", "book.xlsx")
    assert len(app.error) == 1
    assert not [box for box in app.selectbox if str(box.key).startswith("data_")]


def test_the_row_of_the_column_names_is_said_and_can_be_chosen(studio: Open, language: str) -> None:
    rows = [["Tickets of week 14", ""], *ROWS]
    app = upload(studio("data", language), xlsx(sheet_rows(*rows)), "tickets.xlsx")
    assert {"en": "header found in row 2", "ja": "見出しは2行目"}[language] in told(app)
    app.selectbox(key="data_header").set_value("row").run()
    app.number_input(key="data_header_row").set_value(3).run()
    assert app.selectbox(key="label_column").options == ROWS[1]
    app.number_input(key="data_header_row").set_value(2).run()
    info = save(app)
    assert (info.header, info.documents) == (2, 12)
    assert len(datasets.load_dataset(info.id).frame) == 12


def test_the_first_rows_are_shown_beside_the_choice_of_the_row(studio: Open, language: str) -> None:
    rows = [["Tickets of week 14"], [], ["from", "Kim"], *ROWS]
    app = upload(studio("data", language), xlsx(sheet_rows(*rows)), "tickets.xlsx")
    app.selectbox(key="data_header").set_value("row").run()
    (shown,) = [frame.value for frame in app.dataframe if "B" in frame.value.columns]
    assert shown.iloc[:, 0].tolist() == ["1", "3", *map(str, range(4, 13))] or shown.iloc[:, 0].tolist()[:2] == [
        1,
        3,
    ]
    assert shown["A"].tolist()[:3] == ["Tickets of week 14", "from", "message"]
    assert shown["B"].tolist()[:3] == ["", "Kim", "topic"]


def test_quotes_can_be_chosen(studio: Open, language: str) -> None:
    rows = [[f'5" pipe, {words}', label] for words, label in clean_rows()]
    content = "message;topic\n" + "".join(f'"{words};{label}\n' for words, label in rows)
    app = upload(studio("data", language), content.encode())
    app.selectbox(key="data_quotes").set_value("none").run()
    info = save(app)
    assert info.quotes == "none"
    assert datasets.load_dataset(info.id).frame["text"].iloc[0] == f'"{rows[0][0]}'


def test_quotes_are_in_reach_where_no_row_was_read(studio: Open) -> None:
    lines = "".join(f'"{words.replace(",", "")}, {label}\n' for words, label in clean_rows(4))
    app = upload(studio("data"), f"message, topic\n{lines}".encode())
    app.selectbox(key="data_quotes").set_value("none").run()
    assert not app.error and app.multiselect(key="text_column").value == ["message"]


def test_the_row_can_be_chosen_where_no_row_fits_the_header(studio: Open) -> None:
    rows = [["Tickets", "week 14"], *([*row, str(n)] for n, row in enumerate(ROWS))]  # a column named 0
    app = upload(studio("data", "en"), xlsx(sheet_rows(*rows)), "tickets.xlsx")
    assert "Say which row holds the column names" in app.error[0].value
    app.selectbox(key="data_header").set_value("row").run()
    app.number_input(key="data_header_row").set_value(2).run()
    assert not app.error
    assert app.selectbox(key="label_column").options == [*ROWS[0], "0"]


def test_what_a_workbook_hides_or_lacks_is_told(studio: Open) -> None:
    cells = sheet_rows(*ROWS).replace('<row r="3">', '<row r="3" hidden="1">')
    cells = cells.replace(inline("B5", ROWS[4][1]), '<c r="B5"><f>VLOOKUP(A5,D:E,2,0)</f></c>')
    app = upload(studio("data"), xlsx(cells), "book.xlsx")
    assert "Hidden in the workbook, but read like the others: 1 row (row number 3)." in told(app)
    assert "In the column “topic”, the workbook stores no value for 1 cell with a formula" in told(app)


def test_lists_of_labels_are_read_unasked_and_none_of_them_is_said(studio: Open) -> None:
    sets: list[list[str]] = [["late"], ["late", "damaged"], [], ["damaged"]]
    lines = [json.dumps({"message": words, "topic": sets[n % 4]}) for n, (words, _) in enumerate(clean_rows(40))]
    app = upload(studio("data", "en"), "\n".join(lines).encode(), "tickets.jsonl")
    assert "label_separator" not in {box.key for box in app.selectbox}
    assert "10 documents marked as having none of the categories" in told(app)
    info = save(app)
    assert (info.separator, info.documents, info.rejected) == ("|", 40, 0)
    assert (datasets.load_dataset(info.id).frame["label"] == "").sum() == 10
