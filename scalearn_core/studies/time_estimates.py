"""About how long a study takes, from what the training of the model took."""

from __future__ import annotations

from scalearn_core.explain import effort
from scalearn_core.records.training import TrainingRecord

STAGES = ("embedding", "forecast", "own_adapter", "training", "without_sources", "unlabelled")
"""Of a training that learns; each training has some of them."""
TRAININGS = {"seeds": 3.2, "learning_curve": 6.0, "cross_validation": 15.0}
"""Studies that train again from the beginning: how many trainings' time. The ten parts of the learning
curve are smaller, but each has its forecast and its least number of steps."""
STEPS = 9.5
"""The ladder shares the forecast: so many times the mere training. Four or five rungs take about one each, and
fine-tuning five, as it takes three times the steps, each of them through every weight."""
FIXED = 10.0
"""Seconds to load the model; an allowance."""


def estimate_seconds(result: TrainingRecord, study: str) -> float:
    """Seconds on the machine that trained the model; a guess within a factor of two.

    Args:
        result: that of the model's training.
        study: one of `STUDIES`.
    """
    seconds = result.seconds
    once = sum(seconds.get(stage, 0.0) for stage in STAGES)
    if study == "ladder" and result.recipe == "auto":
        return FIXED + STEPS * float(seconds.get("training", 0.0))
    if study == "ladder":
        return FIXED + 6 * float(once)
    if study in TRAININGS:
        return FIXED + TRAININGS[study] * float(once)
    return FIXED + _measuring_sources(result)


def _measuring_sources(result: TrainingRecord) -> float:
    """As many documents as will pass the encoder, each as long as one took when the training embedded them."""
    counts, reused = result.dataset.counts, result.reused
    documents = effort.work(
        counts.train, counts.test, sources=len(result.sources), reused=reused,
        forecast=reused if result.forecast else 0,
    )  # fmt: skip
    return documents * result.seconds["embedding"] / max(1, counts.train + counts.validation)
