"""Tables a spreadsheet can open without running anything."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from scalearn_core.tables.export import safe_cell, typed, write_csv, written_forms


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "==",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "--5",
        "-5%A1",
        "-5 SUM(A1)",
        "+81-3-5550-0100",
        "@SUM(A1)",
        "-A1",
        "－A1",
        "＝1",
        "\t=1",
        "\r=1",
        "\n@SUM(A1)",
        "-1_0",
        "-inf",
        "- a point of a list",
        "-" + 100 * "1",
    ],
)
def test_what_a_spreadsheet_would_run_is_disarmed(text: str) -> None:
    assert safe_cell(text) == "'" + text
    assert safe_cell(text) in written_forms(text)


@pytest.mark.parametrize(
    "text",
    [
        *("-1", "+2.5", "-.5e-3", "-5.", "－1", "-5"),
        *("-1,234", "-12%", "-1.234,50", "-1 234,50", "-1\u202f234", "-1’234.50", "-12 ％", "-$5.00", "-￥1,200"),
        *("-5 €", "-5 kg", "-3 °C", "-３％", "+1 555 0100", "-1,200円"),
        *("-", "--", "-----", "+", "+/-", "-->", "－", "@", "="),
        *("plain", "a=b", " =1", "1-2", "", "'", "契約", "\tplain", "\nplain", "'=1", "−5", "△5", "-0"),
    ],
)
def test_numbers_of_any_notation_and_ordinary_text_are_left_alone(text: str) -> None:
    assert safe_cell(text) == text


def test_what_earlier_versions_wrote_is_known_again() -> None:
    assert written_forms("-1,234") == ("-1,234", "'-1,234")
    assert written_forms("plain") == ("plain",)


@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, pd.NaT])
def test_missing_values_are_blank(value: object) -> None:
    assert safe_cell(value) == ""


def test_a_written_table_opens_in_excel_and_in_python(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"text": ['a "quoted"\nline', "見積もり, 至急", "=HYPERLINK(1)"], "=score": [-0.5, 1, None]}
    )
    path = tmp_path / "new folder" / "out.csv"
    write_csv(frame, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["text", "'=score"],
            ['a "quoted"\nline', "-0.5"],
            ["見積もり, 至急", "1.0"],
            ["'=HYPERLINK(1)", ""],
        ]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_csv(pd.DataFrame({"a": ["old"]}), path)
    with pytest.raises(UnicodeEncodeError):
        write_csv(pd.DataFrame({"a": ["\ud800"]}, dtype=object), path)
    (tmp_path / "taken.csv").mkdir()
    with pytest.raises(OSError):
        write_csv(pd.DataFrame({"a": ["new"]}), tmp_path / "taken.csv")
    assert "old" in path.read_text("utf-8-sig")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.csv", "taken.csv"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["12", "", "-3"], [12, None, -3]),
        (["1.5", "2"], [1.5, 2.0]),
        (["2026-04-01", ""], [date(2026, 4, 1), None]),
        (["2026-04-01 08:30:00"], [datetime(2026, 4, 1, 8, 30)]),
        *(([cell], None) for cell in ("007", "1.50", "1234567890123456", "1,2", "=1", "2026-02-30", "1899-01-01")),
        (["12", "n/a"], None),
        (["", ""], None),
    ],
)
def test_a_column_is_typed_where_that_changes_nothing(cells: list[str], expected: list[object] | None) -> None:
    assert typed(pd.Series(cells)) == expected
