"""Every document tested in turns: what is learned from, what is told, and how it is stopped."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from scalearn_core.config import TrainingConfig
from scalearn_core.data.split_plan import SplitPlan
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ConfigError
from scalearn_core.evaluation.intervals import wilson_interval
from scalearn_core.evaluation.metrics import score
from scalearn_core.evaluation.report import evaluate_predictions
from scalearn_core.evaluation.resampled import corrected_interval
from scalearn_core.evidence.trained import TrainedModel
from scalearn_core.records.studies import CrossValidation
from scalearn_core.storage.codec import to_json
from scalearn_core.studies import cross_validation
from scalearn_core.studies.cross_validation import FOLDS, REPEATS, Repetition, summary
from scalearn_core.studies.run import run_study
from tests.core.studies.conftest import Stopped, make_trained, stop_after


@pytest.fixture(scope="module")
def small(encoder: Encoder) -> TrainedModel:
    return make_trained(encoder, 30, "scalearn_uniform", TrainingConfig(own_adapter=False, epochs=1))


@pytest.fixture(scope="module")
def told(small: TrainedModel) -> tuple[CrossValidation, list[float]]:
    shares: list[float] = []
    return run_study("cross_validation", small, shares.append), shares


def test_every_document_is_tested_once_per_repetition(told: tuple[CrossValidation, list[float]]) -> None:
    found, shares = told
    assert (found.folds, found.repeats, found.documents, found.tested) == (FOLDS, REPEATS, 30, 30)
    assert len(found.trainings) == FOLDS * REPEATS
    assert sum(training.documents for training in found.trainings) == 30 * REPEATS
    assert found.learned == 24
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    json.dumps(to_json(found), allow_nan=False)


def test_scores_are_means_of_the_trainings(told: tuple[CrossValidation, list[float]]) -> None:
    found, _ = told
    for name in ("scalearn", "frozen_head"):
        for metric in ("macro_f1", "accuracy"):
            of_trainings = [getattr(getattr(training, name), metric) for training in found.trainings]
            interval = getattr(found.scores[name], metric)
            assert interval.value == pytest.approx(np.mean(of_trainings))
            assert 0 <= interval.low <= interval.value <= interval.high <= 1
            assert interval.high - interval.low > 0.05, "thirty documents do not tell more"
    comparison = found.comparison
    apart = [row.scalearn.macro_f1 - row.frozen_head.macro_f1 for row in found.trainings]
    assert comparison.difference == pytest.approx(np.mean(apart))
    assert comparison.low <= comparison.difference <= comparison.high


def test_it_can_be_stopped(small: TrainedModel) -> None:
    with pytest.raises(Stopped):
        run_study("cross_validation", small, stop_after(0.2))


def test_a_test_set_of_the_users_is_not_replaced(small: TrainedModel) -> None:
    chosen = SplitPlan(by="newest", column="day")
    with pytest.raises(ConfigError) as caught:
        run_study(
            "cross_validation", replace(small, result=replace(small.result, split=chosen)), lambda share: None
        )
    assert caught.value.code == "study.not_at_random"


def test_no_repetition_is_begun_that_would_take_too_long(
    small: TrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cross_validation, "LONGEST", 0.0)
    assert run_study("cross_validation", small, lambda share: None).repeats == 1


def repetitions(targets: np.ndarray, predicted: np.ndarray, plain: np.ndarray) -> list[Repetition]:
    folds = np.arange(len(targets)) % FOLDS
    return [Repetition(folds, predicted, plain)] * REPEATS


def test_where_all_is_right_the_interval_is_that_of_the_documents() -> None:
    targets = np.repeat([0, 1], 20)
    found = summary(targets, repetitions(targets, targets, targets), ("a", "b"), seed=0)
    report = evaluate_predictions(targets, targets, ("a", "b"))
    assert found.scores["scalearn"].accuracy == report.accuracy
    assert found.scores["scalearn"].macro_f1.low == pytest.approx(report.macro_f1.low)
    comparison = found.comparison
    assert (comparison.verdict, comparison.disagreements) == ("no_difference", 0)
    assert comparison.high == -comparison.low == pytest.approx(wilson_interval(0, 40).high)


def test_a_clear_difference_is_told_and_its_side() -> None:
    targets = np.tile([0, 1], 50)
    plain = np.where(np.arange(100) % 7 < 3, 1 - targets, targets)
    found = summary(targets, repetitions(targets, targets, plain), ("a", "b"), seed=0)
    assert found.comparison.verdict == "better"
    assert found.comparison.low > 0
    turned = summary(targets, repetitions(targets, plain, targets), ("a", "b"), seed=0)
    assert turned.comparison.verdict == "worse"


def test_documents_that_were_never_tested_do_not_count() -> None:
    targets = np.repeat([0, 1], 20)
    folds = np.where(np.arange(40) < 2, -1, np.arange(40) % FOLDS)
    wrong = np.where(folds < 0, 1 - targets, targets)
    found = summary(targets, [Repetition(folds, wrong, wrong)] * 2, ("a", "b"), seed=0)
    assert found.tested == 38
    assert found.scores["scalearn"].accuracy.value == score("accuracy", targets, targets)


def test_the_interval_is_that_of_nadeau_and_bengio() -> None:
    scores = np.array([0.8, 0.9, 0.7, 0.85, 0.75, 0.95])
    found = corrected_interval(scores, tested=20, learned=80)
    error = np.sqrt(scores.var(ddof=1) * (1 / 6 + 0.25))
    low, high = stats.t.interval(0.95, 5, loc=scores.mean(), scale=error)
    assert (found.value, found.low, found.high) == pytest.approx((scores.mean(), low, high))
