"""One logistic regression after another along a grid of C, each started from the last.

Of one label per document it is scikit-learn's multinomial one; of several, one against the rest for each label,
all fitted at once (scikit-learn fits them one after the other, which takes a forecast of 60 labels minutes).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalearn_core.data.splits import Folds, stratified_folds
from scalearn_core.targets import Targets, are_multi_label, counts_of

MAX_ITERATIONS = 200
FOLDS = 5
"""Of the cross-validation, fewer where a class has fewer documents."""
C_DEFAULT = 1.0
"""Used where a class has a single document, so that no fold could do without it."""
CERTAIN = 30.0
"""Logit of a label that all training documents have or, with a minus, none: finite, so that training can start
from it."""


@dataclass
class LabelwiseRegression:
    """A logistic regression of each label against the rest, with the attributes of scikit-learn's."""

    coef_: NDArray[np.float64]
    """`[labels, features]`"""
    intercept_: NDArray[np.float64]
    """`[labels]`"""
    C: float

    def decision_function(self, features: Any) -> NDArray[np.float64]:
        """Logits, `[documents, labels]`."""
        return np.asarray(features @ self.coef_.T + self.intercept_)

    def predict(self, features: Any) -> Targets:
        """`[documents, labels]`"""
        return np.asarray(self.decision_function(features) >= 0, dtype=np.int64)


@cache
def _pools() -> Any:
    import numpy.linalg  # noqa: F401  both bring a BLAS of their own, which must be there to be found
    import scipy.linalg  # noqa: F401
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


def on_one_core() -> AbstractContextManager[object]:
    """NumPy's and SciPy's matrix products on one core each.

    Both keep threads of their own that wait busily for work, and a solver calls them in turns: on two cores they
    keep each other waiting, and fitting 41 labels took 16.7 s instead of 1.4.
    """
    limited: AbstractContextManager[object] = _pools().limit(limits=1, user_api="blas")
    return limited


def label_losses(logits: NDArray[np.float64], targets: NDArray[np.int64 | np.float64]) -> NDArray[np.float64]:
    """Log-loss of each document of several labels, summed over its labels, `[documents]`, in nats."""
    return np.asarray((np.logaddexp(0.0, logits) - targets * logits).sum(1))


def fit_path(
    features: Any, targets: Targets, grid: Sequence[float], *, tolerance: float, seed: int
) -> Iterator[Any]:
    """Yield the scikit-learn `LogisticRegression` fitted with each C; one object, so use it before the next.

    Of several labels per document a `LabelwiseRegression` each.

    Args:
        features: `[documents, features]`, dense or sparse float64.
        targets: see `targets.py`; of one label per document at least two classes.
        grid: values of C in rising order: strong regularisation converges fast and is a good start for weak.
        tolerance: largest gradient of the mean loss at which a fit is done.
        seed: handed to the solver.
    """
    if are_multi_label(targets):
        yield from _fit_labelwise(features, targets, grid, tolerance)
        return
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(warm_start=True, max_iter=MAX_ITERATIONS, tol=tolerance, random_state=seed)
    for c in grid:
        model.set_params(C=c)
        with warnings.catch_warnings():
            # Stopping at the limit only regularises a little more; what counts is the validation score.
            warnings.simplefilter("ignore", ConvergenceWarning)
            with on_one_core():
                model.fit(features, targets)
        yield model


def _fit_labelwise(
    features: Any, targets: Targets, grid: Sequence[float], tolerance: float
) -> Iterator[LabelwiseRegression]:
    """Minimise Σ_l (C Σ_i loss_il + |w_l|² / 2) over all labels l at once; labels do not touch one another."""
    from scipy.optimize import minimize

    n, shape = len(targets), (targets.shape[1], features.shape[1] + 1)
    counts = targets.sum(0)
    learned = (counts > 0) & (counts < n)
    coefficients = np.zeros(shape)
    coefficients[:, -1] = np.where(counts > 0, CERTAIN, -CERTAIN)
    coefficients[learned, -1] = np.log(counts[learned] / (n - counts[learned]))
    wanted = targets[:, learned].astype(np.float64)

    def loss_and_gradient(flat: NDArray[np.float64], c: float) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(-1, shape[1])
        logits = features @ weights[:, :-1].T + weights[:, -1]
        error = (1.0 / (1.0 + np.exp(-np.clip(logits, -500, 500))) - wanted) / n
        gradient = np.empty_like(weights)
        gradient[:, :-1] = (features.T @ error).T + weights[:, :-1] / (c * n)
        gradient[:, -1] = error.sum(0)
        loss = label_losses(logits, wanted).sum() / n + (weights[:, :-1] ** 2).sum() / (2 * c * n)
        return float(loss), gradient.ravel()

    for c in grid:
        if learned.any():
            with on_one_core():
                ran = minimize(
                    loss_and_gradient, coefficients[learned].ravel(), args=(c,), jac=True, method="L-BFGS-B",
                    options={"maxiter": MAX_ITERATIONS, "gtol": tolerance, "ftol": 64 * np.finfo(float).eps},
                )  # fmt: skip
            coefficients[learned] = ran.x.reshape(-1, shape[1])
        yield LabelwiseRegression(coefficients[:, :-1].copy(), coefficients[:, -1].copy(), c)


def cross_validated_losses(
    features: Any,
    targets: Targets,
    grid: Sequence[float],
    *,
    folds: int | Folds,
    tolerance: float,
    seed: int,
) -> NDArray[np.float64]:
    """Log-loss of each document by a classifier that did not see it, `[grid, documents]`, in nats.

    Args:
        targets: each label of two documents or more.
        folds: at most so many, no more than documents of the rarest label; or those there are already.
        seed: of the folds.
    """
    numbers = targets if are_multi_label(targets) else np.unique(targets, return_inverse=True)[1]
    losses = np.zeros((len(grid), len(targets)))
    for train, held_out in stratified_folds(targets, folds, seed) if isinstance(folds, int) else folds:
        path = fit_path(features[train], numbers[train], grid, tolerance=tolerance, seed=seed)
        for row, model in enumerate(path):
            losses[row, held_out] = _losses(model, features[held_out], numbers[held_out])
    return losses


def out_of_fold(features: Any, targets: Targets, c: float, *, tolerance: float, seed: int) -> NDArray[np.float64]:
    """Probability of each of several labels by a classifier that did not see the document, `[documents, labels]`.

    Args:
        targets: `[documents, labels]`, of two documents or more.
        seed: of the folds.
    """
    from scipy.special import expit

    probabilities = np.zeros(targets.shape)
    for train, held_out in stratified_folds(targets, FOLDS, seed):
        for model in fit_path(features[train], targets[train], (c,), tolerance=tolerance, seed=seed):
            probabilities[held_out] = expit(model.decision_function(features[held_out]))
    return probabilities


def _losses(model: Any, features: Any, targets: Targets) -> NDArray[np.float64]:
    if are_multi_label(targets):
        return label_losses(model.decision_function(features), targets)
    return np.asarray(-model.predict_log_proba(features)[np.arange(len(targets)), targets])


def cross_validated_c(
    features: Any,
    targets: Targets,
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
    if are_multi_label(targets):
        targets = askable(targets)
        if not targets.shape[1]:
            return C_DEFAULT
    elif np.unique(targets, return_counts=True)[1].min() < 2:
        return C_DEFAULT
    losses = cross_validated_losses(features, targets, grid, folds=FOLDS, tolerance=tolerance, seed=seed)
    means = losses.mean(axis=1)
    best = int(means.argmin())
    allowed = means[best] + standard_errors * losses[best].std() / np.sqrt(len(targets))
    return float(grid[int(np.flatnonzero(means <= allowed)[0])])


def askable(targets: Targets) -> Targets:
    """The columns of those labels, of several per document, that two documents have and two have not."""
    counts = counts_of(targets, targets.shape[1])
    return targets[:, (counts > 1) & (counts < len(targets) - 1)]
