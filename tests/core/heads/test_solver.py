"""The choice of C by cross-validation, against scikit-learn's own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from scalearn_core.heads.solver import C_DEFAULT, cross_validated_c

GRID = (0.01, 0.1, 1.0, 10.0, 100.0)


def clouds(count: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    targets = np.arange(count) % 3
    return np.eye(8)[targets] + noise * rng.normal(size=(count, 8)), targets


@pytest.mark.parametrize("noise", [0.3, 0.8, 2.0])
def test_it_is_the_value_of_least_held_out_loss(noise: float) -> None:
    features, targets = clouds(60, noise)
    folds = StratifiedKFold(5, shuffle=True, random_state=3)
    losses = []
    for c in GRID:
        model = LogisticRegression(C=c, max_iter=5000, tol=1e-8)
        shares = cross_val_predict(model, features, targets, cv=folds, method="predict_log_proba")
        losses.append(-shares[np.arange(60), targets].mean())
    found = cross_validated_c(features, targets, GRID, tolerance=1e-7, seed=3)
    assert found == GRID[int(np.argmin(losses))]
    assert cross_validated_c(csr_array(features), targets, GRID, tolerance=1e-7, seed=3) == found


def test_a_standard_error_prefers_the_stronger_regularisation() -> None:
    features, targets = clouds(30, 0.8)
    chosen = [
        cross_validated_c(features, targets, GRID, tolerance=1e-6, seed=0, standard_errors=errors)
        for errors in (0.0, 1.0, 1000.0)
    ]
    assert chosen == sorted(chosen, reverse=True)
    assert chosen[-1] == GRID[0] < chosen[0]


def test_a_class_of_one_document_leaves_the_default() -> None:
    features, targets = clouds(9, 0.5)
    assert cross_validated_c(features, np.array([*targets[:-1], 7]), GRID, tolerance=1e-6, seed=0) == C_DEFAULT
