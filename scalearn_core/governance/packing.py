"""A whole workspace, or one project of it, as a zip that is opened in another place.

pack.json           what it is (`Pack`), with the sha256 of every other file
trail.jsonl         of a project: the audit trail, with nothing but the hashes of what is not about it
datasets/ runs/ labels/ watch/ models/ ...    as in the workspace

A project is a dataset with all its versions, every run on it or on a model of it, the piles reviewed with such a
model, and the versions registered from such runs. What is made anew from the rest is not packed: the list of runs,
locks, backups of that list, tables that no run has taken yet; nor are keys, when only a project is packed.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from scalearn_core import runs
from scalearn_core.audit.person import Person, acting
from scalearn_core.audit.retention import without
from scalearn_core.audit.trail import Entry, Head, head, line_of, locked, record
from scalearn_core.audit.verify import checked_entries
from scalearn_core.config import workspace
from scalearn_core.errors import GovernanceError
from scalearn_core.governance import folders, registry
from scalearn_core.governance.records import Version
from scalearn_core.governance.roles import check_right
from scalearn_core.storage.codec import to_json
from scalearn_core.storage.damage import DAMAGED_FILE
from scalearn_core.storage.files import read_json
from scalearn_core.workspace.datasets import get_dataset_info, list_datasets

FILE, TRAIL, FORMAT = "pack.json", "trail.jsonl", 1
TOP = ("datasets", "runs", "labels", "models", "watch", "audit", "serving", "person.json", "price.json")
"""What is packed of a workspace; the rest is made anew, or belongs to the place alone."""
PILE = "pile.json"
"""Of what a pile is told (`review/store.py`, a floor above)."""
_EPOCH = (1980, 1, 1, 0, 0, 0)

Kind = Literal["workspace", "project"]


@dataclass(frozen=True)
class PackedVersion:
    """A registered version in the pack of a project."""

    model: str
    version: int
    folder: str
    """In the zip."""


@dataclass(frozen=True)
class Pack:
    """What `pack.json` holds."""

    format: int
    kind: Kind
    created: str
    """ISO 8601, UTC."""
    head: Head
    """Of the audit trail when it was packed."""
    datasets: tuple[str, ...]
    """Ids."""
    runs: tuple[str, ...]
    models: tuple[PackedVersion, ...]
    size: int
    """Bytes of all files, unpacked."""
    files: dict[str, str]
    """sha256 of every other file, by its name in the zip."""


def pack(out: Path, *, dataset: str | None = None, who: Person | None = None) -> Pack:
    """Write the zip, whole or not at all.

    Args:
        dataset: Id of one version of the project's dataset; None packs the whole workspace.

    Raises:
        GovernanceError: `pack.at_work`: a run is not finished; `pack.nothing`; `roles.not_allowed`.
        DataError: `data.unknown_dataset`. AuditError: `audit.broken`. OSError: it cannot be written.
    """
    person = who or acting()
    check_right(person.name, "pack")
    if active := runs.active():
        raise GovernanceError("pack.at_work", runs=len(active), run=active[0].id)
    chosen = _everything() if dataset is None else _project(dataset)
    if not chosen.files:
        raise GovernanceError("pack.nothing", path=workspace())
    draft = out.with_name(f".new-{out.name}")
    try:
        with locked(), zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            found = _written(archive, chosen)
        sha256 = _sha256(draft)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    facts = {
        "kind": found.kind,
        "datasets": list(found.datasets),
        "runs": len(found.runs),
        "files": len(found.files),
    }
    record("workspace.pack", facts | {"sha256": sha256, "size": found.size}, who=person.name)
    return found


@dataclass(frozen=True)
class _Chosen:
    """What goes into a pack."""

    kind: Kind
    datasets: tuple[str, ...]
    runs: tuple[str, ...]
    models: tuple[PackedVersion, ...]
    files: tuple[Path, ...]
    """In the workspace."""
    mentions: frozenset[str] | None
    """Ids and names: an entry of the trail that has none of them is not about the project. None: all are."""


def _everything() -> _Chosen:
    files = tuple(file for name in TOP if (path := workspace() / name).exists() for file in _files(path))
    all_runs = tuple(run.id for run in runs.recent(-1))
    return _Chosen("workspace", tuple(info.id for info in list_datasets()), all_runs, (), files, None)


def _project(dataset: str) -> _Chosen:
    """Everything about a dataset, found by the ids that runs and piles name."""
    name = get_dataset_info(dataset).name
    of_name = [info for info in list_datasets() if info.name == name]
    known = {info.id for info in of_name}
    left = {run.id: {run.id, *_texts(run.config)} for run in runs.recent(-1)}
    pile_of = {folder.name: {folder.name, *_texts(_described(folder / PILE))} for folder in _inside("labels")}
    chosen_runs, chosen_piles = set[str](), set[str]()
    while True:  # a run on a model of a run on the dataset is about it as well
        more = {key for key, ids in left.items() if ids & known} - chosen_runs
        more_piles = {key for key, ids in pile_of.items() if ids & known} - chosen_piles
        if not more and not more_piles:
            break
        chosen_runs |= more
        chosen_piles |= more_piles
        known |= more | more_piles
    model_ids = {found for run in chosen_runs if (found := _model_id(run))}
    versions = [v for v in _there() if v.origin.get("run") in chosen_runs or v.model_id in model_ids]
    homes = [folders.folder_of(version.model, version.version) for version in versions]
    home = workspace()
    places = [
        *(home / "datasets" / info.id for info in of_name),
        *(home / "runs" / run for run in sorted(chosen_runs)),
        *(home / "labels" / pile for pile in sorted(chosen_piles)),
        *(home / "watch" / model_id[:32] for model_id in sorted(model_ids)),
        *homes,
    ]
    return _Chosen(
        kind="project",
        datasets=tuple(info.id for info in of_name),
        runs=tuple(sorted(chosen_runs)),
        models=tuple(
            PackedVersion(version.model, version.version, place.relative_to(home).as_posix())
            for version, place in zip(versions, homes, strict=True)
        ),
        files=tuple(file for place in places if place.is_dir() for file in _files(place)),
        mentions=frozenset(known | model_ids | {version.model for version in versions}),
    )


def _there() -> Iterator[Version]:
    return (v for model in registry.models() for v in model.versions if v.state != "deleted")


def _written(archive: zipfile.ZipFile, chosen: _Chosen) -> Pack:
    """All files, then what they are; hashed as they are read, so that a file that grows meanwhile does no harm."""
    files: dict[str, str] = {}
    size = 0
    for path in chosen.files:
        name = path.relative_to(workspace()).as_posix()
        digest = hashlib.sha256()
        with path.open("rb") as old, archive.open(_entry(name), "w", force_zip64=True) as new:
            while piece := old.read(1 << 20):
                digest.update(piece)
                size += new.write(piece)
        files[name] = digest.hexdigest()
    if chosen.mentions is not None:
        content = b"".join(map(line_of, _about(checked_entries(), chosen.mentions)))
        archive.writestr(_entry(TRAIL), content)
        files[TRAIL], size = hashlib.sha256(content).hexdigest(), size + len(content)
    found = Pack(
        format=FORMAT, kind=chosen.kind, created=datetime.now(UTC).isoformat(timespec="seconds"), head=head(),
        datasets=chosen.datasets, runs=chosen.runs, models=chosen.models, size=size, files=files,
    )  # fmt: skip
    archive.writestr(_entry(FILE), json.dumps(to_json(found), ensure_ascii=False, indent=1, sort_keys=True))
    return found


def _about(entries: tuple[Entry, ...], mentions: frozenset[str]) -> list[Entry]:
    """The trail with only the hashes of entries that are about something else: it is verified to its head."""
    return without(entries, {entry.n for entry in entries if not set(_texts(entry.facts)) & mentions})


def _texts(content: Any) -> Iterator[str]:
    """Every text in a piece of JSON."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)


def _inside(name: str) -> list[Path]:
    home = workspace() / name
    return sorted(home.iterdir()) if home.is_dir() else []


def _described(file: Path) -> Any:
    """What a description holds; nothing where it cannot be read."""
    try:
        return read_json(file)
    except DAMAGED_FILE:
        return None


def _model_id(run: str) -> str | None:
    result = _described(runs.folder(run) / "result.json")
    found = result.get("model_id") if isinstance(result, dict) else None
    return found if isinstance(found, str) else None


def _files(path: Path) -> Iterator[Path]:
    """Plain files, without locks and without what a killed process had begun; links lead elsewhere."""
    every = [path] if path.is_file() else sorted(path.rglob("*"))
    for file in every:
        begun = any(part.startswith((".new-", ".old-")) for part in file.relative_to(path.parent).parts)
        if file.is_file() and not file.is_symlink() and not file.name.endswith("lock") and not begun:
            yield file


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.external_attr, entry.compress_type = 0o100644 << 16, zipfile.ZIP_DEFLATED
    return entry


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
