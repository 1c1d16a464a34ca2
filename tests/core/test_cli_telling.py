"""What the shell says on stderr of the table it reads, whichever command reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalearn_core.cli.parser import make_parser
from scalearn_core.cli.train import read_divided
from scalearn_core.data.dataset import TextDataset

LINES = [f"{n},made-up request {n} about the {what},{what}" for n, what in enumerate(["badge", "parcel"] * 12, 1)]
COMMANDS = {"train": ["--out", "unused"], "forecast": []}


def read(command: str, folder: Path, lines: list[str], *options: str) -> TextDataset:
    (folder / "t.csv").write_text("\n".join(lines), "utf-8")
    given = [command, "--table", str(folder / "t.csv"), "--text", "text", "--label", "label", *COMMANDS[command]]
    return read_divided(make_parser().parse_args([*given, *options]))


@pytest.mark.parametrize("command", COMMANDS)
def test_where_the_header_is_and_what_is_no_document(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    above = ["Requests of week 14,,", "exported,by,Kim"]
    dataset = read(command, tmp_path, [*above, "id,text,label", *LINES, "Total,24,"])
    told = capsys.readouterr().err
    assert "Header found in row 3 (--header-row takes another one).\n" in told
    assert "Left out, because they are sums of other rows: row 28.\n" in told
    assert (dataset.header_row, len(dataset.frame)) == (3, 24)
    read(command, tmp_path, [*above, "id,text,label", *LINES], "--header-row", "3")
    assert "Header found" not in capsys.readouterr().err, "the user said so"
    read(command, tmp_path, ["id,text,label", *LINES])
    assert "Header found" not in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_labels_that_are_none_and_documents_that_are_sums(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        *LINES,
        "25,the same again,同上",
        "26,and again,同上",
        "27,Total,24",
        "28,nothing,n/a",
        "29,at all,n/a",
    ]
    read(command, tmp_path, ["id,text,label", *lines])
    told = capsys.readouterr().err
    assert "the same as in the row above, it seems, but are learned as labels: 同上." in told
    assert "stand for no label, it seems, but are learned as labels: n/a." in told
    assert "Probably sums of other rows rather than documents, but learned from: row 28." in told


def test_quotes_can_be_said(tmp_path: Path) -> None:
    lines = [f"{line.split(',')[0]},'{line.split(',')[1]}, please',{line.split(',')[2]}" for line in LINES]
    dataset = read("train", tmp_path, ["id,text,label", *lines], "--quotes", "apostrophe")
    assert dataset.frame["text"].iloc[0] == "made-up request 1 about the badge, please"
