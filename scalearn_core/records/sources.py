"""What the study of a model's sources found: what each adds, alone and left out, and how strong it should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from scalearn_core.evaluation.comparison import Verdict
from scalearn_core.evaluation.intervals import Interval
from scalearn_core.storage.codec import LEFT_OUT


class Changed(Protocol):
    """A difference in points of macro-F1, whatever else is told with it."""

    @property
    def gain(self) -> float: ...
    @property
    def interval(self) -> tuple[float, float]: ...
    @property
    def verdict(self) -> Verdict: ...


@dataclass(frozen=True)
class Change:
    """One mix of sources against another on the same test documents, in points of macro-F1 (0 to 100)."""

    gain: float
    """Above 0: the first is ahead."""
    interval: tuple[float, float]
    """95%, paired bootstrap."""
    verdict: Verdict
    disagreements: int
    """Test documents that the two classify differently."""


@dataclass(frozen=True)
class ChangeAt:
    """The same for one source at a strength."""

    strength: float
    gain: float
    interval: tuple[float, float]
    verdict: Verdict
    disagreements: int


@dataclass(frozen=True)
class SourceWorth:
    """What one source is worth."""

    source: str
    own: bool
    """The adapter of the task itself."""
    idle: bool
    """Its scales are all 0."""
    left_out: Change
    """All sources against all but this one."""
    alone: Change
    """With its learned scales, against the plain encoder."""
    at_forecast: ChangeAt | None
    """The same at the forecast's best strength in all layers; None without a forecast."""


@dataclass(frozen=True)
class AddedSource:
    """One source more than the step before; the change is against the plain encoder."""

    source: str
    macro_f1: Interval
    gain: float
    interval: tuple[float, float]
    verdict: Verdict
    disagreements: int
    step: Change
    """Against the step before."""


@dataclass(frozen=True)
class SourceOverlap:
    """How alike the sources' effects on the embeddings are."""

    similarity: tuple[tuple[float | None, ...], ...]
    """`[sources][sources]`, 0 to 1 (unbiased linear CKA); None for one without effect."""
    order: tuple[int, ...]
    """Puts alike ones side by side."""
    documents: int


@dataclass(frozen=True)
class StrengthCurve:
    """One source's strength against the score; lists in the order of the strengths."""

    source: str
    macro_f1: tuple[Interval, ...]
    changes: tuple[Change, ...]
    """Against strength 0."""
    chosen: float | None = None
    """The strength of least cross-validated log-loss on the training documents; None where they were not asked."""


@dataclass(frozen=True)
class Probing:
    """The curves of all reused sources."""

    strengths: tuple[float, ...]
    curves: tuple[StrengthCurve, ...]


@dataclass(frozen=True)
class SourcePair:
    """Two sources together."""

    sources: tuple[str, str]
    strengths: tuple[float, ...]
    macro_f1: tuple[tuple[float, ...], ...]
    """`[strength of the first][of the second]`"""


@dataclass(frozen=True)
class SourceDocuments:
    """Documents looked at."""

    train: int
    test: int
    probing_train: int
    probing_test: int


@dataclass(frozen=True)
class SourcesStudy:
    """All of it."""

    documents: SourceDocuments
    all: Interval
    """Macro-F1 with all sources."""
    plain: Interval
    """Of the encoder without any."""
    sources: tuple[SourceWorth, ...]
    """In the model's order."""
    added: tuple[AddedSource, ...]
    """The best alone first."""
    overlap: SourceOverlap
    probing: Probing
    pair: SourcePair | None
    """None for a single source."""
    seconds: float | None = field(default=None, metadata=LEFT_OUT)
