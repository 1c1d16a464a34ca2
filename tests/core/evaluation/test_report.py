"""The report against scikit-learn, its notes, its JSON, and its speed."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from scalearn_core.errors import DataError
from scalearn_core.evaluation.report import EvaluationReport, evaluate_predictions
from scalearn_core.storage.codec import from_json, to_json
from tests.core.evaluation.test_metrics import sample, sklearn_macro_f1

LABELS = ("access", "billing", "delivery", "hardware", "other")


def test_the_numbers_are_those_of_scikit_learn() -> None:
    targets, predicted = sample(200, 5, seed=0)
    report = evaluate_predictions(targets, predicted, LABELS, resamples=200)
    assert report.n == 200
    assert report.accuracy.value == pytest.approx(accuracy_score(targets, predicted))
    assert report.macro_f1.value == pytest.approx(sklearn_macro_f1(targets, predicted))
    assert report.confusion == tuple(map(tuple, confusion_matrix(targets, predicted, labels=range(5)).tolist()))
    expected = precision_recall_fscore_support(targets, predicted, labels=range(5), zero_division=0)
    found = [(row.precision, row.recall, row.f1, row.support) for row in report.per_class]
    np.testing.assert_allclose(np.array(found).T, np.array(expected, dtype=float))
    assert tuple(row.label for row in report.per_class) == LABELS
    for interval in (report.accuracy, report.macro_f1):
        assert 0.0 <= interval.low < interval.value < interval.high <= 1.0


def test_notes_name_the_classes_problem() -> None:
    targets, predicted = sample(200, 5, seed=0)  # without class 4 in the targets, without 0 in the predictions
    report = evaluate_predictions(targets, predicted, LABELS, resamples=50)
    assert report.notes == ("class_without_test_documents", "class_never_predicted")


def test_a_sound_test_has_no_notes() -> None:
    targets = np.arange(200) % 5
    predicted = np.where(np.arange(200) % 7 == 0, (targets + 1) % 5, targets)
    assert evaluate_predictions(targets, predicted, LABELS, resamples=50).notes == ()


def test_a_class_without_documents_need_not_be_predicted() -> None:
    targets = np.arange(40) % 4
    report = evaluate_predictions(targets, targets[::-1], LABELS, resamples=50)
    assert "class_never_predicted" not in report.notes


@pytest.mark.parametrize(("predicted", "value"), [(1, 1.0), (0, 0.0)])
def test_one_document_proves_little(predicted: int, value: float) -> None:
    report = evaluate_predictions([1], [predicted], LABELS)
    assert report.accuracy.value == report.macro_f1.value == value
    for interval in (report.accuracy, report.macro_f1):
        assert interval.high - interval.low > 0.75
    assert "few_documents" in report.notes


def test_all_right_is_not_taken_for_perfect() -> None:
    report = evaluate_predictions(np.arange(70) % 5, np.arange(70) % 5, LABELS)
    for interval in (report.accuracy, report.macro_f1):
        assert (interval.value, interval.high) == (1.0, 1.0)
        assert 0.93 < interval.low < 0.97  # none wrong of 70: fewer than 3 in 70 wrong (rule of three)


def test_one_class_in_the_test() -> None:
    targets = np.full(50, 2)
    predicted = np.where(np.arange(50) < 40, 2, 3)
    report = evaluate_predictions(targets, predicted, LABELS, resamples=200)
    assert report.accuracy.value == pytest.approx(0.8)
    assert report.macro_f1.value == pytest.approx(2 * 40 / (50 + 40))  # of the one class that has documents
    assert [row.support for row in report.per_class] == [0, 0, 50, 0, 0]


def test_json_there_and_back() -> None:
    targets, predicted = sample(100, 5, seed=1)
    report = evaluate_predictions(targets, predicted, LABELS, resamples=50)
    content = json.loads(json.dumps(to_json(report)))
    assert list(content) == ["n", "accuracy", "macro_f1", "micro_f1", "per_class", "confusion", "notes"]
    assert from_json(EvaluationReport, content) == report


def test_the_seed_decides() -> None:
    targets, predicted = sample(100, 5, seed=1)
    first = evaluate_predictions(targets, predicted, LABELS, seed=3, resamples=100)
    assert evaluate_predictions(targets, predicted, LABELS, seed=3, resamples=100) == first
    assert evaluate_predictions(targets, predicted, LABELS, seed=4, resamples=100) != first


def test_a_class_without_a_label_is_refused() -> None:
    with pytest.raises(DataError) as error:
        evaluate_predictions([0, 5], [0, 1], LABELS)
    assert error.value.code == "evaluation.class_out_of_range"
    assert "5" in str(error.value)


def test_many_documents_and_classes_are_fast() -> None:
    rng = np.random.default_rng(0)
    targets, predicted = rng.integers(0, 77, (2, 3000))  # at random: as many distinct cells as there can be
    start = time.process_time()
    report = evaluate_predictions(targets, predicted, [str(label) for label in range(77)])
    assert report.n == 3000
    assert time.process_time() - start < 4.0  # 2 s of wall time on two cores; processor time is immune to load
