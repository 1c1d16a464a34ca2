"""How far the stated confidence can be trusted, and what to hand to a person."""

from __future__ import annotations

from typing import Any

from scalearn_core.runs import Run


def draw(run: Run, found: dict[str, Any]) -> None:
    """Not built yet."""
