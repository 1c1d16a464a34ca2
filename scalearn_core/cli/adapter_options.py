"""The options of `sources` and `train-adapter`."""

from __future__ import annotations

import argparse
from pathlib import Path

from scalearn_core.cli.options import (
    DEVICES,
    adapter_name,
    add_encoder,
    add_json,
    add_separator,
    add_skip_blank,
    positive,
    seed,
)
from scalearn_core.encoders.cards import CARDS, DEFAULT


def add_sources(command: argparse.ArgumentParser) -> None:
    command.add_argument("--encoder", choices=tuple(CARDS), default=DEFAULT, help="default: %(default)s")
    add_json(command)


def add_train_adapter(command: argparse.ArgumentParser) -> None:
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--task", metavar="NAME", help="a task of the library, or all")
    what.add_argument("--table", type=Path, metavar="FILE", help="CSV, TSV or XLSX with texts and labels")
    rows = command.add_mutually_exclusive_group()
    rows.add_argument("--data", type=Path, metavar="FOLDER", help="with --task: holds one folder of rows per task")
    rows.add_argument(
        "--from-hub", action="store_true", help="with --task: take the rows from the Hugging Face hub"
    )
    command.add_argument(
        "--rows", type=positive, metavar="N", help="with --task: train on so many rows at most (default: all)"
    )
    own = command.add_argument_group("with --table")
    own.add_argument("--text", metavar="COLUMN")
    own.add_argument("--label", metavar="COLUMN")
    add_separator(own)
    own.add_argument("--sheet", metavar="NAME", help="sheet of a workbook (default: the first visible one)")
    add_skip_blank(own)
    own.add_argument("--name", type=adapter_name, metavar="NAME", help="of the adapter")
    own.add_argument("--title", metavar="TEXT", help="what a card shows (default: the name)")
    own.add_argument("--purpose", metavar="TEXT", help="what it learned, in one sentence (default: the title)")
    command.add_argument("--seed", type=seed, default=0, metavar="N", help="default: %(default)s")
    command.add_argument("--threads", type=positive, metavar="N", help="CPU threads (default: torch's)")
    # Not the fastest device: the command on a card should give the same adapter on any machine.
    command.add_argument("--device", choices=DEVICES, default="cpu", help="default: %(default)s")
    add_encoder(command, DEFAULT)
    command.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="the adapter's folder is made in it (with --task by default the library)",
    )
