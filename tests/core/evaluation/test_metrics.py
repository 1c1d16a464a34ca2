"""Metrics against scikit-learn and SciPy, and what they do where they are undefined."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

from scalearn_core.errors import ConfigError, DataError
from scalearn_core.evaluation.metrics import as_statistic, score


def sample(n: int, n_classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Targets that leave out the last class, and predictions that leave out the first."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, n_classes - 1, n)
    predicted = np.where(rng.random(n) < 0.5, targets, rng.integers(0, n_classes, n))
    return targets, np.maximum(predicted, 1)


def sklearn_macro_f1(targets: np.ndarray, predicted: np.ndarray) -> float:
    present = np.unique(targets)
    return float(f1_score(targets, predicted, labels=present, average="macro", zero_division=0))


@pytest.mark.parametrize("n_classes", [3, 7, 40])
def test_class_metrics_equal_scikit_learn(n_classes: int) -> None:
    targets, predicted = sample(150, n_classes, seed=n_classes)
    assert score("accuracy", targets, predicted) == pytest.approx(accuracy_score(targets, predicted))
    assert score("macro_f1", targets, predicted) == pytest.approx(sklearn_macro_f1(targets, predicted))
    assert score("matthews", targets, predicted) == pytest.approx(matthews_corrcoef(targets, predicted))


def test_macro_f1_leaves_out_classes_without_documents() -> None:
    targets, predicted = np.array([0, 0, 1, 1]), np.array([0, 2, 1, 1])
    # F1 of class 0 is 2/3 and of class 1 is 1; class 2 has no documents and does not enter the mean.
    assert score("macro_f1", targets, predicted) == pytest.approx((2 / 3 + 1) / 2)


def test_pearson_equals_scipy_whatever_the_unit() -> None:
    rng = np.random.default_rng(5)
    targets = rng.normal(size=80) * 1e-3 + 1e4
    predicted = 1e6 * (targets - 1e4) + rng.normal(size=80) * 500
    assert score("pearson", targets, predicted) == pytest.approx(pearsonr(targets, predicted).statistic)


@pytest.mark.parametrize(
    ("metric", "targets", "predicted"),
    [
        ("pearson", [1.0, 2.0, 3.0], [0.1, 0.1, 0.1]),
        ("pearson", [1.0], [2.0]),
        ("matthews", [0, 1, 1], [1, 1, 1]),
        ("matthews", [1], [1]),
    ],
)
def test_a_correlation_with_a_constant_is_zero(metric: str, targets: list, predicted: list) -> None:
    assert score(metric, targets, predicted) == 0.0


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "matthews", "pearson"])
def test_counts_stand_for_repeated_documents(metric: str) -> None:
    targets, predicted = np.array([0, 0, 1, 2, 2, 1]), np.array([0, 1, 1, 2, 0, 1])
    statistic, counts = as_statistic(metric, targets, predicted)
    doubled = score(metric, np.tile(targets, 2), np.tile(predicted, 2))
    assert statistic(2 * counts[None, :])[0] == pytest.approx(doubled)
    assert score(metric, targets, predicted) == pytest.approx(doubled)


def test_wrong_input_is_refused_by_code() -> None:
    with pytest.raises(ConfigError) as unknown:
        score("f1", [0], [0])
    assert unknown.value.code == "evaluation.unknown_metric"
    assert "macro_f1" in str(unknown.value)
    wrong = {
        "evaluation.no_documents": ("accuracy", [], []),
        "evaluation.unequal_lengths": ("macro_f1", [0, 1], [0]),
        "evaluation.class_out_of_range": ("matthews", [0, -1], [0, 0]),
        "evaluation.score_not_finite": ("pearson", [0.0, 1.0], [0.0, float("nan")]),
    }
    for code, (metric, targets, predicted) in wrong.items():
        with pytest.raises(DataError) as error:
            score(metric, targets, predicted)
        assert error.value.code == code


def test_scores_are_not_rounded_to_classes() -> None:
    with pytest.raises(TypeError):
        score("accuracy", [0, 1], [0.2, 0.9])
