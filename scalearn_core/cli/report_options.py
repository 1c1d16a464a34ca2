"""The options of `report`."""

from __future__ import annotations

import argparse
from pathlib import Path

from scalearn_core.cli.which_model import add_which_model
from scalearn_core.report.words import LANGUAGES


def add_report(command: argparse.ArgumentParser) -> None:
    add_which_model(command)
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help="slides.pptx, or sheet.html (A4)")
    command.add_argument("--language", choices=LANGUAGES, default="en", help="default: %(default)s")
    command.add_argument("--without-examples", action="store_true", help="quote no documents")
    price = command.add_argument_group("what a document costs today (said once, then kept)")
    price.add_argument("--minutes", type=float, metavar="N", help="a person needs for one document")
    price.add_argument("--hourly", type=float, metavar="AMOUNT", help="what an hour of that person costs")
    price.add_argument("--mistake", type=float, metavar="AMOUNT", help="what one wrong answer costs")
    price.add_argument("--currency", metavar="TEXT", help="such as EUR")
