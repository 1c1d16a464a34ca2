"""One label against the rest: does the model give its documents the higher probability? ROC and
precision-recall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalearn_core.evaluation.intervals import CONFIDENCE, Interval
from scalearn_core.evaluation.metrics import FloatArray, IntArray
from scalearn_core.targets import indicators

FEWEST = 5
"""Documents with the label, and without it, that a curve needs."""
ADDED = 0.25
"""Documents added to the resamples of either side, in the wrong order (see `_resampled`)."""
MOST_POINTS = 100
_DIGITS = 4


@dataclass(frozen=True)
class Points:
    """A curve."""

    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class RankingCurves:
    """One label against the rest."""

    label: str
    positives: int
    """Documents that have it."""
    roc: Points
    """Recall (y) over the false positive rate."""
    auc: Interval
    pr: Points
    """Precision (y) over recall."""
    average_precision: Interval


def ranking_curves(
    probabilities: FloatArray, targets: IntArray, labels: Sequence[str], *, seed: int, resamples: int
) -> tuple[RankingCurves, ...]:
    """Of each label with `FEWEST` documents on both sides, both curves and the areas under them.

    Args:
        probabilities: `[documents, labels]`.
        targets: true classes (`targets.py`).
        labels: the name of each class.
        seed: of the resampling.
        resamples: at least 1.
    """
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

    generator = np.random.default_rng(seed)
    drawn = generator.poisson(1.0, (resamples, len(targets)))  # as a bootstrap, but quicker: totals may differ
    added = generator.poisson(ADDED, (resamples, 2))
    curves = []
    has = indicators(targets, len(labels))
    for place, label in enumerate(labels):
        true, stated = has[:, place], probabilities[:, place]
        if not FEWEST <= true.sum() <= len(true) - FEWEST:
            continue
        false_rate, recall, _ = roc_curve(true, stated)
        precision, recalled, _ = precision_recall_curve(true, stated, drop_intermediate=True)
        auc, average = _resampled(drawn, added, true, stated)
        curves.append(
            RankingCurves(
                label=label,
                positives=int(true.sum()),
                roc=_points(false_rate, recall),
                auc=_interval(float(roc_auc_score(true, stated)), auc),
                pr=_points(recalled[::-1], precision[::-1]),
                average_precision=_interval(float(average_precision_score(true, stated)), average),
            )
        )
    return tuple(curves)


def areas(counts: IntArray, true: NDArray[np.bool_], stated: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Area under the ROC curve and average precision of weighted documents, `[resamples]` each.

    Args:
        counts: how often each document was drawn, `[resamples, documents]`.
        true: whether a document has the label, `[documents]`.
        stated: its probability of the label, `[documents]`.

    Both are NaN where a resample has no document with the label; the first also where it has no other.
    """
    order = np.argsort(-stated, kind="stable")
    levels = np.flatnonzero(np.append(True, np.diff(stated[order]) != 0))  # where another probability begins
    ordered = counts[:, order]
    with_label = np.add.reduceat(ordered * true[order], levels, axis=1).astype(np.float64)  # [resamples, levels]
    without = np.add.reduceat(ordered * ~true[order], levels, axis=1).astype(np.float64)
    rightly, wrongly = with_label.cumsum(1), without.cumsum(1)
    positives, negatives = rightly[:, -1], wrongly[:, -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        below = (with_label * (negatives[:, None] - wrongly + without / 2)).sum(1)
        auc = below / (positives * negatives)
        precision = np.where(rightly > 0, rightly / (rightly + wrongly), 0.0)
        average = (with_label * precision).sum(1) / positives
    return auc, average


def _resampled(
    drawn: IntArray, added: IntArray, true: NDArray[np.bool_], stated: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Areas of resamples with now and then a document more that has the label and is as improbable as those
    without, and the other way round: else a perfect order, of however few, would be taken for certain."""
    extended_true = np.append(true, [True, False])
    extended = np.append(stated, [stated[~true].mean(), stated[true].mean()])
    return areas(np.concatenate([drawn, added], axis=1), extended_true, extended)


def _interval(value: float, resampled: FloatArray) -> Interval:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.nanquantile(resampled, [tail, 1 - tail])
    return Interval(value, min(value, float(low)), max(value, float(high)))


def _points(x: FloatArray, y: FloatArray) -> Points:
    """A curve in at most `MOST_POINTS` points, both ends among them."""
    kept = np.unique(np.linspace(0, len(x) - 1, min(MOST_POINTS, len(x))).round().astype(int))
    return Points(tuple(x[kept].round(_DIGITS).tolist()), tuple(y[kept].round(_DIGITS).tolist()))
