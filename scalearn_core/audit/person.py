"""Who is at work: a name asked once and kept in the workspace, or in the session where several share it.

Without sign-in a name is what somebody typed: it says who meant to act, and proves nothing.
"""

from __future__ import annotations

import getpass
import json
import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path

from scalearn_core.config import open_workspace, workspace
from scalearn_core.errors import AuditError
from scalearn_core.storage.files import read_json, write_atomically

FILE = "person.json"
LONGEST = 80
VARIABLE = "SCALEARN_PERSON"
"""Environment of a run: who started it."""


@dataclass(frozen=True)
class Person:
    """Somebody by name."""

    name: str

    def __post_init__(self) -> None:
        if not (0 < len(self.name) <= LONGEST) or self.name != as_name(self.name):
            raise AuditError("person.no_name", limit=LONGEST)


_acting: ContextVar[Person | None] = ContextVar("acting", default=None)


def as_name(text: str) -> str:
    """A name as it is kept: composed letters, single spaces, nothing invisible but spaces within."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in composed).split())


def person(text: str) -> Person:
    """The person of a typed name. Raises AuditError `person.no_name`."""
    return Person(as_name(text))


def kept() -> Person | None:
    """Who was kept in this workspace; None where nobody was asked yet, or the file is none of ours."""
    try:
        return Person(**read_json(workspace() / FILE))
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def keep(who: Person) -> None:
    """Remember a name for the next time. Raises AuditError `audit.unwritable`."""
    home: Path = workspace()
    try:
        content = json.dumps(asdict(who), ensure_ascii=False).encode() + b"\n"
        write_atomically(open_workspace() / FILE, content)
    except OSError as error:
        raise AuditError("audit.unwritable", path=home, detail=error.strerror or type(error).__name__) from error


def acting() -> Person:
    """Who acts now: whom `acting_as` named, else who started this process, else who was kept, else the login."""
    named = _acting.get() or _of(os.environ.get(VARIABLE, "")) or kept()
    return named or _of(_login()) or Person("unknown")


@contextmanager
def acting_as(who: Person | None) -> Iterator[None]:
    """Within the block this person acts, whoever is kept in the workspace; None changes nothing."""
    token = _acting.set(who or _acting.get())
    try:
        yield
    finally:
        _acting.reset(token)


def act_as(who: Person | None) -> None:
    """As `acting_as`, for the rest of this thread: a page is one."""
    _acting.set(who)


def _of(text: str) -> Person | None:
    name = as_name(text)[:LONGEST].strip()
    return Person(name) if name else None


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
