"""Metrics as functions of counts, so that one formula serves the sample and all its resamples.

Scores do not care about the order of documents, only about how often each distinct outcome, a *cell* such as
(true class, predicted class), occurs. A resample is then just another vector of cell counts, and a metric
takes all resamples at once as `counts [resamples, cells]`. Where documents have several labels (`targets.py`) a
cell is a pair of label sets; F1 is then counted label by label as before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalearn_core.errors import ConfigError, DataError
from scalearn_core.targets import are_multi_label, indicators, same

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Statistic = Callable[[IntArray], FloatArray]
"""Counts `[resamples, cells]` to one value per resample, `[resamples]`."""

_NO_VARIANCE = 1e-12
"""Variance of a resample, relative to the sample's own, that is rounding error rather than spread."""


@dataclass(frozen=True)
class ClassTotals:
    """How often each class was rightly predicted, true, and predicted. Leading axes are resamples."""

    hits: FloatArray
    """Documents of the class that were given the class, `[..., classes]`."""
    support: FloatArray
    """Documents of the class, `[..., classes]`."""
    predicted: FloatArray
    """Documents given the class, `[..., classes]`."""


def score(metric: str, targets: ArrayLike, predicted: ArrayLike) -> float:
    """One number for one set of predictions.

    Args:
        metric: "accuracy", "macro_f1", "micro_f1" or "matthews" (the last only of one label per document), or
            "pearson" (similarity scores).
        targets: true labels (`targets.py`) or scores, `[documents]`.
        predicted: what was predicted, alike.

    Raises:
        ConfigError: the metric is unknown.
        DataError: no documents, unequal lengths, a negative class, or a score that is not a finite number.
    """
    statistic, counts = as_statistic(metric, targets, predicted)
    return float(statistic(counts[None, :])[0])


def as_statistic(metric: str, targets: ArrayLike, predicted: ArrayLike) -> tuple[Statistic, IntArray]:
    """A metric on these documents as a function of cell counts, and the counts observed, `[cells]`."""
    if metric == "pearson":
        true_scores, predicted_scores = check_scores(targets, predicted)
        return (
            lambda counts: pearson(counts, true_scores, predicted_scores),
            np.ones(len(true_scores), dtype=np.int64),
        )
    if metric not in _CLASS_METRICS or (metric == "matthews" and are_multi_label(targets)):
        known = ", ".join((*_CLASS_METRICS, "pearson"))
        raise ConfigError("evaluation.unknown_metric", metric=metric, known=known)
    formula = _CLASS_METRICS[metric]
    (true, guess), counts = count_cells(*check_classes(targets, predicted))
    if metric == "accuracy":
        right = same(true, guess)
        return lambda resampled: resampled[:, right].sum(1) / resampled.sum(1), counts
    n_classes = true.shape[1] if are_multi_label(true) else int(max(true.max(), guess.max())) + 1
    return lambda resampled: formula(total_classes(resampled, true, guess, n_classes)), counts


def check_classes(*columns: ArrayLike, n_classes: int | None = None) -> list[IntArray]:
    """Columns of classes (`targets.py`) as int64 arrays of equal shape, from 0 and below `n_classes` where given.

    Raises:
        DataError: no documents, unequal lengths, or a class outside the range; of several labels per document
            anything but 0 and 1, or not `n_classes` of them.
        TypeError: values that are not whole numbers by type.
    """
    arrays = [np.asarray(column) for column in columns]
    _check_lengths([len(array) for array in arrays])
    classes = [array.astype(np.int64, casting="same_kind") for array in arrays]  # 0.7 must not become class 0
    multi_label = are_multi_label(classes[0])
    if any(array.shape != classes[0].shape for array in classes) or (
        multi_label and n_classes not in (None, classes[0].shape[1])
    ):
        raise DataError("evaluation.unequal_lengths", lengths=", ".join(str(array.shape) for array in classes))
    limit = 2 if multi_label else n_classes
    for array in classes:
        outside = array < 0 if limit is None else (array < 0) | (array >= limit)
        if outside.any():
            raise DataError("evaluation.class_out_of_range", found=int(array[outside][0]))
    return classes


def check_scores(targets: ArrayLike, predicted: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Similarity scores as finite float64 `[documents]` arrays of equal length.

    Raises:
        DataError: no documents, unequal lengths, or a value that is not a finite number.
    """
    first, second = (np.asarray(column, dtype=np.float64) for column in (targets, predicted))
    _check_lengths([len(first), len(second)])
    broken = ~(np.isfinite(first) & np.isfinite(second))
    if broken.any():
        raise DataError("evaluation.score_not_finite", position=int(broken.argmax()) + 1)
    return first, second


def count_cells(*columns: IntArray) -> tuple[list[IntArray], IntArray]:
    """The distinct outcomes in columns of classes: each column with one row per cell, and counts, `[cells]`."""
    if are_multi_label(columns[0]):
        cells, counts = np.unique(np.concatenate(columns, axis=1), axis=0, return_counts=True)
        return np.split(cells, len(columns), axis=1), counts.astype(np.int64)
    cells, counts = np.unique(np.stack(columns, axis=1), axis=0, return_counts=True)
    return list(cells.T), counts.astype(np.int64)


def total_classes(counts: IntArray, true: IntArray, predicted: IntArray, n_classes: int) -> ClassTotals:
    """Add up cells by class.

    Args:
        counts: documents per cell, `[resamples, cells]`.
        true: true classes of each cell, `[cells]` or `[cells, classes]`.
        predicted: predicted classes of each cell, alike.
        n_classes: number of classes, the width of the totals.
    """
    weights = counts.astype(np.float64)  # sums of whole numbers stay exact, and the product runs on BLAS
    is_true, is_predicted = (indicators(column, n_classes).astype(np.float64) for column in (true, predicted))
    both = is_true * is_predicted  # [cells, classes]
    hit = both.any(axis=1)
    return ClassTotals(
        hits=weights[:, hit] @ both[hit], support=weights @ is_true, predicted=weights @ is_predicted
    )


def micro_f1(totals: ClassTotals) -> FloatArray:
    """F1 of all labels counted together, `[...]`; of one label per document the share that is right."""
    hits, claims = (counts.sum(axis=-1) for counts in (totals.hits, totals.support + totals.predicted))
    return divide(2.0 * hits, claims)


def macro_f1(totals: ClassTotals) -> FloatArray:
    """Mean F1 of the classes that have at least one document, `[...]`.

    A class without a document has no recall to speak of; counting it as 0 (or 1) would move the mean for a
    reason that is not the model's. Documents wrongly given such a class still count, as misses of their own.
    """
    present = totals.support > 0
    return divide((class_f1(totals) * present).sum(axis=-1), present.sum(axis=-1).astype(np.float64))


def class_f1(totals: ClassTotals) -> FloatArray:
    """F1 of each class, `[..., classes]`: 2 hits / (true + predicted), and 0 where a class never occurs."""
    return divide(2.0 * totals.hits, totals.support + totals.predicted)


def matthews(totals: ClassTotals) -> FloatArray:
    """Matthews correlation for any number of classes (Gorodkin 2004, R_K), `[...]`.

    0 where it is undefined, because only one class is true or only one is predicted.
    """
    n = totals.support.sum(axis=-1)
    agreement = totals.hits.sum(axis=-1) * n - (totals.support * totals.predicted).sum(axis=-1)
    spread_true = n**2 - (totals.support**2).sum(axis=-1)
    spread_predicted = n**2 - (totals.predicted**2).sum(axis=-1)
    return divide(agreement, np.sqrt(spread_true) * np.sqrt(spread_predicted))


def pearson(counts: IntArray, first: FloatArray, second: FloatArray) -> FloatArray:
    """Pearson correlation of weighted documents, `[resamples]`, from counts `[resamples, documents]`.

    0 where it is undefined, because one side is constant: a constant says nothing about the other side.
    """
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return np.zeros(len(counts))
    # Standardised first: a correlation does not change by it, and the differences below then lose no digits.
    x = (first - first.mean()) / first.std()
    y = (second - second.mean()) / second.std()
    shares = counts / counts.sum(axis=1, keepdims=True)  # [resamples, documents]
    mean_x, mean_y = shares @ x, shares @ y
    variance_x, variance_y = shares @ x**2 - mean_x**2, shares @ y**2 - mean_y**2
    defined = (variance_x > _NO_VARIANCE) & (variance_y > _NO_VARIANCE)
    scale = np.sqrt(np.where(defined, variance_x * variance_y, 0.0))
    return np.clip(divide(shares @ (x * y) - mean_x * mean_y, scale), -1.0, 1.0)


def divide(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Elementwise quotient with 0 where the denominator is 0, in the shape of both."""
    return np.divide(numerator, denominator, out=np.zeros_like(denominator), where=denominator > 0)


def _check_lengths(lengths: list[int]) -> None:
    if len(set(lengths)) > 1:
        raise DataError("evaluation.unequal_lengths", lengths=", ".join(map(str, lengths)))
    if lengths[0] == 0:
        raise DataError("evaluation.no_documents")


_CLASS_METRICS: dict[str, Callable[[ClassTotals], FloatArray]] = {
    "accuracy": micro_f1,
    "macro_f1": macro_f1,
    "micro_f1": micro_f1,
    "matthews": matthews,
}
