"""What a sweep leaves: one record per training."""

from __future__ import annotations

from dataclasses import dataclass

from scalearn_core.evaluation.intervals import Interval


@dataclass(frozen=True)
class Trial:
    """One training of a sweep."""

    variant: str
    seed: int
    sources: tuple[str, ...]


@dataclass(frozen=True)
class TrialRecord(Trial):
    """And what it is worth on the test documents, which are the same for all."""

    macro_f1: Interval
    accuracy: Interval
    documents: int
    """Test documents."""
    seconds: float
