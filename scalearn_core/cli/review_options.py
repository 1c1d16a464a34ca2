"""The options of `label`, `explain`, `update` and `shares`."""

from __future__ import annotations

import argparse
from pathlib import Path

from scalearn_core.cli.options import (
    add_device,
    add_encoder,
    add_json,
    add_separator,
    add_table,
    add_training_table,
    positive,
    seed,
)
from scalearn_core.cli.which_model import add_model
from scalearn_core.config import SPEEDS


def add_label_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=("suggest",), help="suggest: which documents to label next")
    add_table(command, label=False)
    command.add_argument(
        "--label",
        metavar="COLUMN",
        help="column with the labels there are; a blank cell is a document without one",
    )
    add_separator(command)
    command.add_argument("--count", type=positive, required=True, metavar="N", help="documents to suggest")
    command.add_argument("--seed", type=seed, default=0, metavar="N", help="of the draw; default: %(default)s")
    add_encoder(command, "by the language of the documents")
    add_json(command)


def add_explain_options(command: argparse.ArgumentParser) -> None:
    add_model(command)
    command.add_argument("--document", required=True, metavar="TEXT", help="the text of the document")
    add_training_table(command)
    command.add_argument(
        "--speed", choices=SPEEDS, default="auto", help="of what words are measured by; default: %(default)s"
    )
    add_json(command)


def add_update_options(command: argparse.ArgumentParser) -> None:
    add_model(command)
    add_table(command, label=True, option="--corrections")
    add_training_table(command)
    command.add_argument("--seed", type=seed, default=0, metavar="N", help="default: %(default)s")
    add_device(command)
    add_json(command)
    command.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="new or empty folder for the model"
    )


def add_shares_options(command: argparse.ArgumentParser) -> None:
    add_model(command)
    add_table(command, label=False)
    command.add_argument(
        "--label",
        metavar="COLUMN",
        help="column with the labels of some documents drawn at random; blank elsewhere",
    )
    add_device(command)
    add_json(command)
