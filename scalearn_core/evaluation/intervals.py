"""95% intervals by the percentile bootstrap over documents (Efron and Tibshirani 1993, chapter 13).

A resample draws as many documents as there are, with replacement. Documents in one cell cannot be told
apart, so drawing documents is the same as drawing cell counts from a multinomial with the observed shares,
which costs one draw per cell instead of one per document, and gives every resample in one array.

What an interval covers is the choice of test documents. It does not cover the luck of training (another seed,
another split), and with a few documents, or none that is wrong, it is too narrow: the report notes that.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike

from scalearn_core.errors import ConfigError
from scalearn_core.evaluation.metrics import FloatArray, IntArray, Statistic, as_statistic

CONFIDENCE = 0.95
_COUNTS_AT_ONCE = 2_000_000
"""Cell counts held in memory at a time (16 MB), whatever the number of resamples."""


@dataclass(frozen=True)
class Interval:
    """A value and the ends of its 95% interval, in the value's own unit."""

    value: float
    """The statistic on the documents as they are."""
    low: float
    """2.5th percentile over the resamples."""
    high: float
    """97.5th percentile over the resamples."""

    def to_dict(self) -> dict[str, float]:
        """As JSON: {"value", "low", "high"}."""
        return asdict(self)


def bootstrap_score(
    metric: str, targets: ArrayLike, predicted: ArrayLike, *, seed: int, resamples: int = 1000
) -> Interval:
    """A metric of `scalearn_core.evaluation.metrics.score`, with its interval.

    Args:
        metric: "accuracy", "macro_f1", "matthews" or "pearson".
        targets: true classes or scores, `[documents]`.
        predicted: predicted classes or scores, `[documents]`.
        seed: of the resampling; the same seed gives the same interval.
        resamples: how many; at least 1.

    Raises:
        ConfigError: the metric is unknown, or `resamples` is below 1.
        DataError: no documents, unequal lengths, or values the metric cannot take.
    """
    statistic, counts = as_statistic(metric, targets, predicted)
    return bootstrap_interval(statistic, counts, seed=seed, resamples=resamples)


def bootstrap_interval(statistic: Statistic, counts: IntArray, *, seed: int, resamples: int) -> Interval:
    """Any statistic of cell counts, with its percentile interval.

    Args:
        statistic: maps counts `[resamples, cells]` to values `[resamples]`.
        counts: observed documents per cell, `[cells]`.
        seed: of the resampling.
        resamples: how many; at least 1.
    """
    values = resample(statistic, counts, seed=seed, resamples=resamples)
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(values, [tail, 1.0 - tail])
    return Interval(value=float(statistic(counts[None, :])[0]), low=float(low), high=float(high))


def resample(statistic: Statistic, counts: IntArray, *, seed: int, resamples: int) -> FloatArray:
    """The statistic of each bootstrap resample, `[resamples]`. Arguments as for `bootstrap_interval`."""
    if resamples < 1:
        raise ConfigError("evaluation.too_few_resamples", resamples=resamples)
    generator = np.random.default_rng(seed)
    n = int(counts.sum())
    at_once = max(1, _COUNTS_AT_ONCE // len(counts))
    sizes = [min(at_once, resamples - start) for start in range(0, resamples, at_once)]
    return np.concatenate([statistic(generator.multinomial(n, counts / n, size=size)) for size in sizes])
