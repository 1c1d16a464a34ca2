"""What some more labels would bring, told from those there are.

The labelled documents are divided into folds. In each, a model learns from parts of the other folds, smaller and
larger, and answers the fold's documents that were drawn at random; what these parts score forms a curve, which is
extended by the usual law (`studies/power_law.py`). Its interval comes from fitting the law to resampled documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalearn_core.evaluation.intervals import Interval
from scalearn_core.review.proposals import live_head
from scalearn_core.review.session import FOLDS, answers
from scalearn_core.review.standing import Standing
from scalearn_core.studies.power_law import fit_power_law

MORE = 20
FEWEST_RANDOM = 15
"""Documents drawn at random below which nothing is said."""
PARTS = (0.4, 0.55, 0.75, 1.0)
"""Of the labels outside a fold."""
REPEATS = 2
CURVES = 300
WIDEST = 0.4
"""An interval wider than this says nothing."""


@dataclass(frozen=True)
class Outlook:
    """How often the model in the background should be right with `more` labels more."""

    more: int
    right: Interval
    gain: Interval
    """Against the same curve now."""


def outlook(
    embeddings: NDArray[np.float32],
    now: Standing,
    categories: Sequence[str],
    separator: str | None,
    *,
    more: int = MORE,
    seed: int = 0,
) -> Outlook | None:
    """With `more` labels more, chosen as those so far; None where that cannot be told yet.

    It cannot with fewer labels than `more`, as a curve is not extended beyond twice its length, with too few drawn
    at random, or where the interval is too wide to say anything.
    """
    places, targets = answers(now, categories, separator)
    labelled = now.labelled
    judged = np.flatnonzero([labelled[place].why == "random" for place in places])
    if len(places) < more or len(judged) < FEWEST_RANDOM:
        return None
    vectors, rng = embeddings[places], np.random.default_rng(seed)
    right = np.zeros((REPEATS, len(PARTS), len(judged)))  # of each document, with each part
    sizes = np.zeros(len(PARTS))
    for repeat in range(REPEATS):
        folds = rng.permutation(len(places)) % FOLDS
        for fold in range(FOLDS):
            others = rng.permutation(np.flatnonzero(folds != fold))
            asked = np.flatnonzero(folds[judged] == fold)
            for number, part in enumerate(PARTS):
                learned = others[: round(part * len(others))]
                sizes[number] += len(learned) / (REPEATS * FOLDS)
                head = live_head(vectors[learned], targets[learned], len(categories)) if len(asked) else None
                if head is not None:
                    equal = head.predict(vectors[judged[asked]]) == targets[judged[asked]]
                    right[repeat, number, asked] = equal if equal.ndim == 1 else equal.all(1)
    each = right.mean(0)  # [parts, judged]
    drawn = rng.integers(len(judged), size=(CURVES, len(judged)))
    scores = np.concatenate([each.mean(1)[None], each[:, drawn].mean(-1).T])  # the first is of all documents
    reached = fit_power_law(sizes, scores).at([len(places), len(places) + more])
    later, gain = reached[:, 1], reached[:, 1] - reached[:, 0]
    found = Outlook(more, _interval(later), _interval(gain))
    return None if found.right.high - found.right.low > WIDEST else found


def _interval(values: NDArray[np.float64]) -> Interval:
    low, high = np.clip(np.quantile(values[1:], (0.025, 0.975)), -1, 1).tolist()
    return Interval(float(values[0]), low, high)
