"""What `--model` names: a model folder, the id of a run of the studio, or a name of the registry."""

from __future__ import annotations

import argparse
from pathlib import Path

from scalearn_core.errors import ModelError, RunError
from scalearn_core.evidence.places import Place, place_of
from scalearn_core.governance import registry
from scalearn_core.governance.folders import place_of_version
from scalearn_core.runs.folders import run_folder


def add_which_model(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--model", required=True, metavar="M", help="name in the registry, id of a run, or a model folder"
    )


def which_model(given: str) -> Place:
    """The model and its evidence; a folder before a run, a run before a name.

    Raises:
        ModelError: `model.not_found`: it names nothing, and no model is registered.
        GovernanceError: it is no name or version of the registry.
        AuditError: the audit trail was changed, so that the registry cannot be relied on.
    """
    try:
        return place_of(Path(given))
    except (ModelError, OSError, ValueError):
        pass  # no folder: perhaps a run, or a name
    try:
        return place_of(run_folder(given))
    except RunError:
        pass
    if not registry.models():
        raise ModelError("model.not_found", folder=given)
    return place_of_version(registry.find(given))
