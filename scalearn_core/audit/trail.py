"""The audit trail: `audit/trail.jsonl`, a line for each thing that was done, each chained to the one before.

    hash = sha256(previous hash + canonical JSON of the entry)

An entry holds ids, hashes, counts and names of models, never a document. Lines are only ever added, under a lock
and written through to the disk. A chain finds a changed, missing or inserted line; it cannot find that its last
lines were cut off, or that all of it was written anew. `audit/head.json` finds the careless half of that; for the
rest a head must be kept elsewhere, which is why every passport and report prints it.

Of an entry that was archived (`retention.py`) the line keeps its number and its two hashes: the chain goes on.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scalearn_core.audit.person import acting
from scalearn_core.config import open_workspace, workspace
from scalearn_core.errors import AuditError, ScaLearnError
from scalearn_core.storage.files import write_atomically
from scalearn_core.storage.locks import holding

FOLDER, TRAIL, HEAD, LOCK = "audit", "trail.jsonl", "head.json", "trail.lock"
START = "0" * 64
"""What the first entry is chained to."""
ARCHIVED = "audit.archived"
"""Action of an entry of which only number and hashes are left."""
_TAIL = 1 << 16
"""Bytes read from the end to find the last line, doubled until it is whole."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One line of the trail."""

    n: int
    """Counted from 1."""
    time: str
    """ISO 8601, UTC, to the second."""
    who: str
    """The name of the person, as known then."""
    action: str
    """Such as `model.approve`; what it is about and what changed stands in `facts`."""
    facts: dict[str, Any]
    """Plain JSON: ids, hashes, counts, names of models, reasons."""
    previous: str
    """Hash of the entry before."""
    hash: str
    """Of this one."""


@dataclass(frozen=True)
class Head:
    """The last entry: kept elsewhere, it proves that nothing before it was changed."""

    n: int
    """0 where the trail is empty."""
    hash: str


def canonical(content: object) -> bytes:
    """The one way to write JSON here: keys in order, no spaces, UTF-8; NaN is refused with ValueError."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", errors="surrogatepass")


def link(previous: str, body: Mapping[str, Any]) -> str:
    """The hash of an entry without its `hash` (and `previous`), chained to the one before."""
    return hashlib.sha256(previous.encode() + canonical(body)).hexdigest()


def body_of(entry: Entry) -> dict[str, Any]:
    """What is hashed of an entry."""
    return {key: value for key, value in asdict(entry).items() if key not in ("previous", "hash")}


def line_of(entry: Entry) -> bytes:
    """An entry as its line; of an archived one what is left."""
    stored = asdict(entry)
    if entry.action == ARCHIVED:
        stored = {key: stored[key] for key in ("n", "hash", "previous")}
    return canonical(stored) + b"\n"


def archived(entry: Entry) -> Entry:
    """What is left of an entry once it is archived."""
    return Entry(entry.n, "", "", ARCHIVED, {}, entry.previous, entry.hash)


def folder() -> Path:
    """Where the trail of this workspace lies; it may not be there yet."""
    return workspace() / FOLDER


class Trail:
    """The trail, locked: nobody else adds a line until the block ends."""

    def __init__(self, home: Path) -> None:
        self._file = home / TRAIL
        self._head = home / HEAD

    @property
    def head(self) -> Head:
        """The last entry. Raises AuditError `audit.last_unreadable`: it is not the one that was written last."""
        line, torn = _last_line(self._file)
        last, kept = _head_in(line), self._kept_head()
        if last is None or kept is None or not (last == kept or (not torn and _follows(line, kept))):
            raise AuditError("audit.last_unreadable", file=self._file)
        return last

    def add(self, action: str, facts: Mapping[str, Any], *, who: str | None = None) -> Entry:
        """Write an entry, through to the disk.

        Raises:
            AuditError: the last line is no entry, so there is nothing to chain to.
            OSError: it cannot be written; nothing was added then.
        """
        before = self.head
        body = {
            "n": before.n + 1, "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "who": who or acting().name, "action": action, "facts": json.loads(canonical(facts)),
        }  # fmt: skip
        entry = Entry(**body, previous=before.hash, hash=link(before.hash, body))
        _append(self._file, line_of(entry))
        write_atomically(self._head, canonical(asdict(_head_of(entry))) + b"\n")
        return entry

    def rewrite(self, entries: Iterable[Entry]) -> None:
        """Replace all lines by those of entries with the same hashes, such as archived ones. Raises OSError."""
        write_atomically(self._file, b"".join(map(line_of, entries)))
        self._file.chmod(0o600)

    def _kept_head(self) -> Head | None:
        try:
            return Head(**json.loads(self._head.read_bytes()))
        except FileNotFoundError:
            return Head(0, START)
        except (ValueError, TypeError):
            return None


def _head_of(entry: Entry) -> Head:
    return Head(entry.n, entry.hash)


def _follows(line: bytes, kept: Head) -> bool:
    """Whether a line was written by a process that was killed before it could write the head."""
    stored = json.loads(line or b"{}")
    return bool(stored.get("n") == kept.n + 1 and stored.get("previous") == kept.hash)


def _head_in(line: bytes) -> Head | None:
    """The head that a last line makes; None where it is no entry."""
    if not line:
        return Head(0, START)
    try:
        stored = json.loads(line)
        return Head(int(stored["n"]), str(stored["hash"]))
    except (ValueError, KeyError, TypeError):
        return None


@contextmanager
def locked() -> Iterator[Trail]:
    """The trail of this workspace for whoever looks first and writes then. Not to be nested.

    Raises:
        AuditError: `audit.unwritable`.
    """
    home = folder()
    try:
        open_workspace()
        home.mkdir(mode=0o700, exist_ok=True)
        with holding(home / LOCK):
            yield Trail(home)
    except ScaLearnError:
        raise
    except OSError as error:
        raise AuditError("audit.unwritable", path=home, detail=error.strerror or type(error).__name__) from error


def record(action: str, facts: Mapping[str, Any], *, who: str | None = None) -> Entry:
    """Write one entry. Raises as `locked` and `Trail.add`: what must be recorded must not be done in silence."""
    with locked() as trail:
        return trail.add(action, facts, who=who)


def note(action: str, facts: Mapping[str, Any]) -> None:
    """As `record`, for work that shall not fail with it: what could not be written is logged."""
    try:
        record(action, facts)
    except ScaLearnError as error:
        logger.warning("%s is missing from the audit trail: %s", action, error)


def head() -> Head:
    """The head of the trail, as it is printed on passports and reports. Raises AuditError."""
    return Trail(folder()).head


def _append(file: Path, line: bytes) -> None:
    """Put a line at the end, over what a killed process left of its own (see `_last_line`)."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size - len(_last_line(file)[1])
        os.ftruncate(descriptor, size)
        try:
            if os.pwrite(descriptor, line, size) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)  # half a line would be taken for a changed one
            raise
    finally:
        os.close(descriptor)


def _last_line(file: Path) -> tuple[bytes, bytes]:
    """The last whole line, and what stands behind it: half a line, of a process killed while it wrote.

    Half a line was never said to be recorded, unless the head says that it was.
    """
    try:
        with file.open("rb") as stream:
            size, reach = stream.seek(0, os.SEEK_END), _TAIL
            while True:
                stream.seek(max(0, size - reach))
                whole, _, torn = stream.read().rpartition(b"\n")
                _, mark, last = whole.rpartition(b"\n")
                if mark or reach >= size:
                    return (last if mark else whole), torn
                reach *= 2
    except FileNotFoundError:
        return b"", b""
