"""A pack (`packing.py`) is opened in another place: all of it or, where it is refused, none.

A workspace becomes this one, which must be empty; it goes on with its audit trail. A project comes into this
workspace beside what is there, and replaces nothing. Its models come as drafts, after they have answered their
stored documents again: an approval given elsewhere is none here. Its trail is kept in `audit/elsewhere/` and
verified.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from scalearn_core import runs
from scalearn_core.audit.person import FILE as PERSON
from scalearn_core.audit.person import Person, acting
from scalearn_core.audit.trail import folder as audit_folder
from scalearn_core.audit.trail import record
from scalearn_core.audit.verify import read_copy
from scalearn_core.config import open_workspace, workspace
from scalearn_core.errors import GovernanceError, ScaLearnError
from scalearn_core.evidence.places import place_of
from scalearn_core.governance.folders import hashes_in
from scalearn_core.governance.importing import import_folder
from scalearn_core.governance.packing import FILE, FORMAT, TOP, TRAIL, Kind, Pack
from scalearn_core.governance.unpacking import UNREADABLE, Limits, unpack
from scalearn_core.governance.verify import ELSEWHERE, verify
from scalearn_core.storage.codec import from_json

MOST_FILES, MOST_DESCRIBED = 1_000_000, 256 << 20
"""Files in a pack, and bytes of its `pack.json`."""
DISPOSABLE = (
    "scalearn.db",
    "scalearn.db-wal",
    "scalearn.db-shm",
    "scalearn.lock",
    "reserve.bin",
    PERSON,
    "uploads",
)
"""What a studio makes in an empty workspace when it is looked at."""
_UNITS = re.compile(
    r"(datasets/[0-9a-f]{16}|runs/\d{8}-\d{6}-[0-9a-z]{6}|labels/[0-9a-f]{16}|watch/[0-9a-f]{16,32})/.+"
    r"|models/[0-9a-f]{16}/\d+/.+|trail\.jsonl|pack\.json"
)
"""Names that a project may have: what is moved, what becomes a model, and the rest."""


@dataclass(frozen=True)
class Opened:
    """What came in."""

    kind: Kind
    datasets: tuple[str, ...]
    """Ids; those that were here already are left out, as are such runs."""
    runs: tuple[str, ...]
    there: int
    """Datasets, runs, piles and logs that were here already, and stayed as they were."""
    models: tuple[str, ...]
    """Of a project: how its versions are named here; each is a draft."""
    left: tuple[str, ...]
    """Versions that were not registered, each with the reason in a sentence."""
    problems: tuple[str, ...]
    """What is not as it was recorded: file and code."""


def open_pack(file: Path, *, who: Person | None = None) -> Opened:
    """Open a pack in this workspace (`SCALEARN_HOME`).

    Raises:
        GovernanceError: `pack.none`, `pack.newer`, `pack.no_room`, `pack.not_empty`, `import.no_zip`,
            `import.bad_entry`, `import.changed`.
        OSError: it cannot be written.
    """
    found, person = described(file), who or acting()
    if found.kind == "workspace":
        _check_empty(workspace())
    beside = workspace().absolute().parent if found.kind == "workspace" else open_workspace().absolute()
    beside.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(beside).free
    if found.size > free:
        raise GovernanceError("pack.no_room", needed=found.size >> 20, free=free >> 20)
    draft = beside / f".new-{secrets.token_hex(8)}"
    try:
        draft.mkdir(mode=0o700)
        sha256 = unpack(file, draft, Limits(MOST_FILES, found.size + MOST_DESCRIBED, ratio=None))
        _check(draft, found, file)
        opened = _as_workspace(draft, found) if found.kind == "workspace" else _into(draft, found, sha256, person)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    runs.reindex()
    facts = {
        "kind": found.kind, "pack": sha256, "head": found.head.hash, "n": found.head.n,
        "datasets": list(opened.datasets), "runs": list(opened.runs), "models": list(opened.models),
    }  # fmt: skip
    record("workspace.open", facts, who=person.name)
    problems = verify().problems
    return Opened(
        kind=opened.kind, datasets=opened.datasets, runs=opened.runs, there=opened.there, models=opened.models,
        left=opened.left, problems=tuple(f"{each.where}: {each.code.replace('_', ' ')}" for each in problems),
    )  # fmt: skip


def described(file: Path) -> Pack:
    """What a pack says that it is. Raises GovernanceError as `open_pack`."""
    try:
        with zipfile.ZipFile(file) as archive:
            if FILE not in archive.namelist():
                raise GovernanceError("pack.none", name=file.name)
            if archive.getinfo(FILE).file_size > MOST_DESCRIBED:
                raise GovernanceError("import.changed", entry=FILE)
            stored = json.loads(archive.read(FILE))
        if isinstance(stored, dict) and isinstance(stored.get("format"), int) and stored["format"] > FORMAT:
            raise GovernanceError("pack.newer", name=file.name, found=stored["format"], known=FORMAT)
        return from_json(Pack, stored)
    except GovernanceError:
        raise
    except UNREADABLE as error:
        raise GovernanceError("import.no_zip", name=file.name) from error
    except (ValueError, RecursionError) as error:
        raise GovernanceError("import.changed", entry=FILE) from error


def _check_empty(home: Path) -> None:
    """Raises GovernanceError `pack.not_empty`."""
    there = [path.name for path in home.iterdir() if path.name not in DISPOSABLE] if home.is_dir() else []
    full = [name for name in sorted(there) if not (home / name).is_dir() or any((home / name).iterdir())]
    if full:
        raise GovernanceError("pack.not_empty", path=home, found=full[0])


def _check(draft: Path, found: Pack, file: Path) -> None:
    """Every file is listed, as it is, and at a place where a file of a workspace may be."""
    there = {name: sha256 for name, sha256 in hashes_in(draft).items() if name != FILE}
    listed = found.files
    if changed := sorted(n for n in there.keys() | listed.keys() if there.get(n) != listed.get(n)):
        raise GovernanceError("import.changed", entry=changed[0])
    for name in there:
        known = _UNITS.fullmatch(name) if found.kind == "project" else PurePosixPath(name).parts[0] in TOP
        if not known:
            raise GovernanceError(
                "import.bad_entry", name=file.name, entry=name[:80], reason="nothing of that name belongs there"
            )


def _as_workspace(draft: Path, found: Pack) -> Opened:
    """The draft becomes the workspace, at once."""
    home = workspace().absolute()
    (draft / FILE).unlink()
    for path in draft.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)  # keys are among them
    if home.is_dir():
        for name in DISPOSABLE:
            path = home / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        for path in home.iterdir():
            path.rmdir()
    draft.rename(home)
    return Opened("workspace", found.datasets, found.runs, 0, (), (), ())


def _into(draft: Path, found: Pack, sha256: str, person: Person) -> Opened:
    """Models first, as they may be refused; then the trail, and what moves by a change of name."""
    trail = read_copy((draft / TRAIL).read_bytes() if (draft / TRAIL).is_file() else b"", TRAIL)
    if trail.broken or trail.head != found.head:
        raise GovernanceError("import.changed", entry=TRAIL)
    models, left = [], []
    for packed in found.models:
        if not (draft / packed.folder).resolve().is_relative_to(draft.resolve()):
            raise GovernanceError("import.changed", entry=FILE)
        try:
            root = draft / packed.folder
            models.append(import_folder(root, place_of(root), packed.model, {"pack": sha256}, who=person).ref)
        except ScaLearnError as problem:
            left.append(f"{packed.model}@{packed.version}: {problem}")
    if found.head.n:
        kept = audit_folder() / ELSEWHERE / f"{found.head.hash[:16]}.jsonl"
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (draft / TRAIL).replace(kept)
    moved: dict[str, list[str]] = {kind: [] for kind in ("datasets", "runs", "labels", "watch")}
    there = 0
    for kind, unit in _units(draft, moved):
        place = workspace() / kind / unit.name
        if place.exists():
            there += 1
            continue
        place.parent.mkdir(exist_ok=True)
        unit.rename(place)
        moved[kind].append(unit.name)
    return Opened("project", tuple(moved["datasets"]), tuple(moved["runs"]), there, tuple(models), tuple(left), ())


def _units(draft: Path, kinds: dict[str, list[str]]) -> Iterator[tuple[str, Path]]:
    for kind in kinds:
        for unit in sorted((draft / kind).iterdir()) if (draft / kind).is_dir() else ():
            yield kind, unit
