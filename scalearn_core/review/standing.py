"""Where a pile stands: which documents have a label, from whom, and which somebody has before him."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations

import numpy as np

from scalearn_core.records.labelling import LabelEntry

HELD = timedelta(minutes=15)
"""So long a document that was given to somebody is given to nobody else."""


@dataclass(frozen=True, eq=False)
class Standing:
    """What the entries of a pile come to."""

    said: dict[int, dict[str, LabelEntry]]
    """By document, by person: the last label of each that counts."""
    skipped: dict[int, set[str]]
    taken: dict[int, LabelEntry]
    """Documents last given to somebody, without an answer yet."""
    order: dict[str, list[int]]
    """By person: the documents of his labels that count, the last one last (times tell but seconds)."""

    @property
    def labelled(self) -> dict[int, LabelEntry]:
        """The label of each document that has one: what was said last."""
        return {place: [*by.values()][-1] for place, by in self.said.items()}

    def counts(self) -> dict[str, int]:
        """Documents per category."""
        found: dict[str, int] = {}
        for entry in self.labelled.values():
            for label in entry.labels:
                found[label] = found.get(label, 0) + 1
        return found

    def not_for(self, who: str, at: datetime) -> set[int]:
        """Documents that are not to be proposed to this person: answered by anybody, skipped by him, held by
        others."""
        held = {
            place
            for place, entry in self.taken.items()
            if entry.who != who and at - datetime.fromisoformat(entry.time) < HELD
        }
        return {*self.said, *(place for place, by in self.skipped.items() if who in by), *held}

    def in_hand(self, who: str) -> int | None:
        """The document this person was given last and has not answered."""
        mine = [entry for entry in self.taken.values() if entry.who == who]
        return mine[-1].place if mine else None

    def last_of(self, who: str) -> LabelEntry | None:
        """What the person said last that can be undone."""
        places = self.order.get(who)
        return self.said[places[-1]][who] if places else None


def standing(entries: Iterable[LabelEntry]) -> Standing:
    """Go through the entries in their order."""
    said: dict[int, dict[str, LabelEntry]] = {}
    skipped: dict[int, set[str]] = {}
    taken: dict[int, LabelEntry] = {}
    order: dict[str, list[int]] = {}
    for entry in entries:
        taken.pop(entry.place, None)
        mine = order.setdefault(entry.who, [])
        if entry.action in ("label", "undo") and entry.place in mine:
            mine.remove(entry.place)
        if entry.action == "take":
            taken[entry.place] = entry
        elif entry.action == "label":
            said.setdefault(entry.place, {}).pop(entry.who, None)
            said[entry.place][entry.who] = entry
            mine.append(entry.place)
        elif entry.action == "skip":
            skipped.setdefault(entry.place, set()).add(entry.who)
        else:
            said.get(entry.place, {}).pop(entry.who, None)
            skipped.get(entry.place, set()).discard(entry.who)
    return Standing({place: by for place, by in said.items() if by}, skipped, taken, order)


def here_and_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Agreement:
    """How far two people agree on the documents both labelled."""

    first: str
    second: str
    documents: int
    same: int
    kappa: float | None
    """Cohen's (scikit-learn), with its 95% bootstrap interval over the documents; None for fewer than 5 documents,
    or where both always say the same one thing."""
    low: float | None
    high: float | None
    differ: tuple[int, ...]
    """Documents on which they differ."""


def agreements(now: Standing, *, resamples: int = 400, seed: int = 0) -> list[Agreement]:
    """Of each two people with documents in common."""
    people = sorted({who for by in now.said.values() for who in by})
    found = []
    for first, second in combinations(people, 2):
        both = [place for place, by in now.said.items() if first in by and second in by]
        if both:
            answers = np.array(
                [["|".join(now.said[place][who].labels) for who in (first, second)] for place in both]
            )
            equal = answers[:, 0] == answers[:, 1]
            differ = tuple(place for place, is_equal in zip(both, equal, strict=True) if not is_equal)
            kappa, low, high = _kappa(answers, resamples, seed)
            found.append(Agreement(first, second, len(both), int(equal.sum()), kappa, low, high, differ))
    return found


def _kappa(answers: np.ndarray, resamples: int, seed: int) -> tuple[float | None, float | None, float | None]:
    from sklearn.metrics import cohen_kappa_score

    if len(answers) < 5 or len(np.unique(answers)) < 2:
        return None, None, None
    rng = np.random.default_rng(seed)
    drawn = [answers[rng.integers(len(answers), size=len(answers))] for _ in range(resamples)]
    values = [cohen_kappa_score(some[:, 0], some[:, 1]) for some in drawn if len(np.unique(some)) > 1]
    low, high = np.quantile(values, (0.025, 0.975))
    return float(cohen_kappa_score(answers[:, 0], answers[:, 1])), float(low), float(high)
