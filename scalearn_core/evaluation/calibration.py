"""Is the model right as often as it claims? Reliability, calibration error, and a temperature that corrects it.

The *confidence* of a document is the probability of the class it was given, or of all its labels
(`targets.confidence_in`). All of it is measured on test documents.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalearn_core.evaluation.intervals import CONFIDENCE, Interval, wilson_interval
from scalearn_core.evaluation.metrics import FloatArray, IntArray
from scalearn_core.targets import are_multi_label, indicators

MOST_BINS = 10
PER_BIN = 10
"""Documents a bin has at least, where there are as many: fewer say nothing of a share."""
FOLDS = 5
FEWEST_FOR_FOLDS = 10
"""Documents below which no temperature is fitted."""
_SMALLEST = 1e-7
"""Probabilities are not taken to be smaller: the loss of one document stays finite."""
_NO_LOGIT = 1e-30
"""The same for their logarithms, which a temperature divides: float32 knows smaller ones, and 0."""
_RANGE = (np.log(0.05), np.log(20.0))
"""In which the logarithm of the temperature is looked for."""


@dataclass(frozen=True)
class Bin:
    """Documents of like confidence."""

    documents: int
    confidence: float
    """Its mean."""
    low: float
    """Of the least sure."""
    high: float
    """Of the most sure."""
    accuracy: Interval


@dataclass(frozen=True)
class CalibrationError:
    """See `calibration_error`; from 0 to 1."""

    value: float
    low: float
    high: float
    by_chance: float
    by_chance_high: float


def reliability(confidence: FloatArray, right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Documents in bins of equal number by confidence, least sure first: stated confidence against share right.

    Args:
        confidence: `[documents]`.
        right: whether the class given is the true one, `[documents]`.
    """
    return tuple(
        Bin(
            documents=len(inside),
            confidence=float(confidence[inside].mean()),
            low=float(confidence[inside].min()),
            high=float(confidence[inside].max()),
            accuracy=wilson_interval(int(right[inside].sum()), len(inside)),
        )
        for inside in _bins(confidence)
    )


def calibration_error(
    confidence: FloatArray, right: NDArray[np.bool_], *, seed: int, resamples: int
) -> CalibrationError:
    """Expected calibration error (Naeini et al. 2015) in the bins of `reliability`, from 0 to 1.

    It cannot be below 0, so with few documents it is above 0 even for a model that states exactly what is true:
    `by_chance` is what such a model would show on average, `by_chance_high` what it exceeds once in 20 times. For
    the same reason resamples lie above the value, so the interval is the reflected one (2 value - percentile).
    """
    bins = _bins(confidence)
    generator = np.random.default_rng(seed)
    n = len(confidence)
    gap = np.where(right, 1.0, 0.0) - confidence
    value = sum(abs(float(gap[inside].sum())) for inside in bins) / n
    resampled, chance = np.zeros(resamples), np.zeros(resamples)
    for inside in bins:
        drawn = generator.integers(0, len(inside), (resamples, len(inside)))
        resampled += np.abs(gap[inside][drawn].sum(1)) / n
        luck = generator.random((resamples, len(inside))) < confidence[inside]
        chance += np.abs((luck - confidence[inside]).sum(1)) / n
    tail = (1 - CONFIDENCE) / 2
    low, high = 2 * value - np.quantile(resampled, [1 - tail, tail])
    return CalibrationError(
        value=value,
        low=min(value, max(0.0, float(low))),
        high=max(value, float(high)),
        by_chance=float(chance.mean()),
        by_chance_high=float(np.quantile(chance, CONFIDENCE)),
    )


def stated_minus_right(confidence: FloatArray, right: NDArray[np.bool_], *, seed: int, resamples: int) -> Interval:
    """Mean confidence minus the share that is right: above 0 the model is too sure of itself. From -1 to 1."""
    # One half document right and one wrong, both at the mean confidence, as in `smoothing`.
    gap = np.concatenate([confidence - right, confidence.mean() - np.array([0.0, 1.0])])
    return _mean(gap[: len(confidence)], gap, seed=seed, resamples=resamples)


def log_losses(probabilities: FloatArray, targets: IntArray) -> FloatArray:
    """Minus the logarithm of the probability of the true class, or of all yes and no, in nats, `[documents]`."""
    if are_multi_label(targets):
        true_probabilities = np.where(targets == 1, probabilities, 1.0 - probabilities)
        return np.asarray(-np.log(np.clip(true_probabilities, _SMALLEST, 1.0)).sum(1))
    chosen = probabilities[np.arange(len(targets)), targets]
    return np.asarray(-np.log(np.clip(chosen, _SMALLEST, 1.0)))


def brier_scores(probabilities: FloatArray, targets: IntArray) -> FloatArray:
    """Squared distance to the truth summed over the classes (Brier 1950), `[documents]`, from 0 to 2 (of several
    labels to their number)."""
    truth = indicators(targets, probabilities.shape[1])
    return np.asarray(((probabilities - truth) ** 2).sum(1))


def mean_interval(values: FloatArray, *, seed: int, resamples: int) -> Interval:
    """The mean over documents with its percentile bootstrap interval."""
    return _mean(values, values, seed=seed, resamples=resamples)


def _mean(values: FloatArray, drawn: FloatArray, *, seed: int, resamples: int) -> Interval:
    """Mean of `values`, and the interval of means of as many, drawn from `drawn` (its last ones may be halves)."""
    n = len(values)
    lots = np.concatenate([drawn[:n], drawn])  # each document twice, each half once
    chosen = np.random.default_rng(seed).integers(0, len(lots), (resamples, n))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(lots[chosen].mean(1), [tail, 1 - tail])
    value = float(values.mean())
    return Interval(value, min(value, float(low)), max(value, float(high)))


def fit_temperature(probabilities: FloatArray, targets: IntArray) -> float:
    """The temperature of least log loss (Guo et al. 2017): above 1 it makes a model less sure, below 1 more."""
    from scipy.optimize import minimize_scalar

    multi_label = are_multi_label(targets)

    def loss(log_temperature: float) -> float:
        scaled = at_temperature(probabilities, float(np.exp(log_temperature)), multi_label=multi_label)
        return float(log_losses(scaled, targets).mean())

    optimum = minimize_scalar(loss, bounds=_RANGE, method="bounded", options={"xatol": 1e-3})
    return float(np.exp(optimum.x))


def at_temperature(probabilities: FloatArray, temperature: float, *, multi_label: bool = False) -> FloatArray:
    """Probabilities of the logits divided by the temperature, `[documents, labels]`; what is given stays."""
    if multi_label:
        from scipy.special import expit

        inside = np.clip(probabilities, _NO_LOGIT, 1.0 - np.finfo(np.float64).eps)
        return np.asarray(expit(np.log(inside / (1.0 - inside)) / temperature))
    logits = np.log(np.clip(probabilities, _NO_LOGIT, 1.0)) / temperature
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True))


def folds(n: int, wanted: int, *, seed: int) -> list[IntArray]:
    """`n` documents in `wanted` parts at random (fewer where there are fewer documents), `[documents]` each."""
    return np.array_split(np.random.default_rng(seed).permutation(n), min(wanted, n))


def scaled_by_the_others(probabilities: FloatArray, targets: IntArray, *, seed: int) -> FloatArray:
    """Each document's probabilities at the temperature fitted on the other parts, `[documents, labels]`."""
    scaled = np.empty_like(probabilities)
    for held_out in folds(len(targets), FOLDS, seed=seed):
        others = np.setdiff1d(np.arange(len(targets)), held_out)
        temperature = fit_temperature(probabilities[others], targets[others])
        scaled[held_out] = at_temperature(
            probabilities[held_out], temperature, multi_label=are_multi_label(targets)
        )
    return scaled


def _bins(confidence: FloatArray) -> list[IntArray]:
    """Places of the documents in bins of equal number, least sure first."""
    count = int(np.clip(len(confidence) // PER_BIN, 1, MOST_BINS))
    return np.array_split(np.argsort(confidence, kind="stable"), count)
