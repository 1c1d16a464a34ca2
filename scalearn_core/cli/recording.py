"""What the shell did with models and tables, for the audit trail: hashes and counts, no path and no text."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any

from scalearn_core.audit.trail import note
from scalearn_core.config import workspace
from scalearn_core.errors import ScaLearnError
from scalearn_core.evidence.places import place_of
from scalearn_core.scaling.seal import FILE
from scalearn_core.storage.damage import DAMAGED_FILE
from scalearn_core.storage.files import read_json

RECORDED = ("train", "predict", "evaluate", "export", "update", "report")
"""Commands that make a model, use one, or write something for others; those of the registry record themselves."""


def record_command(args: argparse.Namespace) -> None:
    """Note what a command did that ended well, where there is a workspace: none is made for it."""
    if args.command in RECORDED and workspace().is_dir():
        facts: dict[str, Any] = {}
        if (model := getattr(args, "model", None) or args.out) and (model_id := _identity(Path(model))):
            facts["model_id"] = model_id
        if (table := getattr(args, "table", None)) and (sha256 := _sha256(table)):
            facts["table"] = sha256
        if (out := getattr(args, "out", None)) and (sha256 := _sha256(out)):
            facts["written"] = sha256
        note(f"shell.{args.command}", facts)


def _identity(folder: Path) -> str | None:
    try:
        return str(read_json(place_of(folder).model / FILE)["model_id"])
    except (*DAMAGED_FILE, ScaLearnError):
        return None


def _sha256(file: Path) -> str | None:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
