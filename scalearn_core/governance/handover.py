"""A model for those who run it: one zip, or the same as a folder for a model hub.

predict.py, requirements.txt        the program, and all it needs
model.onnx, tokenizer.json, settings.json
documents.json                      texts with the answers they must get
passport.json, passport.html, README.md (a model card)
studio/                             the model and its evidence, without documents, for `models import`
contents.json                       sha256 of every other file
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from pathlib import Path

from scalearn_core.audit.person import Person, acting
from scalearn_core.audit.trail import record
from scalearn_core.config import open_workspace
from scalearn_core.evaluation.stored_probabilities import FILE as PROBABILITIES
from scalearn_core.evidence.upgrade import FILE as RESULT
from scalearn_core.export.bundle import write_bundle
from scalearn_core.governance.card import card_text
from scalearn_core.governance.examples import example_texts
from scalearn_core.governance.folders import hashes_in
from scalearn_core.governance.passport import json_text, passport_of
from scalearn_core.governance.passport_page import page
from scalearn_core.governance.resolve import Resolved
from scalearn_core.governance.roles import check_right
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.files import folder_written_whole, write_atomically

CONTENTS, STUDIO = "contents.json", "studio"
DOCUMENTS = 6
"""Of the test documents, unless another number is given."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""No time stands in the zip: equal models give equal ones, but for their passports."""


def hand_over(
    resolved: Resolved,
    out: Path,
    *,
    documents: int = DOCUMENTS,
    language: str = "en",
    who: Person | None = None,
    kept: bool = True,
) -> str:
    """Write the zip, or the folder where `out` does not end in .zip; returns the sha256 of zip or `contents.json`.

    Args:
        documents: How many of the test documents go with it.
        kept: Whether it stays at `out`, so that it can be compared there later.

    Nothing is left at `out` that does not answer as the model does.

    Raises:
        ModelError: as `export.bundle.write_bundle`.
        GovernanceError: `roles.not_allowed`. OSError: it cannot be written.
    """
    person = who or acting()
    check_right(person.name, "handover")
    if out.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory(dir=open_workspace()) as scratch:
            folder = Path(scratch) / "handover"
            folder.mkdir()
            _fill(folder, resolved, documents, language)
            packed = Path(scratch) / "handover.zip"
            _pack(folder, packed)
            sha256 = _sha256(packed)
            _move(packed, out)
    else:
        with folder_written_whole(out) as folder:
            _fill(folder, resolved, documents, language)
            sha256 = _sha256(folder / CONTENTS)
    version = resolved.version
    facts = {"model": version.model, "version": version.version} if version else {}
    written = {"sha256": sha256}
    if kept:
        written["path"] = str((out if out.suffix.lower() == ".zip" else out / CONTENTS).absolute())
    record("handover.write", {**facts, **written, "documents": documents}, who=person.name)
    return sha256


def _fill(folder: Path, resolved: Resolved, documents: int, language: str) -> None:
    place, version = resolved.place, resolved.version
    model = ScaLearnModel.load(place.model)
    assert model.seal is not None
    identity: dict[str, object] = {
        "model": resolved.name, "version": version.version if version else None, "model_id": model.seal.model_id,
    }  # fmt: skip
    write_bundle(model, folder, example_texts(place.evidence, documents), identity)
    passport = passport_of(place, version)
    (folder / "passport.json").write_text(json_text(passport), "utf-8")
    (folder / "passport.html").write_text(page(passport, language), "utf-8")
    (folder / "README.md").write_text(card_text(passport), "utf-8")
    studio = folder / STUDIO
    (studio / "model").mkdir(parents=True)
    for name in model.seal.contents:
        if not name.startswith("model.json"):
            (studio / "model" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(place.model / name, studio / "model" / name)
    for name in ("model.json", "seal.json"):
        shutil.copyfile(place.model / name, studio / "model" / name)
    for name in (RESULT, PROBABILITIES):
        if (place.evidence / name).is_file():
            shutil.copyfile(place.evidence / name, studio / name)
    contents = json.dumps(hashes_in(folder), indent=1, sort_keys=True)
    (folder / CONTENTS).write_text(contents + "\n", "utf-8")


def _pack(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
                entry.external_attr, entry.compress_type = 0o100644 << 16, zipfile.ZIP_DEFLATED
                with archive.open(entry, "w", force_zip64=True) as new, path.open("rb") as old:
                    shutil.copyfileobj(old, new, 1 << 20)


def _move(packed: Path, out: Path) -> None:
    """Into place whole; the workspace may be on another disk."""
    try:
        packed.replace(out)
    except OSError:
        write_atomically(out, packed.read_bytes())


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
