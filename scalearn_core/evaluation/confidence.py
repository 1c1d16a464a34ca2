"""Stub until the branch that fills it is merged."""

from __future__ import annotations

from typing import Any


def confidence_report(targets: Any, probabilities: Any, labels: Any, *, seed: int) -> dict[str, Any]:
    """Nothing yet."""
    return {}
