"""A model becomes the next version of a name: copied into the workspace, loaded once, recorded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from scalearn_core.audit.person import Person, acting
from scalearn_core.audit.trail import locked
from scalearn_core.audit.verify import checked_entries
from scalearn_core.errors import GovernanceError
from scalearn_core.evidence.places import Place, place_of
from scalearn_core.governance import folders
from scalearn_core.governance.fold import models_of
from scalearn_core.governance.records import Version
from scalearn_core.governance.registry import check_name, find
from scalearn_core.governance.roles import check_right, note_change
from scalearn_core.storage.damage import DAMAGED_FILE


def register(
    folder: Path,
    name: str,
    *,
    who: Person | None = None,
    origin: dict[str, str] | None = None,
    action: str = "register",
) -> Version:
    """Copy a model with its evidence into the workspace, as the next version of a name; a draft.

    Args:
        folder: A model folder, or that of a training run.
        origin: What is told of where it came from, beside the dataset.

    Raises:
        ModelError: no model there, damaged, changed, or its encoder is not at hand.
        GovernanceError: `governance.bad_name`, `governance.already_registered`, `governance.other_evidence`.
    """
    person, place, name = who or acting(), place_of(folder), check_name(name)
    check_right(person.name, action)
    with folders.drafted(place) as draft:
        model_id = _loaded_id(draft / folders.MODEL)
        facts = {"model_id": model_id, "files": folders.hashes_in(draft), "origin": _origin(place, draft, origin)}
        _check_evidence(draft, model_id, folder)
        with locked() as trail:
            entries = checked_entries()
            note_change(trail, entries)
            known = models_of(entries).get(name)
            same = [v for v in known.versions if v.model_id == model_id and v.state != "deleted"] if known else []
            if same:
                raise GovernanceError("governance.already_registered", version=same[0].ref)
            number = len(known.versions) + 1 if known else 1
            home = folders.folder_of(name, number)
            home.parent.mkdir(exist_ok=True)
            shutil.rmtree(home, ignore_errors=True)  # of a process that was killed before it recorded it
            draft.rename(home)
            try:
                trail.add(f"model.{action}", {"model": name, "version": number, **facts}, who=person.name)
            except BaseException:
                home.rename(draft)
                raise
    return find(f"{name}@{number}")


def _loaded_id(folder: Path) -> str:
    """Load the model once, as whoever uses it will; returns its identity."""
    from scalearn_core.scaling.model import ScaLearnModel

    model = ScaLearnModel.load(folder)
    assert model.seal is not None
    return model.seal.model_id


def _check_evidence(draft: Path, model_id: str, folder: Path) -> None:
    """Evidence that says it is of another model is none."""
    try:
        stated = json.loads((draft / "result.json").read_text("utf-8")).get("model_id")
    except FileNotFoundError:
        return
    except DAMAGED_FILE:
        raise GovernanceError("governance.other_evidence", folder=folder) from None
    if stated not in (None, model_id):
        raise GovernanceError("governance.other_evidence", folder=folder)


def _origin(place: Place, draft: Path, told: dict[str, str] | None) -> dict[str, str]:
    """Run or folder, and the fingerprint of the dataset; no path but the last part of one."""
    try:
        result = json.loads((draft / "result.json").read_text("utf-8"))
        dataset = {"dataset": str(result["dataset"]["fingerprint"])}
        run = {"run": str(result["run_id"])} if result.get("run_id") else {}
    except DAMAGED_FILE:
        dataset, run = {}, {}
    return {**dataset, **(told or run or {"folder": place.model.resolve().name})}
