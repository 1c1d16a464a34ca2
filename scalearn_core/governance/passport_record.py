"""What a passport holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scalearn_core.audit.trail import Head
from scalearn_core.evaluation.intervals import Interval
from scalearn_core.governance.recommend import Recommendation
from scalearn_core.governance.records import Step

FORMAT = 1


@dataclass(frozen=True)
class Statement:
    """A sentence by its code: `passport.<code>`, filled with its values."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PassportModel:
    """Which model it is."""

    name: str
    version: int | None
    """None: it is in no registry."""
    state: str | None
    until: str | None
    model_id: str
    made: str | None
    """When it was trained."""
    labels: tuple[str, ...]
    multi_label: bool
    recipe: str | None
    variant: str | None
    limits: dict[str, float] | None
    """Least probability by label; None: one label each, the likeliest."""
    reads: int
    """Tokens of a document."""
    long_texts: str


@dataclass(frozen=True)
class PassportData:
    """What it learned from and was tested on."""

    name: str
    fingerprint: str
    train: int
    validation: int
    test: int
    without_label: int
    """Documents without label it learned from besides."""
    kept_out: int
    class_counts: dict[str, int]
    languages: dict[str, float]
    cut: int
    split: str
    """How the test documents were chosen: "random", "column", "newest", "unknown"."""


@dataclass(frozen=True)
class PassportEncoder:
    """The frozen language model."""

    name: str
    fingerprint: str
    licence: str | None
    """None: not one of the studio's."""


@dataclass(frozen=True)
class PassportSource:
    """One source adapter."""

    name: str
    sha256: str
    dataset: str | None
    licence: str | None
    """None: no card of the library; the task adapter, or one of the user's own."""
    research_use: bool


@dataclass(frozen=True)
class PassportScores:
    """On the test documents, 0 to 1."""

    documents: int
    accuracy: Interval
    macro_f1: Interval
    rivals: dict[str, Interval]
    """Macro-F1 by method."""
    gain: float
    """Points of macro-F1 over the plain classifier."""
    gain_interval: tuple[float, float]
    helped: bool | None
    """Whether reusing sources did."""
    categories: tuple[tuple[str, float, int], ...]
    """Label, F1 and test documents."""


@dataclass(frozen=True)
class PassportConfidence:
    """How far its confidence can be trusted."""

    mean: float
    stated_minus_right: Interval
    error: float
    """Expected calibration error."""
    by_chance: float
    """What perfect confidence would show on as many documents."""


@dataclass(frozen=True)
class PassportScales:
    """How much each source is used in each layer: size of its scaled output against the layer's own."""

    sources: tuple[str, ...]
    contribution: tuple[tuple[float, ...], ...]
    """Layers × sources."""
    raw: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Passport:
    """All of it; what was not measured is None or stands among `not_tested`."""

    format: int
    created: str
    model: PassportModel
    meant_for: tuple[Statement, ...]
    not_meant_for: tuple[Statement, ...]
    data: PassportData | None
    encoder: PassportEncoder
    sources: tuple[PassportSource, ...]
    scores: PassportScores | None
    confidence: PassportConfidence | None
    scales: PassportScales | None
    tested: tuple[Statement, ...]
    not_tested: tuple[Statement, ...]
    recommendation: Recommendation
    steps: tuple[Step, ...]
    audit_head: Head
    """At the time of writing: all entries up to it were as the chain says."""
    seal: str = ""
