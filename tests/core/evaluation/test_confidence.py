"""Stated confidence: calibration, label sets and curves, on predictions whose truth is known."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from scalearn_core.errors import DataError
from scalearn_core.evaluation.calibration import (
    at_temperature,
    brier_scores,
    calibration_error,
    fit_temperature,
    log_losses,
    reliability,
    stated_minus_right,
)
from scalearn_core.evaluation.confidence import ConfidenceReport, confidence_report
from scalearn_core.evaluation.conformal import conformal_sets, least_probability
from scalearn_core.evaluation.ranking import areas
from scalearn_core.storage.codec import from_json, to_json

LABELS = ["access", "billing", "hardware", "network"]


def honest(n: int, seed: int, *, labels: int = 4, sharpness: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and true classes drawn from just these probabilities."""
    rng = np.random.default_rng(seed)
    powers = np.exp(sharpness * rng.normal(size=(n, labels)))
    probabilities = powers / powers.sum(1, keepdims=True)
    targets = (rng.random((n, 1)) > probabilities.cumsum(1)).sum(1).clip(0, labels - 1)
    return probabilities, targets


def test_losses_are_those_of_scikit_learn() -> None:
    probabilities, targets = honest(200, 0)
    assert log_losses(probabilities, targets).mean() == pytest.approx(log_loss(targets, probabilities))
    expected = brier_score_loss(targets, probabilities, labels=range(4), scale_by_half=False)
    assert brier_scores(probabilities, targets).mean() == pytest.approx(expected)


@pytest.mark.parametrize("bent", [0.5, 1.0, 2.5])
def test_the_temperature_is_found_and_mends(bent: float) -> None:
    probabilities, targets = honest(4000, 1)
    stated = at_temperature(probabilities, 1 / bent)  # as sure as if all logits were `bent` times as large
    assert fit_temperature(stated, targets) == pytest.approx(bent, rel=0.06)
    np.testing.assert_allclose(at_temperature(stated, bent), probabilities, atol=1e-4)
    report = confidence_report(targets, stated, LABELS, seed=0, resamples=50)
    assert report.at_temperature.ece.value < report.at_temperature.ece.by_chance_high
    mended = report.at_temperature.log_loss.value - report.log_loss.value
    assert mended < -0.01 if bent != 1.0 else abs(mended) < 0.001
    gap = report.stated_minus_right
    assert gap.high < 0 if bent < 1 else gap.low > 0 if bent > 1 else gap.low <= 0 <= gap.high


def test_the_temperature_of_a_document_is_not_fitted_on_it() -> None:
    """Wrong by chance, the probabilities have nothing to mend: fitted on the others the loss must not fall."""
    rng = np.random.default_rng(2)
    falls = []
    for seed in range(20):
        probabilities, targets = honest(30, seed + 100)
        report = confidence_report(targets, probabilities, LABELS, seed=int(rng.integers(100)), resamples=20)
        falls.append(report.at_temperature.log_loss.value - report.log_loss.value)
    assert np.mean(falls) > 0


def test_a_calibration_error_is_read_against_chance() -> None:
    above = []
    for seed in range(60):
        probabilities, targets = honest(80, seed)
        right = probabilities.argmax(1) == targets
        found = calibration_error(probabilities.max(1), right, seed=seed, resamples=300)
        assert found.low <= found.value <= found.high
        assert found.value > 0.02, "with few documents it is above 0 although nothing is wrong"
        above.append(found.value > found.by_chance_high)
    assert np.mean(above) <= 0.12


def test_bins_hold_equally_many_and_their_intervals_the_truth() -> None:
    probabilities, targets = honest(1000, 3)
    rows = reliability(probabilities.max(1), probabilities.argmax(1) == targets)
    assert [row.documents for row in rows] == [100] * 10
    assert sum(row.accuracy.low <= row.confidence <= row.accuracy.high for row in rows) >= 9
    assert all(row.low <= row.confidence <= row.high for row in rows)
    assert [row.documents for row in reliability(np.full(7, 0.5), np.ones(7, dtype=bool))] == [7]


def test_the_gap_holds_the_truth_as_often_as_it_claims() -> None:
    held = 0
    for seed in range(200):
        probabilities, targets = honest(80, seed)
        right = probabilities.argmax(1) == targets
        found = stated_minus_right(probabilities.max(1), right, seed=seed, resamples=400)
        held += found.low <= 0.0 <= found.high
    assert 0.92 <= held / 200 <= 0.985


@pytest.mark.parametrize("n", [40, 300])
def test_nine_in_ten_sets_hold_the_true_label(n: int) -> None:
    """On new documents, with the quantile of `n` others; whatever the model is like (here far too sure)."""
    covered, sizes = [], []
    for seed in range(60):
        probabilities, targets = honest(n + 400, seed)
        stated = at_temperature(probabilities, 0.4)
        least = least_probability(stated[:n], targets[:n])
        held = stated[n:] >= least
        covered.append(held[np.arange(400), targets[n:]].mean())
        sizes.append(held.sum(1).mean())
    assert 0.89 <= np.mean(covered) <= 0.93
    assert 1.0 < np.mean(sizes) < 3.0


def test_sets_of_too_few_documents_hold_everything() -> None:
    probabilities, targets = honest(8, 0)
    assert least_probability(probabilities, targets) == 0.0
    found = conformal_sets(probabilities, targets, seed=0)
    assert (found.mean_size, found.coverage.value, found.sizes) == (4.0, 1.0, (0, 0, 0, 0, 8))


def test_areas_of_resamples_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(4)
    true, stated = rng.random(60) < 0.3, rng.random(60).round(1)  # rounded: many ties
    counts = rng.multinomial(60, np.full(60, 1 / 60), size=5)
    aucs, averages = areas(counts, true, stated)
    for weights, auc, average in zip(counts, aucs, averages, strict=True):
        assert auc == pytest.approx(roc_auc_score(true, stated, sample_weight=weights))
        assert average == pytest.approx(average_precision_score(true, stated, sample_weight=weights))


def test_curves_only_where_there_is_something_to_rank() -> None:
    probabilities, _ = honest(60, 5)
    targets = np.array([0] * 40 + [1] * 16 + [2] * 4)  # label 2 has four documents, label 3 none
    report = confidence_report(targets, probabilities, LABELS, seed=0, resamples=200)
    assert [(row.label, row.positives) for row in report.curves] == [("access", 40), ("billing", 16)]
    for row in report.curves:
        assert row.auc.low <= row.auc.value <= row.auc.high
        assert row.roc.x[0] == row.roc.y[0] == 0.0 and row.roc.x[-1] == row.roc.y[-1] == 1.0
        assert row.pr.x[0] == 0.0 and row.pr.x[-1] == 1.0


def test_a_perfect_order_of_few_is_not_certain() -> None:
    targets = np.array([0] * 6 + [1] * 6)
    probabilities = np.eye(2)[targets] * 0.6 + 0.2
    curves = confidence_report(targets, probabilities, LABELS[:2], seed=0).curves
    assert all(row.auc.value == 1.0 > row.auc.low for row in curves)


def test_the_report_is_json_and_the_seed_decides() -> None:
    probabilities, targets = honest(70, 6)
    report = confidence_report(targets, probabilities, LABELS, seed=1, resamples=100)
    assert from_json(ConfidenceReport, json.loads(json.dumps(to_json(report), allow_nan=False))) == report
    assert confidence_report(targets, probabilities, LABELS, seed=1, resamples=100) == report
    assert confidence_report(targets, probabilities, LABELS, seed=2, resamples=100) != report
    assert report.notes == ("few_documents",)
    assert report.n == 70
    assert [row.automatic for row in report.coverage] == sorted(
        (row.automatic for row in report.coverage), reverse=True
    )
    assert report.coverage[0].accuracy == report.accuracy


@pytest.mark.parametrize("n", [1, 2, 9, 11])
def test_a_handful_of_documents_is_no_error(n: int) -> None:
    probabilities, targets = honest(n, 7)
    report = confidence_report(targets, probabilities, LABELS, seed=0, resamples=20)
    assert json.loads(json.dumps(to_json(report), allow_nan=False))["n"] == n
    assert (report.temperature is None) == (report.at_temperature is None) == (n < 10)


def test_what_does_not_fit_together_is_refused() -> None:
    probabilities, targets = honest(10, 8)
    for wrong in (targets[:9], targets + 4):
        with pytest.raises(DataError):
            confidence_report(wrong, probabilities, LABELS, seed=0)
    with pytest.raises(DataError):
        confidence_report(targets, probabilities, LABELS[:3], seed=0)


def test_many_documents_and_labels_take_seconds() -> None:
    probabilities, targets = honest(2000, 9, labels=30, sharpness=3.0)
    labels = [str(label) for label in range(30)]
    confidence_report(targets[:50], probabilities[:50], labels, seed=0)  # loads scikit-learn
    began = time.process_time()
    report = confidence_report(targets, probabilities, labels, seed=0)
    assert time.process_time() - began < 6.0
    assert len(report.coverage) == 101
    assert len(json.dumps(to_json(report))) < 200_000
