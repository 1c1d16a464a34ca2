"""Is everything as it was recorded? The trail, the files of registered models, the roles, the passports."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scalearn_core.audit.trail import TRAIL, Entry, Head, folder
from scalearn_core.audit.verify import ARCHIVING, read_copy, read_trail
from scalearn_core.governance import folders
from scalearn_core.governance.fold import models_of
from scalearn_core.governance.records import Version
from scalearn_core.governance.roles import CHANGED
from scalearn_core.governance.roles import FILE as ROLES

WRITTEN = ("passport.write", "handover.write", ARCHIVING)
"""Entries about files that were written for others: `path` and `sha256`."""
ELSEWHERE = "elsewhere"
"""In the folder of the trail: those of the workspaces from which projects came, each named by its head."""


@dataclass(frozen=True)
class Problem:
    """Something that is not as it was recorded."""

    where: str
    """Line of the trail, or file."""
    code: str
    """As in `audit/verify.py`; of files `changed`, `missing`, `added`, `never_recorded`; `head_unknown`."""


@dataclass(frozen=True)
class Verified:
    """What was checked, and everything that is wrong: of the trail the first entry alone."""

    whole: bool
    head: Head
    entries: int
    models: int
    """Versions whose files were compared."""
    passports: int
    """Passports, hand-overs and archives of entries that were still where they were written, and compared."""
    problems: tuple[Problem, ...]


def verify(files: Sequence[Path] = (), *, head: str | None = None) -> Verified:
    """Compare all with what was recorded.

    Args:
        files: Passports, hand-overs and archives that lie elsewhere: each must be one that was recorded.
        head: A hash kept elsewhere, which must be that of an entry.

    Raises:
        OSError: the trail cannot be read.
    """
    trail = read_trail()
    problems = [Problem(trail.broken.where, trail.broken.code)] if trail.broken else []
    if head and head.strip().lower() not in {entry.hash for entry in trail.entries}:
        problems.append(Problem(f"head {head.strip()[:16]}", "head_unknown"))
    versions = [v for model in models_of(trail.entries).values() for v in model.versions if v.state != "deleted"]
    for version in versions:
        problems += _of_version(version)
    if not trail.entries and folders.models_folder().is_dir() and any(folders.models_folder().iterdir()):
        problems.append(Problem(TRAIL, "missing"))  # deleted together with its head, but models are registered
    problems += _of_roles(trail.entries) + _of_elsewhere(trail.entries)
    kept = _kept_files(trail.entries)
    problems += [Problem(str(path), "changed") for path, sha256 in kept.items() if _sha256(path) != sha256]
    recorded = {entry.facts["sha256"] for entry in trail.entries if entry.action in WRITTEN}
    problems += [
        Problem(str(path), "missing" if _sha256(path) is None else "never_recorded")
        for path in files
        if path.absolute() not in kept and _sha256(path) not in recorded
    ]
    return Verified(
        not problems, trail.head, len(trail.entries), len(versions), len(kept) + len(files), tuple(problems)
    )


def _of_version(version: Version) -> list[Problem]:
    home = folders.folder_of(version.model, version.version)
    found = folders.hashes_in(home) if home.is_dir() else {}
    problems = []
    for name in sorted(found.keys() | version.files.keys()):
        if found.get(name) != version.files.get(name):
            code = "missing" if name not in found else "added" if name not in version.files else "changed"
            problems.append(Problem(f"{version.ref}: {name}", code))
    return problems


def _of_roles(entries: Sequence[Entry]) -> list[Problem]:
    known = next((entry.facts["sha256"] for entry in reversed(entries) if entry.action == CHANGED), None)
    return [] if _sha256(folder() / ROLES) == known else [Problem(ROLES, "changed")]


def _of_elsewhere(entries: Sequence[Entry]) -> list[Problem]:
    """Trails that came with projects: each goes to the head that was recorded when it came."""
    came = (e.facts for e in entries if e.action == "workspace.open" and e.facts["kind"] == "project")
    heads = {f"{facts['head'][:16]}.jsonl": facts["head"] for facts in came if facts["n"]}
    home, problems = folder() / ELSEWHERE, []
    for name in sorted(heads.keys() | ({file.name for file in home.iterdir()} if home.is_dir() else set())):
        where = f"{ELSEWHERE}/{name}"
        if not (home / name).is_file():
            problems.append(Problem(where, "missing"))
        elif name not in heads:
            problems.append(Problem(where, "added"))
        else:
            found = read_copy((home / name).read_bytes(), where)
            if found.broken or found.head.hash != heads[name]:
                problems.append(Problem(found.broken.where if found.broken else where, "changed"))
    return problems


def _kept_files(entries: Sequence[Entry]) -> dict[Path, str]:
    """Files that were written and are still there, with what they held when they were last written."""
    facts = (entry.facts for entry in entries if entry.action in WRITTEN)
    written = {Path(each["path"]): each["sha256"] for each in facts if "path" in each}
    return {path: sha256 for path, sha256 in written.items() if path.is_file()}


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
