"""The options of `watch`."""

from __future__ import annotations

import argparse

from scalearn_core.cli.options import add_json, positive
from scalearn_core.cli.which_model import add_which_model
from scalearn_core.watch.log import MODES


def add_watch(command: argparse.ArgumentParser) -> None:
    add_which_model(command)
    command.add_argument(
        "--log",
        choices=MODES,
        help="from now on keep answers: not (off), without texts (hashed), or with them (full)",
    )
    command.add_argument("--days", type=positive, default=7, metavar="N", help="window; default: %(default)s")
    command.add_argument("--forget", action="store_true", help="delete the answers that were kept")
    add_json(command)
