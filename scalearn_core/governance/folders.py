"""The files of registered versions: `models/<key>/<version>/`, where the key is a hash of the name.

A version's folder is like that of a training run: `model/` and the evidence beside it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scalearn_core.config import open_workspace, workspace
from scalearn_core.errors import GovernanceError, ModelError
from scalearn_core.evaluation.stored_probabilities import FILE as PROBABILITIES
from scalearn_core.evidence.places import Place
from scalearn_core.evidence.upgrade import FILE as RESULT
from scalearn_core.governance.records import Version
from scalearn_core.workspace.keeping import sweep

MODEL = "model"
PREDICTIONS = "test_predictions.csv"
FROZEN_HEAD = "frozen_head.safetensors"
"""As in `evidence/reference.py`, which loads torch."""
EVIDENCE = (RESULT, PREDICTIONS, PROBABILITIES, FROZEN_HEAD)
MOST_FILES, MOST_BYTES = 2000, 4 << 30
"""Of a model folder."""


def models_folder() -> Path:
    return workspace() / "models"


def folder_of(name: str, version: int) -> Path:
    """Where the files of a version are, whether or not they are there."""
    return models_folder() / hashlib.sha256(name.encode()).hexdigest()[:16] / str(version)


def version_folder(version: Version) -> Path:
    """The folder of a version. Raises GovernanceError `governance.files_gone`."""
    path = folder_of(version.model, version.version)
    if not (path / MODEL).is_dir():
        raise GovernanceError("governance.files_gone", version=version.ref)
    return path


def place_of_version(version: Version) -> Place:
    """Model and evidence of a version. Raises GovernanceError `governance.files_gone`."""
    path = version_folder(version)
    return Place(path / MODEL, path)


@contextmanager
def drafted(place: Place) -> Iterator[Path]:
    """A copy of a model with its evidence, on the disk of the workspace, to be renamed; gone after the block."""
    open_workspace()
    models_folder().mkdir(exist_ok=True)
    sweep(models_folder())
    draft = models_folder() / f".new-{secrets.token_hex(8)}"
    try:
        draft.mkdir()
        _copy(place.model, draft / MODEL, leave_out=EVIDENCE)
        for name in EVIDENCE:
            if (place.evidence / name).is_file():
                _copy_file(place.evidence / name, draft / name)
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def hashes_in(folder: Path) -> dict[str, str]:
    """sha256 of every file below a folder, by its path there."""
    return {
        path.relative_to(folder).as_posix(): _sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }


def changed_files(version: Version) -> list[str]:
    """Files of a version that are not as they were registered: changed, missing or added. Raises as above."""
    found = hashes_in(version_folder(version))
    return sorted(
        name for name in found.keys() | version.files.keys() if found.get(name) != version.files.get(name)
    )


def _copy(source: Path, target: Path, leave_out: tuple[str, ...]) -> None:
    """Plain files and folders; anything else, such as a link, is refused: it may point anywhere."""
    target.mkdir()
    files, size = 0, 0
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        if name.as_posix() in leave_out or name.name == "result.lock":
            continue
        kind = path.lstat()
        if stat.S_ISDIR(kind.st_mode):
            (target / name).mkdir()
        elif stat.S_ISREG(kind.st_mode):
            files, size = files + 1, size + kind.st_size
            if files > MOST_FILES or size > MOST_BYTES:
                raise ModelError("model.damaged", folder=source, reason="it is larger than any model")
            _copy_file(path, target / name)
        else:
            raise ModelError("model.damaged", folder=source, reason=f"{name.as_posix()} is no plain file")


def _copy_file(source: Path, target: Path) -> None:
    """The content alone: no rights, no times; a link is refused by the system."""
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as old, target.open("xb") as new:
        shutil.copyfileobj(old, new, 1 << 20)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
