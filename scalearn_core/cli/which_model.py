"""What `--model` names: a name of the registry, the id of a run of the studio, or a model folder."""

from __future__ import annotations

import argparse

from scalearn_core.evidence.places import Place
from scalearn_core.governance.resolve import resolve


def add_which_model(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--model", required=True, metavar="M", help="name in the registry, id of a run, or a model folder"
    )


def add_model(command: argparse.ArgumentParser) -> None:
    """As `add_which_model`; the command gets the folders that are meant (`take_model`)."""
    add_which_model(command)
    command.set_defaults(takes_model=True)


def take_model(args: argparse.Namespace) -> None:
    """Put into `model` the folder of the model that was named, and into `evidence` that of its `result.json`."""
    if getattr(args, "takes_model", False):
        place = which_model(args.model)
        args.model, args.evidence = place.model, place.evidence


def which_model(given: str) -> Place:
    """The model and its evidence; raises as `resolve`."""
    return resolve(given).place
