"""Is the trail as it was written? Names the first entry that is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from scalearn_core.audit.trail import HEAD, START, TRAIL, Entry, Head, body_of, folder, line_of, link
from scalearn_core.errors import AuditError
from scalearn_core.storage.codec import from_json


@dataclass(frozen=True)
class Broken:
    """The first thing that is not as it was written."""

    code: str
    """`changed`, `unreadable`, `unchained`, `misnumbered` or `torn`; of the head `head_differs`, `head_missing` or
    `cut_off`."""
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


@lru_cache(maxsize=4)
def _read(home: Path, trail: object, kept_head: object) -> ReadTrail:
    """As the files were at these states."""
    content = b"" if trail is None else (home / TRAIL).read_bytes()
    entries: list[Entry] = []
    broken = None
    for entry in _chained(content):
        if isinstance(entry, Broken):
            broken = entry
            break
        entries.append(entry)
    broken = broken or _against_head(home / HEAD, entries, there=kept_head is not None)
    return ReadTrail(tuple(entries), broken)


def _chained(content: bytes) -> Iterator[Entry | Broken]:
    """The entries in turn; ends with what is broken."""
    previous = START
    for number, line in enumerate(content.splitlines(keepends=True), 1):
        where = f"{TRAIL} line {number}"
        if not line.endswith(b"\n"):
            yield Broken("torn", where)
            return
        try:
            entry = Entry(**json.loads(line))
            link(entry.previous, body_of(entry))
        except (ValueError, TypeError, AttributeError, RecursionError):
            yield Broken("unreadable", where)
            return
        if entry.previous != previous:
            yield Broken("unchained", where)
        elif entry.n != number:
            yield Broken("misnumbered", where)
        elif link(previous, body_of(entry)) != entry.hash or line_of(entry) != line:
            yield Broken("changed", where)
        else:
            previous = entry.hash
            yield entry


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
