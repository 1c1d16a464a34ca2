"""What was seen while levers were turned, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from scalearn_core.evaluation.comparison import Comparison
from scalearn_core.evaluation.report import EvaluationReport


@dataclass(frozen=True)
class LeverLook:
    """What the watched documents get with the levers where they stand."""

    documents: int
    scores: EvaluationReport
    learned: EvaluationReport
    """Of the learned model."""
    comparison: Comparison
    """Paired, with the learned model."""
    changed: int
    """Documents with another label than the learned model gives."""
    mended: int
    """Those of them that are right now."""
    broken: int
    """Those of them that were right before."""


@dataclass(frozen=True)
class LeversRecord:
    """How a model with levers came about (`explain/levers.py`)."""

    factors: dict[str, float]
    """By source, without what is at rest."""
    added: dict[str, float]
    groups: tuple[float, ...]
    """Factors for the lower, middle and upper layers."""
    learned: EvaluationReport
    """Of the model it was made from, on the documents of the scores."""
    comparison: Comparison
    """With that model, paired."""
    from_run: str
    from_title: str
    watched: LeverLook
