"""Sets of labels that hold the true one nine times in ten (Vovk et al. 2005; Sadinle et al. 2019).

The model is fixed and knows none of the test documents, so one quantile of how improbable the true label is makes
sets that hold it with the level asked, whatever the model is like.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scalearn_core.evaluation.calibration import folds
from scalearn_core.evaluation.intervals import Interval, wilson_interval
from scalearn_core.evaluation.metrics import FloatArray, IntArray

LEVEL = 0.9
FOLDS = 10


@dataclass(frozen=True)
class LabelSets:
    """Size and measured coverage of the sets."""

    level: float
    least_probability: float
    """Of all documents, for new ones."""
    mean_size: float
    coverage: Interval
    sizes: tuple[int, ...]
    """Documents by number of labels in their set, from 0 labels on."""


def least_probability(probabilities: FloatArray, targets: IntArray, level: float = LEVEL) -> float:
    """Labels at least this probable make the set; 0 (all labels) where the documents are too few for the level.

    Args:
        probabilities: `[documents, labels]`.
        targets: true classes, `[documents]`.
        level: share of new documents whose true label the set is to hold.
    """
    chosen = np.sort(probabilities[np.arange(len(targets)), targets])[::-1]
    place = math.ceil((len(chosen) + 1) * level)
    return float(chosen[place - 1]) if place <= len(chosen) else 0.0


def conformal_sets(probabilities: FloatArray, targets: IntArray, *, seed: int) -> LabelSets:
    """Size and measured coverage of the sets, each document's made from the other nine tenths."""
    n, n_labels = probabilities.shape
    held = np.zeros((n, n_labels), dtype=bool)
    for part in folds(n, FOLDS, seed=seed):
        others = np.setdiff1d(np.arange(n), part)
        held[part] = probabilities[part] >= least_probability(probabilities[others], targets[others])
    sizes = held.sum(1)
    return LabelSets(
        level=LEVEL,
        least_probability=least_probability(probabilities, targets),
        mean_size=float(sizes.mean()),
        coverage=wilson_interval(int(held[np.arange(n), targets].sum()), n),
        sizes=tuple(np.bincount(sizes, minlength=n_labels + 1).tolist()),
    )
