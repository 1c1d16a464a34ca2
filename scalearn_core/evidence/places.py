"""Where the evidence of a model lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scalearn_core.config import UNSURE
from scalearn_core.errors import ModelError, RunError
from scalearn_core.evidence.upgrade import FILE, read_training
from scalearn_core.storage.damage import DAMAGED_FILE


@dataclass(frozen=True)
class Place:
    """A model on the disk."""

    model: Path
    """The folder with `model.json`."""
    evidence: Path
    """The folder with `result.json`, if there is one."""


def evidence_of(model: Path) -> Path:
    """The folder with a model's `result.json`: its own, or that of the studio's run it lies in."""
    around = model.resolve().parent
    in_run = model.resolve().name == "model" and (around / "config.json").is_file()
    return around if in_run and (around / FILE).is_file() else model


def place_of(folder: Path) -> Place:
    """The model in a folder: a model folder, or that of a run or of a version, which holds one.

    Raises:
        ModelError: there is none.
    """
    if (folder / "model.json").is_file():
        return Place(folder, evidence_of(folder))
    if (folder / "model" / "model.json").is_file():
        return Place(folder / "model", folder if (folder / FILE).is_file() else folder / "model")
    raise ModelError("model.not_found", folder=folder)


def check_below(model: Path) -> float:
    """Confidence below which a person checks an answer of the model; `UNSURE` without readable evidence."""
    try:
        return read_training(evidence_of(model)).check_below
    except (*DAMAGED_FILE, RunError):
        return UNSURE
