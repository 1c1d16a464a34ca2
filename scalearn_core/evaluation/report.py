"""The report on predictions: scores with intervals, each class, the confusion matrix, and caveats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scalearn_core.evaluation.intervals import Interval, bootstrap_interval, f1_interval, wilson_interval
from scalearn_core.evaluation.metrics import (
    ClassTotals,
    FloatArray,
    IntArray,
    check_classes,
    class_f1,
    count_cells,
    divide,
    macro_f1,
    micro_f1,
    total_classes,
)
from scalearn_core.evaluation.smoothing import Smoothed, smooth_classes, smooth_labels
from scalearn_core.targets import are_multi_label, same

FEW_DOCUMENTS = 30
"""Below this number of documents scores and their intervals are rough."""


@dataclass(frozen=True)
class ClassScore:
    """One class of the test documents; scores from 0 to 1, and 0 where they are undefined."""

    label: str
    precision: float
    """Of the documents given this label, the share that has it."""
    recall: float
    """Of the documents that have this label, the share that was given it."""
    f1: float
    """Harmonic mean of precision and recall."""
    support: int
    """Documents that have this label."""
    f1_interval: tuple[float, float] | None = None
    """95%; None where no document has the label or was given it, and in results of earlier releases."""
    given: int | None = None
    """Documents given this label; None in results of earlier releases."""
    hits: int | None = None
    """Those of them that have it."""


@dataclass(frozen=True)
class EvaluationReport:
    """Everything the results page says about one model on one split."""

    n: int
    """Documents."""
    accuracy: Interval
    """Share of documents whose labels are right; where they have several, all of them."""
    macro_f1: Interval
    """Mean F1 over the classes that have test documents."""
    micro_f1: Interval
    """F1 of all labels counted together; of one label per document the accuracy."""
    per_class: tuple[ClassScore, ...]
    """In the order of the labels."""
    confusion: tuple[tuple[int, ...], ...]
    """Documents by true class (rows) and predicted class (columns), in the order of the labels; empty where
    documents have several labels, of which each is right or wrong by itself (`per_class`)."""
    notes: tuple[str, ...]
    """Codes of caveats: "few_documents"; "class_without_test_documents"; "class_never_predicted", of a class
    that has test documents. In results of earlier releases also "interval_without_width": all right or wrong."""


def evaluate_predictions(
    targets: ArrayLike, predicted: ArrayLike, labels: Sequence[str], *, seed: int = 0, resamples: int = 2000
) -> EvaluationReport:
    """Score predicted classes against the true ones.

    Macro-F1 is the mean over the classes present in the targets; the same rule applies within each resample.
    Its interval is from a bootstrap over documents (see `intervals`), smoothed; that of accuracy is Wilson's.

    Args:
        targets: true classes (`targets.py`), in the order of `labels`.
        predicted: predicted classes, alike.
        labels: the name of each class.
        seed: of the resampling.
        resamples: how many; at least 1.

    Raises:
        ConfigError: `resamples` is below 1.
        DataError: no documents, unequal lengths, or a class that has no label.
    """
    n_classes = len(labels)
    (true, guess), counts = count_cells(*check_classes(targets, predicted, n_classes=n_classes))
    totals = _only(total_classes(counts[None, :], true, guess, n_classes))
    n, right, multi_label = int(counts.sum()), int(counts[same(true, guess)].sum()), are_multi_label(true)
    confusion = np.zeros((0, 0) if multi_label else (n_classes, n_classes), dtype=np.int64)
    if not multi_label:
        confusion[true, guess] = counts

    def interval(metric: Callable[[ClassTotals], FloatArray], smoothed: Smoothed) -> Interval:
        (of_true, of_guess), cells, shares = smoothed

        def statistic(resampled: IntArray) -> FloatArray:
            return metric(total_classes(resampled, of_true, of_guess, n_classes))

        return bootstrap_interval(
            statistic, cells, seed=seed, resamples=resamples, shares=shares, within=(0, 1)
        )  # fmt: skip

    accuracy = wilson_interval(right, n)
    return EvaluationReport(
        n=n,
        accuracy=accuracy,
        macro_f1=interval(macro_f1, smooth_classes(true, guess, counts, n_classes)),
        # All labels together are one share: what is added is one document for all of them.
        micro_f1=interval(micro_f1, smooth_labels(true, guess, counts, 1 / n_classes))
        if multi_label
        else accuracy,
        per_class=_per_class(totals, labels),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        notes=_notes(totals, n),
    )


def _only(totals: ClassTotals) -> ClassTotals:
    """The totals of the sample itself, without the axis of resamples."""
    return ClassTotals(hits=totals.hits[0], support=totals.support[0], predicted=totals.predicted[0])


def _per_class(totals: ClassTotals, labels: Sequence[str]) -> tuple[ClassScore, ...]:
    columns = zip(
        labels,
        divide(totals.hits, totals.predicted).tolist(),
        divide(totals.hits, totals.support).tolist(),
        class_f1(totals).tolist(),
        totals.support.astype(np.int64).tolist(),
        _f1_intervals(totals),
        totals.predicted.astype(np.int64).tolist(),
        totals.hits.astype(np.int64).tolist(),
        strict=True,
    )
    return tuple(ClassScore(*row) for row in columns)


def _f1_intervals(totals: ClassTotals) -> list[tuple[float, float] | None]:
    intervals: list[tuple[float, float] | None] = []
    for hits, support, predicted in zip(totals.hits, totals.support, totals.predicted, strict=True):
        concerned = support + predicted - hits
        interval = f1_interval(int(hits), int(support - hits), int(predicted - hits)) if concerned else None
        intervals.append((interval.low, interval.high) if interval else None)
    return intervals


def _notes(totals: ClassTotals, n: int) -> tuple[str, ...]:
    conditions = {
        "few_documents": n < FEW_DOCUMENTS,
        "class_without_test_documents": (totals.support == 0).any(),
        "class_never_predicted": ((totals.support > 0) & (totals.predicted == 0)).any(),
    }
    return tuple(code for code, holds in conditions.items() if holds)
