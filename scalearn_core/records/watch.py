"""What `watch` finds: a week of a model's answers against the weeks before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scalearn_core.evaluation.intervals import Interval

LogMode = Literal["off", "hashed", "full"]
Status = Literal["nothing", "too_few", "calm", "look"]
Alarm = Literal["inputs", "categories", "score"]


@dataclass(frozen=True)
class DriftTest:
    """Whether two sets of documents come from the same kind, by a permutation test."""

    distance: float
    """Energy distance of unit-length embeddings, or total variation of category shares; 0: alike."""
    p: float | None
    """How often a division of the same groups by chance lies as far apart; None where there are too few groups
    for a chance below 1%."""
    permuted: Literal["days", "documents"]
    """What was permuted."""
    before: int
    """Documents compared."""
    now: int


@dataclass(frozen=True)
class CategoryShare:
    """One category's share of the documents."""

    label: str
    now: float
    before: float | None
    """None where there is nothing to compare with."""
    low: float | None
    """What would be usual: 95% band of a week with so many documents."""
    high: float | None


@dataclass(frozen=True)
class LookedAt:
    """A document that a person should look at."""

    time: str
    label: str
    confidence: float
    text: str | None
    """None where only hashes are kept."""


@dataclass(frozen=True)
class DayCount:
    """Documents of a day, UTC."""

    day: str
    documents: int


@dataclass(frozen=True)
class WatchReport:
    """All of it."""

    model_id: str
    log: LogMode
    """How answers are kept now."""
    status: Status
    alarms: tuple[Alarm, ...]
    since: str | None
    """First day of the window; None where nothing is kept."""
    until: str | None
    documents: int
    """In the window."""
    repeated: int
    """Of them, those whose text had been answered before."""
    days: tuple[DayCount, ...]
    """Of window and comparison."""
    compared_with: Literal["earlier", "test_documents", "nothing"]
    shares: tuple[CategoryShare, ...]
    categories: DriftTest | None
    inputs: DriftTest | None
    """None also where texts are not kept."""
    confidence_now: float | None
    """Mean."""
    confidence_before: float | None
    referred_now: float | None
    """Share below the confidence from which no person is asked; None where there is no such."""
    referred_before: float | None
    usual: Interval | None
    """Share of right answers on the test documents."""
    estimated: Interval | None
    """Share of right answers in the window, from confidences alone; holds only for documents of the same kind."""
    look_at: tuple[LookedAt, ...]
    """Least sure first."""
