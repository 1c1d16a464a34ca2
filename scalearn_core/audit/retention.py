"""Old entries leave the trail: they are written to a file elsewhere, and their hashes stay in the chain.

Of an archived entry the trail keeps its number and its two hashes, so that the chain is verified to its head as
before, and the file, wherever it is kept, shows by those hashes that it is the original. What registry, roles,
passports and deletions rest on is never archived.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from scalearn_core.audit.trail import ARCHIVED, Entry, Head, archived, line_of, locked
from scalearn_core.audit.verify import ARCHIVING, checked_entries
from scalearn_core.storage.files import write_atomically

KEPT = ("model.", "roles.", "audit.", "passport.", "handover.", "workspace.", "data.forget")
"""Beginnings of the actions that are never archived."""


@dataclass(frozen=True)
class Archive:
    """What was archived, or would be."""

    done: bool
    entries: int
    """That are archived by this."""
    kept: int
    """Older than the day, but needed: see `KEPT`."""
    actions: dict[str, int]
    """Of those archived, by action."""
    since: str | None
    """Time of the first of them; None where there is none."""
    until: str | None
    head: Head
    """Of the trail afterwards."""
    sha256: str | None
    """Of the file; None where nothing was written."""


def archive(before: date, out: Path, *, who: str, do: bool = True) -> Archive:
    """Write entries older than a day to a file, and leave their hashes in the trail.

    Args:
        before: The first day (UTC) whose entries all stay.
        out: A new file; JSON lines, as the trail had them.
        do: False: only tell what would go.

    Raises:
        AuditError: `audit.broken`: of a changed trail nothing is archived. OSError: `out` cannot be written.
    """
    with locked() as trail:
        entries = checked_entries()
        old = [e for e in entries if e.action != ARCHIVED and e.time[:10] < before.isoformat()]
        going = [entry for entry in old if not entry.action.startswith(KEPT)]
        content = b"".join(map(line_of, going))
        digest = sha256(content).hexdigest() if going else None
        if do and going:
            write_atomically(out, content)
            facts = {
                "before": before.isoformat(), "entries": rows_of(entry.n for entry in going), "sha256": digest,
                "path": str(out.absolute()),
            }  # fmt: skip
            # Said first: a trail that was not rewritten, because its process was killed, is whole as well.
            last = trail.add(ARCHIVING, facts, who=who)
            trail.rewrite((*without(entries, {entry.n for entry in going}), last))
        return Archive(
            done=do, entries=len(going), kept=len(old) - len(going),
            actions=dict(Counter(entry.action for entry in going)),
            since=going[0].time if going else None, until=going[-1].time if going else None,
            head=trail.head, sha256=digest if do else None,
        )  # fmt: skip


def without(entries: Iterable[Entry], numbers: set[int]) -> list[Entry]:
    """The same chain with those entries archived."""
    return [archived(entry) if entry.n in numbers else entry for entry in entries]


def rows_of(numbers: Iterable[int]) -> Sequence[tuple[int, int]]:
    """First and last of each row of numbers that follow one another: 1, 2, 3, 7 gives (1, 3) and (7, 7)."""
    rows: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if rows and rows[-1][1] == number - 1:
            rows[-1] = (rows[-1][0], number)
        else:
            rows.append((number, number))
    return rows
