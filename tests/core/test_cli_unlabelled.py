"""Documents without label in the shell: kept by default, joined by `--unlabelled`, and told of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from scalearn_core.cli import main
from scalearn_core.cli.parser import make_parser
from scalearn_core.cli.train import chosen_encoder, read_divided
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.unlabelled import MOST_UNLABELLED

ROWS = [f"letter {n} about a parcel that is late,{'ab'[n % 2]}" for n in range(30)]


def written(file: Path, lines: Sequence[str], header: str = "text,label") -> Path:
    file.write_text("\n".join([header, *lines, ""]), "utf-8")
    return file


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return written(tmp_path / "table.csv", [*ROWS, "a first question,", "another question,  "])


def arguments(table: Path, *options: str | Path) -> list[str]:
    return [
        "train",
        "--table",
        str(table),
        "--text",
        "text",
        "--label",
        "label",
        "--out",
        "unused",
        *map(str, options),
    ]


def read(table: Path, *options: str | Path) -> TextDataset:
    return read_divided(make_parser().parse_args(arguments(table, *options)))


def test_rows_without_label_are_kept_and_told(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert read(table).pile == ("a first question", "another question")
    assert capsys.readouterr().err == "Documents without label: 2.\n"
    skipped = read(table, "--skip-blank")
    assert skipped.unlabelled.empty and skipped.rejected["row"].tolist() == [32, 33]
    assert capsys.readouterr().err == "Left out, because blank or not of the header's width: row 32, 33.\n"


def test_a_further_file_joins(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["a third question", "A FIRST QUESTION", ROWS[0].split(",")[0], '""', '"two, cells"', "a, b"]
    more = written(tmp_path / "more.csv", [f"{n},{line}" for n, line in enumerate(lines)], "id,text")
    dataset = read(table, "--unlabelled", more)
    assert dataset.pile == ("a first question", "another question", "a third question", "two, cells")
    told = capsys.readouterr().err
    assert "Left out of the file of --unlabelled, because blank or broken: row 5, 7." in told
    assert "Left out, because" not in told
    assert "Documents without label: 6; 4 can be learned from, as the others repeat a document" in told


def test_of_very_many_so_many_are_said_to_be_drawn(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = written(tmp_path / "more.csv", [f"question number {n}" for n in range(MOST_UNLABELLED + 100)], "text")
    assert len(read(table, "--unlabelled", more).pile) == MOST_UNLABELLED
    told = f"Documents without label: {MOST_UNLABELLED + 102:,}; {MOST_UNLABELLED:,} of them, drawn by the seed"
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "header", "says"),
    [
        ([], "text", 'There is no document in "more.csv"'),
        ([row.split(",")[0] for row in ROWS[:6]], "text", 'All 6 texts of "more.csv" are in the table already'),
        (["1,2", "3,4"], "id,number", 'should have the texts in "text"'),
    ],
)
def test_a_further_file_of_no_use_is_refused(
    table: Path, tmp_path: Path, lines: list[str], header: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    more = written(tmp_path / "more.csv", lines, header)
    for command in ("train", "forecast"):
        given = [
            word
            for word in arguments(table, "--unlabelled", more)
            if command == "train" or word not in ("--out", "unused")
        ]
        assert main([command, *given[1:]]) == 2
        told = capsys.readouterr()
        assert told.out == "" and told.err.count("\n") == 1 and says in told.err
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize(("option", "is_told"), [(None, True), ("english", True), ("multilingual", False)])
def test_a_language_that_is_not_read_is_told_and_not_refused(
    table: Path, tmp_path: Path, option: str | None, is_told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    more = written(
        tmp_path / "more.csv", [f"来週の会議室{n}の予約を取り消したいです。" for n in range(98)], "text"
    )
    dataset = read(table, "--unlabelled", more)
    capsys.readouterr()
    chosen_encoder(option, dataset)
    told = capsys.readouterr().err
    assert (
        "98% of the documents without label are in a language that the encoder english does not read" in told
    ) == (is_told)


def test_a_forecast_of_a_table_with_blanks(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["forecast", "--table", str(table), "--text", "text", "--label", "label", "--sources", "subj"]
    assert main(given) == 0
    told = capsys.readouterr()
    assert "Documents without label: 2." in told.err and "subj" in told.out
