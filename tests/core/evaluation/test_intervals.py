"""The bootstrap against a plain loop over documents, its coverage, and its determinism."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import pearsonr

from scalearn_core.errors import ConfigError
from scalearn_core.evaluation import intervals
from scalearn_core.evaluation.intervals import bootstrap_score
from tests.core.evaluation.test_metrics import sample, sklearn_macro_f1


def loop_over_documents(metric, targets, predicted, resamples: int) -> tuple[float, float]:
    """The textbook bootstrap: draw documents with replacement, one resample at a time."""
    rng = np.random.default_rng(1)
    draws = rng.integers(0, len(targets), (resamples, len(targets)))
    low, high = np.quantile([metric(targets[draw], predicted[draw]) for draw in draws], [0.025, 0.975])
    return float(low), float(high)


def test_cell_counts_are_the_bootstrap_over_documents() -> None:
    targets, predicted = sample(60, 4, seed=2)
    found = bootstrap_score("macro_f1", targets, predicted, seed=0, resamples=8000)
    low, high = loop_over_documents(sklearn_macro_f1, targets, predicted, 800)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.02)
    assert found.value == pytest.approx(sklearn_macro_f1(targets, predicted))


def test_pearson_is_resampled_by_document() -> None:
    rng = np.random.default_rng(3)
    targets = rng.normal(size=50)
    predicted = targets + rng.normal(size=50)
    found = bootstrap_score("pearson", targets, predicted, seed=0, resamples=8000)
    low, high = loop_over_documents(lambda a, b: pearsonr(a, b).statistic, targets, predicted, 3000)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.02)


@pytest.mark.parametrize("n", [100, 400])
def test_intervals_cover_the_truth_about_95_times_in_100(n: int) -> None:
    truth, trials = 0.7, 400
    rng = np.random.default_rng(n)
    covered = 0
    for trial in range(trials):
        targets = rng.integers(0, 4, n)
        predicted = np.where(rng.random(n) < truth, targets, (targets + 1) % 4)
        found = bootstrap_score("accuracy", targets, predicted, seed=trial, resamples=400)
        covered += found.low <= truth <= found.high
    assert 0.91 <= covered / trials <= 0.98


def test_the_seed_decides() -> None:
    targets, predicted = sample(80, 5, seed=4)
    first = bootstrap_score("macro_f1", targets, predicted, seed=7, resamples=300)
    assert bootstrap_score("macro_f1", targets, predicted, seed=7, resamples=300) == first
    other = bootstrap_score("macro_f1", targets, predicted, seed=8, resamples=300)
    assert other.value == first.value
    assert (other.low, other.high) != (first.low, first.high)


def test_the_order_of_documents_does_not_matter() -> None:
    targets, predicted = sample(80, 5, seed=4)
    first = bootstrap_score("macro_f1", targets, predicted, seed=7)
    assert bootstrap_score("macro_f1", targets[::-1], predicted[::-1], seed=7) == first


def test_working_in_parts_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    targets, predicted = sample(80, 5, seed=4)
    whole = bootstrap_score("matthews", targets, predicted, seed=7, resamples=250)
    monkeypatch.setattr(intervals, "_COUNTS_AT_ONCE", 100)
    assert bootstrap_score("matthews", targets, predicted, seed=7, resamples=250) == whole


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "matthews", "pearson"])
def test_one_document_has_an_interval_without_width(metric: str) -> None:
    found = bootstrap_score(metric, [1], [1], seed=0, resamples=50)
    assert found.low == found.value == found.high


def test_no_resamples_are_refused() -> None:
    with pytest.raises(ConfigError) as error:
        bootstrap_score("accuracy", [0, 1], [0, 1], seed=0, resamples=0)
    assert error.value.code == "evaluation.too_few_resamples"
