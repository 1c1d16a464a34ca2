"""What `--model` names: a name of the registry, the id of a run of the studio, or a model folder."""

from __future__ import annotations

import argparse

from scalearn_core.evidence.places import Place
from scalearn_core.governance.resolve import resolve


def add_which_model(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--model", required=True, metavar="M", help="name in the registry, id of a run, or a model folder"
    )


def which_model(given: str) -> Place:
    """The model and its evidence; raises as `resolve`."""
    return resolve(given).place
