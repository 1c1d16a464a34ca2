"""Which scales repeat when the training is repeated with other random starts."""

from __future__ import annotations

from typing import Any

from scalearn_core.runs import Run
from scalearn_ui.widgets import study


def draw(run: Run, found: dict[str, Any]) -> None:
    """Offer the repetition, or tell what it found and map it; cells that do not repeat are hatched."""
    repeated = study.found_or_offered(run, found, "seeds")
    if repeated is None:
        return
