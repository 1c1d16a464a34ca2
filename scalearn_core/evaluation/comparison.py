"""Is one set of predictions better than another on the same documents?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from scalearn_core.evaluation.intervals import Interval, bootstrap_interval
from scalearn_core.evaluation.metrics import (
    FloatArray,
    IntArray,
    check_classes,
    count_cells,
    macro_f1,
    total_classes,
)
from scalearn_core.evaluation.smoothing import smooth_pairs
from scalearn_core.storage.codec import LEFT_OUT
from scalearn_core.targets import same

Verdict = Literal["better", "no_difference", "worse"]

FEWEST_DISAGREEMENTS = 6
"""Documents that two models must predict differently before any verdict.

If both were equally good, each such document could as well be the other way round. With k of them even the
most one-sided outcome has probability 2 / 2^k, which is below 5% only from k = 6 on (exact sign-flip test).
The bootstrap alone would call one document a proof.
"""


@dataclass(frozen=True)
class Comparison:
    """The macro-F1 of a model minus that of another on the same documents."""

    metric: str
    """Always "macro_f1"."""
    difference: float
    """Above 0: the model is ahead. From -1 to 1."""
    low: float
    """Lower end of the 95% interval of the difference."""
    high: float
    """Upper end of the 95% interval of the difference."""
    verdict: Verdict
    """The side of 0 that the interval lies on, given `FEWEST_DISAGREEMENTS`; else "no_difference"."""
    disagreements: int
    """Documents that the two predict differently."""
    against: str | None = field(default=None, metadata=LEFT_OUT)
    """What it was compared with, where that is told: a method, "learned", or a rung of the ladder."""


def compare_predictions(
    targets: ArrayLike,
    predicted: ArrayLike,
    other: ArrayLike,
    *,
    n_classes: int,
    seed: int = 0,
    resamples: int = 2000,
) -> Comparison:
    """Paired bootstrap of the macro-F1 difference.

    Each resample draws documents together with *both* predictions, as counts of the distinct triples (true,
    predicted, other). What is hard about a document is hard for both models and cancels in the difference;
    resampling the two apart would add that variance back and miss real differences. Where they differ at all,
    resamples are drawn from smoothed shares.

    Args:
        targets: true labels (`targets.py`).
        predicted: those given by the model, alike.
        other: those given by the model it is compared with, alike.
        n_classes: number of classes.
        seed: of the resampling.
        resamples: how many; at least 1.

    Raises:
        ConfigError: `resamples` is below 1.
        DataError: no documents, unequal lengths, or a class outside the range.
    """
    columns = check_classes(targets, predicted, other, n_classes=n_classes)
    (true, first, second), counts = count_cells(*columns)
    disagreements, shares = int(counts[~same(first, second)].sum()), None
    if disagreements:
        (true, first, second), counts, shares = smooth_pairs(true, first, second, counts, n_classes)

    def difference(resampled: IntArray) -> FloatArray:
        ahead = macro_f1(total_classes(resampled, true, first, n_classes))
        return np.asarray(ahead - macro_f1(total_classes(resampled, true, second, n_classes)))

    interval = bootstrap_interval(difference, counts, seed=seed, resamples=resamples, shares=shares)
    return Comparison(
        metric="macro_f1",
        difference=interval.value,
        low=interval.low,
        high=interval.high,
        verdict=_verdict(interval, disagreements),
        disagreements=disagreements,
    )


def _verdict(interval: Interval, disagreements: int) -> Verdict:
    if disagreements < FEWEST_DISAGREEMENTS or interval.low <= 0.0 <= interval.high:
        return "no_difference"
    return "better" if interval.low > 0.0 else "worse"
