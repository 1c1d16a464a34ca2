"""About how long a study takes, from what the training of the model took."""

from __future__ import annotations

from typing import Any

from scalearn_core.transfer import effort

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
    return 10 + _measuring_sources(result)


def _measuring_sources(result: dict[str, Any]) -> float:
    """As many documents as will pass the encoder, each as long as one took when the training embedded them."""
    counts, sources = result["dataset"]["counts"], len(result["sources"])
    reused = sources - bool(result["own_adapter"])
    embedded = max(1, counts["train"] + counts["validation"])
    documents = effort.work(
        counts["train"], counts["test"], sources=sources, reused=reused,
        forecast=reused if result.get("forecast") else 0,
    )  # fmt: skip
    per_document = float(result["seconds"]["embedding"]) / embedded
    return documents * per_document
