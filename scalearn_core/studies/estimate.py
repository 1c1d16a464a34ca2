"""About how long a study takes, from what the training of the model took."""

from __future__ import annotations

from typing import Any

TRAININGS = {"ladder": 7.0, "seeds": 3.0, "learning_curve": 4.0}
"""Studies that train again: how many trainings' time."""


def estimate_seconds(result: dict[str, Any], study: str) -> float:
    """Seconds on the machine that trained the model; a guess within a factor of two.

    Args:
        result: the model's `result.json`.
        study: one of `STUDIES`.
    """
    seconds = result["seconds"]
    once = sum(seconds.get(stage, 0.0) for stage in ("embedding", "forecast", "own_adapter", "training"))
    if study in TRAININGS:
        return 10 + TRAININGS[study] * float(once)
    return 10 + 2 * float(once)
