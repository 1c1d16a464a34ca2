"""How many answers are right where nobody looked: from how sure the model is, and how that held in the test."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalearn_core.evaluation.intervals import CONFIDENCE, Interval

RESAMPLES = 1000
STEPS = 8
SPREAD = 4.0
"""Of the prior on how confidence and rightness hang together, around "as stated"; hardly felt with 50 of them."""

Floats = NDArray[np.float64]


def estimated_score(
    test_confidence: ArrayLike, test_right: ArrayLike, confidence: ArrayLike, *, seed: int = 0
) -> Interval:
    """Share of right answers among new documents of the kind that was tested, with its 95% interval.

    In each resample of the test documents a logistic curve from log-odds of the confidence to rightness is fitted,
    each new document is right or wrong by chance with its probability, and the share is counted: so the interval
    holds the luck of the test, of the curve, and of the documents.

    Args:
        test_confidence: `[test documents]`, 0 to 1.
        test_right: whether they were right, `[test documents]`.
        confidence: of the new documents, `[documents]`.
        seed: of the resampling.
    """
    x, right = log_odds(test_confidence), np.asarray(test_right, dtype=np.float64)
    new = log_odds(confidence)
    generator = np.random.default_rng(seed)
    # Half a right and half a wrong document that were not seen: ten right ones of ten do not mean all.
    x = np.append(x, [x.mean(), x.mean()])
    right = np.append(right, [1.0, 0.0])
    expected = np.append(np.ones(len(x) - 2), [0.5, 0.5])
    weights = generator.poisson(expected, (RESAMPLES, len(x))).astype(np.float64)
    curves = _fitted(x, right, weights)
    own = _fitted(x, right, expected[None])
    drawn = np.empty(RESAMPLES)
    for place, (level, slope) in enumerate(curves):
        chance = _logistic(level + slope * new)
        drawn[place] = (generator.random(len(new)) < chance).mean()
    value = float(_logistic(own[0, 0] + own[0, 1] * new).mean())
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(value, min(value, float(low)), max(value, float(high)))


def log_odds(confidence: ArrayLike) -> Floats:
    """Of probabilities, none of them quite 0 or 1."""
    clipped = np.clip(np.asarray(confidence, dtype=np.float64), 1e-3, 1 - 1e-3)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _fitted(x: Floats, right: Floats, weights: Floats) -> Floats:
    """Level and slope of each weighting, `[weightings, 2]`, by Newton's method; prior: level 0, slope 1."""
    found = np.tile([0.0, 1.0], (len(weights), 1))
    design = np.stack([np.ones_like(x), x], axis=1)  # [documents, 2]
    powers = np.stack([np.ones_like(x), x, x * x], axis=1)
    prior = np.eye(2) / SPREAD
    for _ in range(STEPS):
        chance = _logistic(found @ design.T)  # [weightings, documents]
        slope = (weights * (right - chance)) @ design - (found - [0.0, 1.0]) / SPREAD
        flat, tilt, curve = ((weights * chance * (1 - chance)) @ powers).T
        bend = np.stack([np.stack([flat, tilt], 1), np.stack([tilt, curve], 1)], 1) + prior
        found = found + np.clip(np.linalg.solve(bend, slope[..., None])[..., 0], -2.0, 2.0)
    return found


def _logistic(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -30, 30))))
