"""What `--model` may name, the same for every command of the shell."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from scalearn_core.cli.parser import make_parser
from scalearn_core.cli.which_model import take_model
from scalearn_core.errors import ModelError
from scalearn_core.governance.records import Version

COMMANDS = (
    ("predict", "--table", "t.csv", "--text", "a", "--out", "o.csv"),
    ("evaluate", "--table", "t.csv", "--text", "a", "--label", "b"),
    ("explain", "--document", "hello"),
    ("export", "--format", "onnx", "--out", "there"),
    ("shares", "--table", "t.csv", "--text", "a"),
    ("study", "seeds", "--table", "t.csv", "--text", "a", "--label", "b"),
    ("update", "--corrections", "t.csv", "--text", "a", "--label", "b", "--out", "there"),
)


def parsed(command: tuple[str, ...], model: str) -> argparse.Namespace:
    args: argparse.Namespace = make_parser().parse_args([*command, "--model", model])
    take_model(args)
    return args


@pytest.mark.parametrize("command", COMMANDS, ids=[command[0] for command in COMMANDS])
def test_a_name_a_version_and_a_folder_are_understood(
    command: tuple[str, ...], answering: Version, trained: Path, workspace: Path
) -> None:
    for name in ("tickets", "tickets@1"):
        args = parsed(command, name)
        assert args.model.is_relative_to(workspace)
        assert (args.model / "model.json").is_file()
        assert (args.evidence / "result.json").is_file()
    for folder in (trained, trained / "model"):
        args = parsed(command, str(folder))
        assert args.model == trained / "model"
    with pytest.raises(ModelError, match="There is no model in nowhere"):
        parsed(command, "nowhere")
