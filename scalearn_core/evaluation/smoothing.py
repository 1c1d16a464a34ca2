"""Smoothing: outcomes that a resample may draw although the documents did not show them.

A bootstrap draws only what was seen: where few documents are wrong it knows few ways to be wrong, and its interval
is too narrow (with 50 documents and a score of 95 the paired one held the truth 88 times in 100). So resamples
are drawn from shares with a little of outcomes nobody saw, as Agresti and Coull (1998) and, for pairs, Agresti
and Min (2005) do for shares of a whole: values stay those of the documents, intervals get a little wider, and a
class without a mistake gets an interval at all. How often the intervals then hold the truth is tested
(`tests/core/evaluation/test_coverage.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from scalearn_core.evaluation.metrics import FloatArray, IntArray
from scalearn_core.targets import are_multi_label

Smoothed = tuple[list[IntArray], IntArray, FloatArray]
"""Columns of cells; their counts, `[cells]`; the shares to draw from, `[cells]`."""
OF_EACH_CLASS = 0.2
"""Documents added to each class that has any, rightly classified, and as many wrongly."""
OF_NEVER_GIVEN = 0.2
"""Share of that for a class that was given to no document: it may be one that the model never gives."""
OF_EACH_LABEL = 0.5
"""Documents with the label that are added where documents have several; see `smooth_labels`."""
OF_EACH_ORDER = 0.5
"""Documents added in all that one model has right and the other wrong, and as many the other way round; they fall
to the classes as the documents do."""


def smooth_classes(true: IntArray, predicted: IntArray, counts: IntArray, n_classes: int) -> Smoothed:
    """Cells of (true, predicted) with `OF_EACH_CLASS` added.

    What a class is mistaken for stays as it was; a class never mistaken is so for the one predicted most. Of
    several labels per document see `smooth_labels`.

    Args:
        true: true classes of each cell (`targets.py`); each cell stands there once.
        predicted: predicted classes of each cell, alike.
        counts: documents per cell, `[cells]`.
        n_classes: number of classes.

    Returns:
        the two columns with the new cells, `[cells]` each; their counts, 0 for new ones; the shares to draw from.
    """
    if are_multi_label(true):
        return smooth_labels(true, predicted, counts, OF_EACH_LABEL)
    added: dict[tuple[int, ...], float] = {}
    often = np.bincount(predicted, weights=counts, minlength=n_classes)
    for label in np.unique(true).tolist() if n_classes > 1 else []:
        added[label, label] = OF_EACH_CLASS * (1.0 if often[label] else OF_NEVER_GIVEN)
        missed = (true == label) & (predicted != label)
        if missed.any():
            share = counts[missed] / counts[missed].sum()
            for wrong, part in zip(predicted[missed].tolist(), share.tolist(), strict=True):
                added[label, wrong] = OF_EACH_CLASS * part
        else:
            added[label, _likeliest_other(often, label)] = OF_EACH_CLASS
    return _with(added, [true, predicted], counts)


def smooth_labels(true: IntArray, predicted: IntArray, counts: IntArray, each: float) -> Smoothed:
    """Cells of label sets with `each` document added for each label that any has, which fares as labels do.

    Most labels have few documents, and a resample of these knows too few ways to fare. What is added has the mean
    recall and precision of the labels that were given to any document, each label counted alike: the recall of all
    documents together is that of the common labels, and rare ones are found less often. One that was given to none
    gets `OF_NEVER_GIVEN` of that, with the mean recall of all labels.
    """
    hits, support, assigned = counts @ (true & predicted), counts @ true, counts @ predicted
    ever = assigned > 0
    of_given, of_all = _mean_rate(hits[ever], support[ever]), _mean_rate(hits, support)
    precision = _mean_rate(hits, assigned)
    none = (0,) * true.shape[1]
    added: dict[tuple[int, ...], float] = {}
    for label in np.flatnonzero(support).tolist():
        part, recall = (each, of_given) if ever[label] else (OF_NEVER_GIVEN * each, of_all)
        alone = (*none[:label], 1, *none[label + 1 :])
        added[alone + alone] = part * recall
        added[alone + none] = part * (1 - recall)
        added[none + alone] = part * recall * (1 - precision) / precision
    return _with(added, [true, predicted], counts)


def _mean_rate(hits: IntArray, among: IntArray) -> float:
    """Mean share of hits over the labels that have any to hit, with half a label of all and half one of none."""
    known = among > 0
    return float(((hits[known] / among[known]).sum() + 0.5) / (known.sum() + 1))


def smooth_pairs(true: IntArray, first: IntArray, second: IntArray, counts: IntArray, n_classes: int) -> Smoothed:
    """Cells of (true, predicted, predicted by the other) with `OF_EACH_ORDER` added; as `smooth_classes`."""
    added: dict[tuple[int, ...], float] = {}
    if are_multi_label(true):
        support, none = counts @ true, np.zeros(n_classes, dtype=np.int64)
        for label in np.flatnonzero(support).tolist():
            alone, part = np.eye(n_classes, dtype=np.int64)[label], OF_EACH_ORDER * support[label] / support.sum()
            added |= {(*alone, *alone, *none): part, (*alone, *none, *alone): part}
        return _with(added, [true, first, second], counts)
    often = np.bincount(first, weights=counts, minlength=n_classes)
    often += np.bincount(second, weights=counts, minlength=n_classes)
    support = np.bincount(true, weights=counts, minlength=n_classes)
    for label in np.flatnonzero(support).tolist() if n_classes > 1 else []:
        wrong = _likeliest_other(often, label)
        added[label, label, wrong] = OF_EACH_ORDER * support[label] / support.sum()
        added[label, wrong, label] = OF_EACH_ORDER * support[label] / support.sum()
    return _with(added, [true, first, second], counts)


def _likeliest_other(often: NDArray[np.float64 | np.int64], label: int) -> int:
    """The class predicted most, apart from `label`."""
    return int(np.where(np.arange(len(often)) == label, -1.0, often).argmax())


def _with(added: Mapping[tuple[int, ...], float], columns: list[IntArray], counts: IntArray) -> Smoothed:
    """Cells with parts of documents added to them, new cells at the end; see `smooth_classes`."""
    rows = np.concatenate([column.reshape(len(counts), -1) for column in columns], axis=1)
    places = {cell: place for place, cell in enumerate(map(tuple, rows.tolist()))}
    new = [cell for cell in added if cell not in places]
    places |= {cell: len(counts) + place for place, cell in enumerate(new)}
    weights = np.concatenate([counts.astype(np.float64), np.zeros(len(new))])
    for cell, part in added.items():
        weights[places[cell]] += part
    extended = np.concatenate([rows, np.array(new, dtype=np.int64).reshape(len(new), rows.shape[1])])
    parted = [
        part.reshape(len(extended), *column.shape[1:])
        for part, column in zip(np.split(extended, len(columns), axis=1), columns, strict=True)
    ]
    whole = np.concatenate([counts, np.zeros(len(new), dtype=np.int64)])
    return parted, whole, weights / weights.sum()
