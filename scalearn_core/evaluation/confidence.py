"""How far the stated confidence can be trusted, and what to refer to a person: `confidence` in `result.json`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from scalearn_core.errors import DataError
from scalearn_core.evaluation.calibration import (
    FEWEST_FOR_FOLDS,
    FOLDS,
    Bin,
    CalibrationError,
    brier_scores,
    calibration_error,
    fit_temperature,
    log_losses,
    mean_interval,
    reliability,
    scaled_by_the_others,
    stated_minus_right,
)
from scalearn_core.evaluation.conformal import LabelSets, conformal_sets
from scalearn_core.evaluation.costs import expected_costs
from scalearn_core.evaluation.intervals import Interval, wilson_interval
from scalearn_core.evaluation.metrics import FloatArray, IntArray, check_classes
from scalearn_core.evaluation.ranking import RankingCurves, ranking_curves
from scalearn_core.evaluation.referral import Covered, HandOver, confidences, coverage_curve, threshold_for
from scalearn_core.evaluation.stored_probabilities import check_probabilities
from scalearn_core.targets import are_multi_label

__all__ = ["HandOver", "confidence_report", "expected_costs", "threshold_for"]

TARGETS = (0.8, 0.85, 0.9, 0.95, 0.98)
"""Accuracies of the rest that the report says the least share to hand over for."""
DRAWS, FEWEST_RESAMPLES = 2_000_000, 200
"""Documents drawn in all the resamples of an interval: with many documents fewer resamples do."""
FEW_DOCUMENTS = 200
"""Below it the calibration error is mostly chance, and a hand-over to the nearest percent a guess."""


@dataclass(frozen=True)
class Calibrated:
    """Calibration after each document was scaled by a temperature that the others chose."""

    folds: int
    ece: CalibrationError
    log_loss: Interval
    brier: Interval


@dataclass(frozen=True)
class ConfidenceReport:
    """Shares from 0 to 1, intervals of 95% over the test documents."""

    n: int
    accuracy: Interval
    mean_confidence: float
    stated_minus_right: Interval
    reliability: tuple[Bin, ...]
    ece: CalibrationError
    log_loss: Interval
    brier: Interval
    temperature: float | None
    """None where there are too few documents to fit one."""
    at_temperature: Calibrated | None
    """None as above."""
    coverage: tuple[Covered, ...]
    hand_over: tuple[HandOver, ...]
    """For each of `TARGETS`."""
    curves: tuple[RankingCurves, ...]
    conformal: LabelSets | None
    """None where documents have several labels."""
    notes: tuple[str, ...]
    """Codes of caveats: "few_documents"."""


def confidence_report(
    targets: ArrayLike,
    probabilities: ArrayLike,
    labels: Sequence[str],
    *,
    seed: int,
    resamples: int = 1000,
    given: ArrayLike | None = None,
) -> ConfidenceReport:
    """All of it.

    No documents are held back to fit on (`docs/decisions/`), so whatever is chosen on test documents (temperature,
    threshold, set size) is told as it does on test documents that had no part in the choice.

    Args:
        targets: true classes (`targets.py`), in the order of `labels`.
        probabilities: of the model, `[documents, labels]`.
        labels: the name of each class.
        seed: of resampling and divisions.
        resamples: at least 1.
        given: of several labels, what the model gave each document (`targets.py`); None: all from one half on.

    Raises:
        DataError: no documents, unequal lengths, a class that has no label, or no probabilities.
    """
    multi_label = are_multi_label(targets)
    values = check_probabilities(probabilities, multi_label=multi_label)
    (true,) = check_classes(targets, n_classes=len(labels))
    resamples = min(resamples, max(FEWEST_RESAMPLES, DRAWS // len(true)))
    if values.shape != (len(true), len(labels)):
        raise DataError("evaluation.unequal_lengths", lengths=f"{len(values)}, {len(true)}")
    confidence, right = confidences(true, values, given)
    temperature = fit_temperature(values, true) if len(true) >= FEWEST_FOR_FOLDS else None
    ece, log_loss, brier = _calibration(values, true, given, seed=seed, resamples=resamples)
    return ConfidenceReport(
        n=len(true),
        accuracy=wilson_interval(int(right.sum()), len(true)),
        mean_confidence=float(confidence.mean()),
        stated_minus_right=stated_minus_right(confidence, right, seed=seed, resamples=resamples),
        reliability=reliability(confidence, right),
        ece=ece,
        log_loss=log_loss,
        brier=brier,
        temperature=temperature,
        at_temperature=None
        if temperature is None
        else Calibrated(
            FOLDS,
            *_calibration(
                scaled_by_the_others(values, true, seed=seed), true, given, seed=seed, resamples=resamples
            ),
        ),
        coverage=coverage_curve(confidence, right),
        hand_over=tuple(threshold_for(target, true, values, seed=seed, given=given) for target in TARGETS),
        curves=ranking_curves(values, true, labels, seed=seed, resamples=resamples),
        conformal=None if multi_label else conformal_sets(values, true, seed=seed),
        notes=("few_documents",) if len(true) < FEW_DOCUMENTS else (),
    )


def _calibration(
    values: FloatArray, true: IntArray, classes: ArrayLike | None, *, seed: int, resamples: int
) -> tuple[CalibrationError, Interval, Interval]:
    """Calibration error, log loss and Brier score of probabilities, with intervals."""
    confidence, right = confidences(true, values, classes)
    losses, scores = log_losses(values, true), brier_scores(values, true)
    return (
        calibration_error(confidence, right, seed=seed, resamples=resamples),
        mean_interval(losses, seed=seed, resamples=resamples),
        mean_interval(scores, seed=seed, resamples=resamples),
    )
