"""One logistic regression after another along a grid of C, each started from the last."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_ITERATIONS = 200


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
