"""The paired comparison: right differences, right verdicts, and pairs that stay together."""

from __future__ import annotations

import numpy as np
import pytest

from scalearn_core.errors import DataError
from scalearn_core.evaluation.comparison import compare_predictions
from scalearn_core.evaluation.intervals import bootstrap_score
from scalearn_core.storage.codec import to_json
from tests.core.evaluation.test_metrics import sklearn_macro_f1

N_CLASSES = 4


def two_models(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Targets and two models that mostly share their errors; on 6% of documents only the first is right."""
    targets = rng.integers(0, N_CLASSES, n)
    wrong = (targets + 1) % N_CLASSES
    luck = rng.random(n)
    return targets, np.where(luck < 0.7, targets, wrong), np.where(luck < 0.64, targets, wrong)


def test_the_difference_is_the_difference_of_macro_f1() -> None:
    targets, first, second = two_models(300, np.random.default_rng(0))
    found = compare_predictions(targets, first, second, n_classes=N_CLASSES, resamples=100)
    expected = sklearn_macro_f1(targets, first) - sklearn_macro_f1(targets, second)
    assert found.difference == pytest.approx(expected)
    assert found.disagreements == int((first != second).sum())


def test_shared_errors_cancel() -> None:
    """Resampling the two models apart would give an interval over twice as wide, and miss the difference."""
    targets, first, second = two_models(400, np.random.default_rng(1))
    paired = compare_predictions(targets, first, second, n_classes=N_CLASSES)
    apart = [bootstrap_score("macro_f1", targets, model, seed=0) for model in (first, second)]
    width_apart = np.hypot(*(interval.high - interval.low for interval in apart))
    assert paired.high - paired.low < width_apart / 2
    assert apart[0].low < apart[1].high  # the two intervals overlap
    assert paired.verdict == "better"


def test_paired_intervals_cover_the_truth_about_95_times_in_100() -> None:
    """Too wide (unpaired) would cover every time, too narrow would often miss."""
    rng = np.random.default_rng(2)
    targets, first, second = two_models(400_000, rng)
    truth = sklearn_macro_f1(targets, first) - sklearn_macro_f1(targets, second)
    trials, covered = 300, 0
    for trial in range(trials):
        targets, first, second = two_models(250, rng)
        found = compare_predictions(targets, first, second, n_classes=N_CLASSES, seed=trial, resamples=400)
        covered += found.low <= truth <= found.high
    assert 0.90 <= covered / trials <= 0.985


def test_swapping_the_models_swaps_the_verdict() -> None:
    targets, first, second = two_models(400, np.random.default_rng(3))
    ahead = compare_predictions(targets, first, second, n_classes=N_CLASSES)
    behind = compare_predictions(targets, second, first, n_classes=N_CLASSES)
    assert (ahead.verdict, behind.verdict) == ("better", "worse")
    assert behind.difference == pytest.approx(-ahead.difference)
    assert behind.high < 0.0 < ahead.low


def test_equal_predictions_do_not_differ() -> None:
    targets, first, _ = two_models(100, np.random.default_rng(4))
    found = compare_predictions(targets, first, first, n_classes=N_CLASSES, resamples=100)
    assert (found.difference, found.low, found.high) == (0.0, 0.0, 0.0)
    assert (found.verdict, found.disagreements) == ("no_difference", 0)


@pytest.mark.parametrize(("disagreements", "verdict"), [(1, "no_difference"), (5, "no_difference"), (6, "better")])
def test_a_handful_of_documents_proves_nothing(disagreements: int, verdict: str) -> None:
    targets = np.zeros(disagreements, dtype=np.int64)
    found = compare_predictions(targets, targets, targets + 1, n_classes=2, resamples=100)
    assert found.difference == 1.0
    assert found.low > 0.0 or disagreements == 1  # from two on the interval alone would be certain
    assert found.verdict == verdict


def test_false_alarms_are_rare() -> None:
    """Two models equally good, each right where the other is wrong as often as not."""
    rng = np.random.default_rng(5)
    trials, alarms = 300, 0
    for trial in range(trials):
        targets, first, second = two_models(120, rng)
        swap = rng.random(120) < 0.5
        first, second = np.where(swap, second, first), np.where(swap, first, second)
        found = compare_predictions(targets, first, second, n_classes=N_CLASSES, seed=trial, resamples=400)
        alarms += found.verdict != "no_difference"
    assert alarms / trials <= 0.09


def test_the_seed_decides_and_json_has_the_fields() -> None:
    targets, first, second = two_models(100, np.random.default_rng(6))
    found = compare_predictions(targets, first, second, n_classes=N_CLASSES, seed=1, resamples=100)
    assert compare_predictions(targets, first, second, n_classes=N_CLASSES, seed=1, resamples=100) == found
    keys = ["metric", "difference", "low", "high", "verdict", "disagreements"]
    assert list(to_json(found)) == keys, "nothing told, it was compared with no method of a name"
    assert found.metric == "macro_f1"


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(DataError) as error:
        compare_predictions([0, 1], [0, 1], [0], n_classes=2)
    assert error.value.code == "evaluation.unequal_lengths"
    assert "2, 2, 1" in str(error.value)
