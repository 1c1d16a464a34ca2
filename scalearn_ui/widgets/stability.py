"""Whether the scales come out the same again with other random starts."""

from __future__ import annotations

from typing import Any

from scalearn_core.runs import Run


def draw(run: Run, found: dict[str, Any]) -> None:
    """Not built yet."""
