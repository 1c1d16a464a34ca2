"""What a forecast promised before any training."""

from __future__ import annotations

from dataclasses import dataclass, field

from scalearn_core.storage.codec import LEFT_OUT


@dataclass(frozen=True)
class SourcePromise:
    """What one source promises alone, at the better of the strengths that were tried."""

    source: str
    strength: float
    """The scale it would have in all layers."""
    gain: float | None
    """Percent by which the cross-validated log-loss falls below the plain encoder's; None: too few documents."""
    low: float | None
    """Lower end of its 95% interval."""
    high: float | None


@dataclass(frozen=True)
class Start:
    """What the forecast chose together, and where the scales of recipe "auto" begin."""

    strengths: dict[str, float]
    """By source, those that are not 0."""
    share: float
    """Of these strengths, at which the scales start."""
    plain_loss: float | None
    """Nats per document of the plain encoder; None where there was nothing to ask."""
    loss: float | None
    """The same with the sources so scaled."""
    by_chance: float | None
    """Percent gained by the best of a few shuffled sources; None also in results of the first releases."""
    promised: bool
    """Whether the best source surely exceeds that."""
    documents: int
    """Looked at."""


@dataclass(frozen=True)
class ForecastRecord:
    """`result.json` of a forecast run."""

    forecast: tuple[SourcePromise, ...]
    """Of every source, best first."""
    start: Start
    seconds: float | None = field(default=None, metadata=LEFT_OUT)
    """Of a run."""
