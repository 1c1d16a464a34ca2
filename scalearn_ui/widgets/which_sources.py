"""Which sources help: forecast and measurement, overlap, strength."""

from __future__ import annotations

from typing import Any

from scalearn_core.runs import Run


def draw(run: Run, found: dict[str, Any]) -> None:
    """Not built yet."""


def overlap(run: Run, found: dict[str, Any]) -> None:
    """Not built yet."""


def strength(run: Run, found: dict[str, Any]) -> None:
    """Not built yet."""
