"""One logistic regression after another along a grid of C, each started from the last."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_ITERATIONS = 200
FOLDS = 5
"""Of the cross-validation, fewer where a class has fewer documents."""
C_DEFAULT = 1.0
"""Used where a class has a single document, so that no fold could do without it."""


def fit_path(
    features: Any, targets: NDArray[np.int64], grid: Sequence[float], *, tolerance: float, seed: int
) -> Iterator[Any]:
    """Yield the scikit-learn `LogisticRegression` fitted with each C; one object, so use it before the next.

    Args:
        features: `[documents, features]`, dense or sparse float64.
        targets: at least two classes, `[documents]`.
        grid: values of C in rising order: strong regularisation converges fast and is a good start for weak.
        tolerance: largest gradient of the mean loss at which a fit is done.
        seed: handed to the solver.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(warm_start=True, max_iter=MAX_ITERATIONS, tol=tolerance, random_state=seed)
    for c in grid:
        model.set_params(C=c)
        with warnings.catch_warnings():
            # Stopping at the limit only regularises a little more; what counts is the validation score.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(features, targets)
        yield model


def cross_validated_c(
    features: Any,
    targets: NDArray[np.int64],
    grid: Sequence[float],
    *,
    tolerance: float,
    seed: int,
    standard_errors: float = 0.0,
) -> float:
    """The strongest regularisation whose log-loss over stratified folds is the least, or near it.

    Args:
        standard_errors: how near: so many standard errors of the least loss.
        features, targets, grid, tolerance: as in `fit_path`.
        seed: of the folds.
    """
    from sklearn.model_selection import StratifiedKFold

    _, numbers, counts = np.unique(targets, return_inverse=True, return_counts=True)
    if counts.min() < 2:
        return C_DEFAULT
    losses = np.zeros((len(grid), len(targets)))
    folds = StratifiedKFold(min(FOLDS, int(counts.min())), shuffle=True, random_state=seed)
    for train, held_out in folds.split(numbers, numbers):
        path = fit_path(features[train], targets[train], grid, tolerance=tolerance, seed=seed)
        for row, model in enumerate(path):
            log_shares = model.predict_log_proba(features[held_out])
            losses[row, held_out] = -log_shares[np.arange(len(held_out)), numbers[held_out]]
    means = losses.mean(axis=1)
    best = int(means.argmin())
    allowed = means[best] + standard_errors * losses[best].std() / np.sqrt(len(targets))
    return float(grid[int(np.flatnonzero(means <= allowed)[0])])
