"""Multi-label thresholds: the probability from which a label is assigned, one threshold per label.

A label that few documents have seldom reaches one half, so at one half a model misses most of the rare labels. The
limit of a label is the one of best F1 on documents whose probabilities come from a classifier that has not seen
them: validation documents, or training documents out of fold. A label that fewer than `FEWEST` of them have takes
the limit shared by all, the one of best macro-F1. A model and all it is compared with choose alike, on the same
documents; test documents have no part in it.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalearn_core.targets import THRESHOLD, Targets

FEWEST = 10
"""Documents with a label that choose a limit of its own."""
_HUNDREDTHS = sorted(range(5, 96), key=lambda hundredth: (abs(hundredth - 50), hundredth))
LIMITS: NDArray[np.float64] = np.array(_HUNDREDTHS) / 100
"""Those tried, from 0.05 to 0.95, nearest to one half first: of equally good ones the first is taken."""


def choose_thresholds(probabilities: ArrayLike, targets: Targets) -> NDArray[np.float64]:
    """The limits of best F1, `[labels]`, each from 0.05 to 0.95.

    Args:
        probabilities: of documents the classifier has not learned from, `[documents, labels]`.
        targets: the labels they have, `[documents, labels]`.
    """
    values = np.asarray(probabilities, dtype=np.float64)
    positives = targets.sum(0)
    occurring = positives > 0
    if not occurring.any():
        return np.full(targets.shape[1], THRESHOLD)
    has = targets.astype(np.bool_)
    scores = np.stack([_f1(values >= limit, has) for limit in LIMITS])  # [limits, labels]
    shared = LIMITS[scores[:, occurring].mean(1).argmax()]
    return np.asarray(np.where(positives >= FEWEST, LIMITS[scores.argmax(0)], shared))


def thresholds_out_of_fold(
    features: Any, targets: Targets, c: float, *, tolerance: float, seed: int
) -> NDArray[np.float64] | None:
    """The limits of a logistic regression, from what the others of its training documents say of each fold.

    Args:
        features: of the training documents, `[documents, features]`, dense or sparse.
        targets: their labels, `[documents, labels]`.
        c: inverse regularisation strength of the regression.
        tolerance: see `solver.fit_path`.
        seed: of the folds.

    Returns:
        `[labels]`; None, which means one half, of a single document.
    """
    from scalearn_core.heads.solver import out_of_fold

    if len(targets) < 2:
        return None
    return choose_thresholds(out_of_fold(features, targets, c, tolerance=tolerance, seed=seed), targets)


def as_stored(thresholds: NDArray[np.float64] | None, labels: tuple[str, ...]) -> dict[str, float] | None:
    """Limits by label, for a file."""
    return None if thresholds is None else dict(zip(labels, thresholds.tolist(), strict=True))


def limits_file(thresholds: NDArray[np.float64] | None, labels: tuple[str, ...]) -> str:
    """`thresholds.json` of an export: the limit of every label."""
    stored = as_stored(thresholds, labels) or dict.fromkeys(labels, THRESHOLD)
    return json.dumps(stored, ensure_ascii=False, indent=1) + "\n"


def from_stored(stored: Any, labels: tuple[str, ...]) -> NDArray[np.float64] | None:
    """The way back; what is missing is one half. Raises ValueError for what are no limits of these labels."""
    if stored is None:
        return None
    if not isinstance(stored, dict) or not set(stored) <= set(labels):
        raise ValueError("its limits are not those of its labels")
    limits = np.array([float(stored.get(label, THRESHOLD)) for label in labels])
    if not ((limits > 0) & (limits < 1)).all():  # false for what is no number
        raise ValueError("its limits are no probabilities")
    return limits


def _f1(predicted: NDArray[np.bool_], has: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of each label, `[labels]`."""
    hits = (predicted & has).sum(0)
    return np.asarray(2.0 * hits / np.maximum(predicted.sum(0) + has.sum(0), 1))
