"""A model from a zip: unpacked with care, loaded, and asked the documents whose answers came with it.

What comes is a hand-over (`handover.py`) or a model folder that was packed by hand. Each document stored with its
answer is answered again: a model that was edited by hand, whatever its seal says, answers otherwise and is
refused.
"""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import numpy as np

from scalearn_core.audit.person import Person
from scalearn_core.config import open_workspace
from scalearn_core.errors import GovernanceError
from scalearn_core.evidence.places import Place, place_of
from scalearn_core.export.bundle import DOCUMENTS
from scalearn_core.export.onnx import LIMIT
from scalearn_core.governance.folders import MOST_BYTES, MOST_FILES, PREDICTIONS, hashes_in
from scalearn_core.governance.handover import CONTENTS
from scalearn_core.governance.passport import read_passport
from scalearn_core.governance.records import Version
from scalearn_core.governance.register import register
from scalearn_core.governance.unpacking import Limits, unpack
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.seal import read_seal
from scalearn_core.storage.damage import DAMAGED_FILE
from scalearn_core.storage.files import read_json
from scalearn_core.targets import confidence_in

MOST_DOCUMENTS = 50
ROUNDED = 6e-5
"""Confidences in `test_predictions.csv` have four decimals."""


def import_zip(file: Path, name: str | None = None, *, who: Person | None = None) -> Version:
    """Register the model in a zip as a draft.

    Args:
        name: By default the one it was handed over under, else the file's.

    Raises:
        GovernanceError: `import.no_zip`, `import.bad_entry`, `import.changed`, `import.no_documents`,
            `import.differs`; as `register`.
        ModelError: no model in it, damaged or changed.
    """
    with tempfile.TemporaryDirectory(dir=open_workspace()) as scratch:
        folder = Path(scratch)
        sha256 = unpack(file, folder, Limits(MOST_FILES, MOST_BYTES))
        root = _root_of(folder)
        _check_contents(root)
        place = place_of(root / "studio" if (root / "studio").is_dir() else root)
        stated = _check_passport(root, place)
        return import_folder(root, place, name or stated or file.stem, {"zip": sha256}, who=who)


def import_folder(
    root: Path, place: Place, name: str, origin: dict[str, str], *, who: Person | None = None
) -> Version:
    """Register a model that came from elsewhere as a draft, if it answers the documents beside it as stored.

    Args:
        root: Where `documents.json` lies, if there is one.
        place: The model and its evidence.

    Raises:
        GovernanceError: `import.no_documents`, `import.differs`; as `register`.
    """
    documents, exact = _stored_documents(root, place)
    _compare(place.model, documents, exact)
    return register(place.evidence, name, who=who, origin=origin, action="import")


def _root_of(folder: Path) -> Path:
    """The folder itself, or the only one in it: people pack folders, and what lies in them."""
    inner = list(folder.iterdir())
    return inner[0] if len(inner) == 1 and inner[0].is_dir() and inner[0].name != "model" else folder


def _check_contents(root: Path) -> None:
    """Every file of a hand-over is as its list says. Raises GovernanceError `import.changed`."""
    if not (root / CONTENTS).is_file():
        return
    try:
        listed = read_json(root / CONTENTS)
        names = {name: str(sha256) for name, sha256 in listed.items()}
    except DAMAGED_FILE as error:
        raise GovernanceError("import.changed", entry=CONTENTS) from error
    found = {name: sha256 for name, sha256 in hashes_in(root).items() if name != CONTENTS}
    if changed := sorted(n for n in names.keys() | found.keys() if names.get(n) != found.get(n)):
        raise GovernanceError("import.changed", entry=changed[0])


def _check_passport(root: Path, place: Place) -> str | None:
    """The name in the passport, if one came: it must be whole, and of this very model."""
    if not (root / "passport.json").is_file():
        return None
    passport = read_passport(root / "passport.json")
    if passport.model.model_id != read_seal(place.model).model_id:
        raise GovernanceError("import.changed", entry="passport.json")
    return passport.model.name


def _stored_documents(root: Path, place: Place) -> tuple[dict[str, dict[str, float] | float], bool]:
    """By text the probabilities expected of all labels, or the confidence alone; and whether it is the former."""
    try:
        if (root / DOCUMENTS).is_file():
            stored = read_json(root / DOCUMENTS)["documents"]
            return {one["text"]: {n: float(p) for n, p in one["probabilities"].items()} for one in stored}, True
        with (place.evidence / PREDICTIONS).open(encoding="utf-8-sig", newline="") as stream:
            rows = [
                (row["text"], float(row["confidence"])) for row in csv.DictReader(stream) if row["text"].strip()
            ]
    except FileNotFoundError:
        rows = []
    except (*DAMAGED_FILE, csv.Error) as error:
        raise GovernanceError("import.changed", entry=DOCUMENTS) from error
    if not rows:
        raise GovernanceError("import.no_documents")
    step = max(1, len(rows) // MOST_DOCUMENTS)
    return dict(rows[::step]), False


def _compare(folder: Path, documents: dict[str, dict[str, float] | float], exact: bool) -> None:
    """Raises GovernanceError `import.differs`: the model answers otherwise than was stored."""
    model = ScaLearnModel.load(folder)
    if not documents:
        raise GovernanceError("import.no_documents")
    found = model.predict_proba(list(documents))
    if exact:
        rows = [one for one in documents.values() if isinstance(one, dict)]
        expected = np.array([[row.get(label, -1.0) for label in model.labels] for row in rows])
        apart = np.abs(found - expected).max(1)
    else:
        given = model.decide(found) if model.multi_label else None
        sure = confidence_in(found, multi_label=model.multi_label, given=given)
        apart = np.abs(sure - np.array(list(documents.values()), dtype=np.float64)) - ROUNDED
    wrong = ~(apart <= LIMIT)  # so that NaN counts too
    if wrong.any():
        raise GovernanceError("import.differs", count=int(wrong.sum()), documents=len(documents))
