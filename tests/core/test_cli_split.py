"""The shell's options of which documents are tested on, as they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalearn_core.cli import main
from scalearn_core.cli.parser import make_parser
from scalearn_core.cli.train import read_divided
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.split_plan import SplitPlan

ROWS = 60


@pytest.fixture
def table(tmp_path: Path) -> Path:
    lines = ["text,label,part,day,customer"]
    lines += [
        f"text {i},{'ab'[i % 2]},{('Test', 'train', 'old')[i % 3]},{1 + i % 28}.2.2024,c{i // 6}"
        for i in range(ROWS)
    ]
    (tmp_path / "table.csv").write_text("\n".join(lines), "utf-8")
    return tmp_path / "table.csv"


def divided(table: Path, *options: str) -> TextDataset:
    given = ["train", "--table", str(table), "--text", "text", "--label", "label", "--out", "unused", *options]
    return read_divided(make_parser().parse_args(given))


def test_the_seed_of_the_training_does_not_change_the_test_documents(table: Path) -> None:
    first = divided(table)
    assert first.plan == SplitPlan()
    assert divided(table, "--seed", "99").test.rows == first.test.rows
    other = divided(table, "--split-seed", "99")
    assert other.plan == SplitPlan(seed=99)
    assert other.test.rows != first.test.rows


def test_marked_rows_are_tested_on(table: Path) -> None:
    data = divided(table, "--test-column", "part")
    assert data.test.rows == tuple(2 + i for i in range(0, ROWS, 3))
    assert data.plan is not None and data.plan.test_values == ("Test",)
    assert divided(table, "--test-column", "part", "--test-values", "old, nothing").test.rows == tuple(
        2 + i for i in range(2, ROWS, 3)
    )


def test_what_is_left_out_or_without_a_score_is_told(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = table.read_text("utf-8").splitlines()
    lines[2] = lines[1].replace("Test", "train").upper()  # the text of a test document
    table.write_text("\n".join(line.replace("TRAIN", "train").replace(",A,", ",a,") for line in lines), "utf-8")
    data = divided(table, "--test-column", "part")
    assert data.kept_out == (3,)
    assert "text or group: row 3." in capsys.readouterr().err
    rows = [line.replace("Test", "Test" if ",a," in line else "old") for line in lines[:1] + lines[3:]]
    table.write_text("\n".join(rows), "utf-8")
    assert divided(table, "--test-column", "part").unscored == ("b",)
    assert "No score is possible for: b" in capsys.readouterr().err


def test_the_newest_and_groups(table: Path) -> None:
    data = divided(table, "--newest-by", "day", "--group-column", "customer", "--near-duplicates")
    assert data.plan == SplitPlan(by="newest", column="day", group_column="customer", near_duplicates=True)
    days = [1 + (row - 2) % 28 for row in data.test.rows]
    assert min(days) == 1 + 28 - len(set(days))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--test-values", "a"], "--test-values needs --test-column"),
        (["--test-column", "customer"], "--test-values must say"),
        (["--test-column", "part", "--newest-by", "day"], "not allowed with"),
        (["--newest-by", "customer"], "Every row needs a date"),
        (["--group-column", "custmer"], 'Did you mean "customer"'),
        (["--split-seed", "-1"], "a whole number"),
    ],
)
def test_wrong_options_are_told_in_a_sentence(
    table: Path, options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "train",
        "--table",
        str(table),
        "--text",
        "text",
        "--label",
        "label",
        "--out",
        str(table.parent / "m"),
    ]
    try:
        code = main([*arguments, *options])
    except SystemExit as end:
        code = int(end.code or 0)
    assert code == 2
    assert says in capsys.readouterr().err
    assert not (table.parent / "m").exists()


def test_a_table_can_be_read_as_told(tmp_path: Path) -> None:
    """Two text columns, an encoding and a delimiter that the file does not tell, and no header."""
    rows = [f"件名{i}\t本文{i}\t{'ab'[i % 2]}" for i in range(8)]
    (tmp_path / "t.txt").write_bytes("\n".join(rows).encode("euc_jp"))
    options = [
        "--encoding",
        "euc_jp",
        "--delimiter",
        "tab",
        "--no-header",
        "--text",
        "(A)",
        "(B)",
        "--label",
        "(C)",
    ]
    given = ["train", "--table", str(tmp_path / "t.txt"), *options, "--out", "unused"]
    dataset = read_divided(make_parser().parse_args(given))
    assert dataset.frame["text"].iloc[0] == "件名0\n本文0"
    assert dataset.frame["label"].tolist() == ["a", "b"] * 4


def test_an_unknown_delimiter_is_one_sentence(capsys: pytest.CaptureFixture[str], table: Path) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--table", str(table), "--text", "a", "--label", "b", "--out", "c", "--delimiter", "/"])
    assert "one of , ; | or tab was expected, but / was found" in capsys.readouterr().err
