"""Is the trail as it was written? Names the first entry that is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from scalearn_core.audit.trail import ARCHIVED, HEAD, START, TRAIL, Entry, Head, body_of, folder, line_of, link
from scalearn_core.errors import AuditError
from scalearn_core.storage.codec import from_json

ARCHIVING = "audit.archive"
"""Action of the entry that says which were archived: `entries`, first and last number of each row of them."""
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Broken:
    """The first thing that is not as it was written."""

    code: str
    """`changed`, `unreadable`, `unchained`, `misnumbered`, `torn` or `emptied` (archived, but no entry says so);
    of the head `head_differs`, `head_missing` or `cut_off`."""
    where: str
    """File and line, such as `trail.jsonl line 17`."""


@dataclass(frozen=True)
class ReadTrail:
    """All entries up to the first that is broken."""

    entries: tuple[Entry, ...]
    broken: Broken | None

    @property
    def head(self) -> Head:
        """Of the entries that are as they were written."""
        return Head(self.entries[-1].n, self.entries[-1].hash) if self.entries else Head(0, START)


def read_trail(home: Path | None = None) -> ReadTrail:
    """The trail, checked from its first entry to its head. An empty one is whole.

    Raises:
        OSError: it cannot be read.
    """
    home = home or folder()
    return _read(home, *(_state_of(home / name) for name in (TRAIL, HEAD)))


def checked_entries() -> tuple[Entry, ...]:
    """All entries of a trail that is whole.

    Raises:
        AuditError: `audit.broken`: it is not, or cannot be read.
    """
    try:
        trail = read_trail()
    except OSError as error:
        raise AuditError("audit.broken", where=TRAIL) from error
    if trail.broken:
        raise AuditError("audit.broken", where=trail.broken.where)
    return trail.entries


def _state_of(file: Path) -> tuple[int, int, int] | None:
    try:
        state = file.stat()
    except FileNotFoundError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


def read_copy(content: bytes, name: str) -> ReadTrail:
    """A trail of another workspace, checked from its first entry to its last; it has no head of its own.

    Args:
        name: Of its file, for what is broken.
    """
    entries: list[Entry] = []
    for entry in _chained(content, name):
        if isinstance(entry, Broken):
            return ReadTrail(tuple(entries), entry)
        entries.append(entry)
    return ReadTrail(tuple(entries), None)


@lru_cache(maxsize=4)
def _read(home: Path, trail: object, kept_head: object) -> ReadTrail:
    """As the files were at these states."""
    found = read_copy(b"" if trail is None else (home / TRAIL).read_bytes(), TRAIL)
    broken = found.broken or _emptied(found.entries)
    return ReadTrail(
        found.entries, broken or _against_head(home / HEAD, list(found.entries), there=kept_head is not None)
    )


def _emptied(entries: tuple[Entry, ...]) -> Broken | None:
    """The first entry of which too little is left, though none after it says that it was archived."""
    said = [
        range(int(first), min(int(last) + 1, entry.n))
        for entry in entries
        if entry.action == ARCHIVING
        for first, last in entry.facts["entries"]
    ]
    left = (entry.n for entry in entries if entry.action == ARCHIVED)
    emptied = next((n for n in left if not any(n in numbers for numbers in said)), None)
    return None if emptied is None else Broken("emptied", f"{TRAIL} line {emptied}")


def _chained(content: bytes, name: str) -> Iterator[Entry | Broken]:
    """The entries in turn; ends with what is broken."""
    previous = START
    for number, line in enumerate(content.splitlines(keepends=True), 1):
        where = f"{name} line {number}"
        if not line.endswith(b"\n"):
            yield Broken("torn", where)
            return
        try:
            entry = _entry(json.loads(line))
            computed = entry.hash if entry.action == ARCHIVED else link(entry.previous, body_of(entry))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            yield Broken("unreadable", where)
            return
        if entry.previous != previous:
            yield Broken("unchained", where)
        elif entry.n != number:
            yield Broken("misnumbered", where)
        elif computed != entry.hash or line_of(entry) != line:
            yield Broken("changed", where)
        else:
            previous = entry.hash
            yield entry


def _entry(stored: dict[str, Any]) -> Entry:
    """The entry of a line, whole or archived. Raises ValueError, TypeError, AttributeError: it is none."""
    if stored.keys() == {"n", "hash", "previous"}:
        if not _HASH.fullmatch(stored["hash"]):
            raise ValueError("no hash")
        return Entry(stored["n"], "", "", ARCHIVED, {}, stored["previous"], stored["hash"])
    if stored["action"] == ARCHIVED:
        raise ValueError("an archived entry has no more than its hashes")
    return Entry(**stored)


def _against_head(file: Path, entries: list[Entry], *, there: bool) -> Broken | None:
    """Whether the trail ends where it is said to end; one entry more may be there, if its writer was killed."""
    if not there:
        return Broken("head_missing", HEAD) if len(entries) > 1 else None
    try:
        content = file.read_bytes()
        kept = from_json(Head, json.loads(content))
    except (OSError, ValueError):
        return Broken("head_differs", HEAD)
    if kept.n > len(entries):
        return Broken("cut_off", f"{TRAIL} line {len(entries) + 1}")
    expected = b'{"hash":"%b","n":%d}\n' % (kept.hash.encode(), kept.n)
    if content != expected or kept.n < len(entries) - 1 or not kept.n or entries[kept.n - 1].hash != kept.hash:
        return Broken("head_differs", HEAD)
    return None
