"""Forecast against outcome over all runs, and which sources keep paying."""

from __future__ import annotations

from typing import Any

from scalearn_core.runs import Run


def draw(run: Run, found: dict[str, Any]) -> None:
    """Not built yet."""
