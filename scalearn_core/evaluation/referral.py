"""Which documents a person should check: the least confident ones are referred, the rest are accepted.

The threshold that looks best on some documents is best there partly by luck. What is told of the rest, "95%
right", is freed of that luck, and how often it then holds on other documents is tested.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalearn_core.config import UNSURE
from scalearn_core.errors import ConfigError
from scalearn_core.evaluation.intervals import Interval, wilson_interval
from scalearn_core.evaluation.metrics import FloatArray, check_classes
from scalearn_core.evaluation.stored_probabilities import check_probabilities
from scalearn_core.targets import are_multi_label, confidence_in, decide, same

MOST_POINTS = 101
"""Thresholds on a curve; with fewer distinct confidences, each of them."""
FEWEST_AUTOMATIC = 10
"""Documents that must be left above a threshold for it to be recommended."""
TARGET = 0.95
"""Share of right answers asked of what nobody checks."""
RISK = 0.05
"""How often what is called assured may be wrong."""


@dataclass(frozen=True)
class HandOver:
    """The smallest share of documents to refer to a person so that the rest reaches an accuracy."""

    target: float
    """Accuracy asked of the rest, from 0 to 1."""
    assured_threshold: float | None
    """Threshold above which the target holds with 95%; None where the documents do not show one."""
    assured_handed_over: float | None
    documents_needed: int
    """Documents above a threshold, all of them right, that it takes at least to show the target."""
    threshold: float | None = None
    """Least confidence taken without a person; None where no threshold reaches the target, or only by luck."""
    handed_over: float | None = None
    """Share of the documents below it."""
    accuracy: Interval | None = None
    """Of the rest, on other documents."""
    apparent: float | None = None
    """Of the rest, on the documents the threshold was chosen on: too good, for comparison only."""


def chosen_of(hand_over: Sequence[HandOver]) -> HandOver | None:
    """The referral for `TARGET`, or for the highest target below it that is reached; None where none is."""
    reached = [each for each in hand_over if each.threshold is not None and each.target <= TARGET]
    return max(reached, key=lambda each: each.target, default=None)


def check_below(hand_over: Sequence[HandOver]) -> float:
    """A model's one limit: the confidence below which a person checks its answer, `UNSURE` where none is shown."""
    chosen = chosen_of(hand_over)
    return UNSURE if chosen is None or chosen.threshold is None else chosen.threshold


@dataclass(frozen=True)
class Covered:
    """What is left above a threshold."""

    threshold: float
    """Least confidence taken."""
    automatic: float
    """Share of the documents."""
    documents: int
    right: int
    accuracy: Interval


def confidences(
    targets: ArrayLike, probabilities: ArrayLike, given: ArrayLike | None = None
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Confidence in what is given (`targets.confidence_in`), and whether all of it is right, `[documents]` each.

    Args:
        given: of several labels, those given (`targets.py`); None: those that reach one half.

    Raises as `check_probabilities`.
    """
    multi_label = are_multi_label(targets)
    values = check_probabilities(probabilities, multi_label=multi_label)
    if given is None or not multi_label:
        given = decide(values, multi_label=multi_label)
    true, predicted = check_classes(targets, given, n_classes=values.shape[1])
    return confidence_in(values, multi_label=multi_label, given=predicted), same(true, predicted)


def coverage_curve(confidence: FloatArray, right: NDArray[np.bool_]) -> tuple[Covered, ...]:
    """For thresholds from "all automatic" to "hardly any": how many are left, and how many of them are right."""
    thresholds, documents, hits = _cumulated(confidence, right)
    chosen = np.unique(np.linspace(0, len(thresholds) - 1, min(MOST_POINTS, len(thresholds))).round().astype(int))
    return tuple(
        Covered(
            threshold=float(thresholds[place]),
            automatic=float(documents[place] / len(right)),
            documents=int(documents[place]),
            right=int(hits[place]),
            accuracy=wilson_interval(int(hits[place]), int(documents[place])),
        )
        for place in chosen[::-1].tolist()
    )


def threshold_for(
    target: float,
    targets: ArrayLike,
    probabilities: ArrayLike,
    *,
    seed: int,
    resamples: int = 100,
    given: ArrayLike | None = None,
) -> HandOver:
    """The smallest referral with which the rest is right at least `target` of the time.

    `threshold` is the one that reaches the target on these documents. Its `accuracy` is that on these documents
    less what choosing adds: on resamples a threshold is chosen in the same way, and what it reaches there and here
    is compared (optimism, Efron and Tibshirani 1993, chapter 17). `assured_threshold` is found by testing
    thresholds one after the other, from the surest documents on, and stopping at the first that does not hold with
    95% (fixed-sequence testing: Angelopoulos et al. 2021, Learn then Test): in at most one case in 20 the rest is
    right less often than the target.

    Args:
        target: accuracy of the rest, above 0 and below 1.
        targets: true classes (`targets.py`).
        probabilities: `[documents, labels]`.
        seed: of the resampling.
        resamples: for the optimism.
        given: as for `confidences`.

    Raises:
        ConfigError: the target is not between 0 and 1.
        DataError: no documents, or no probabilities.
    """
    if not 0.0 < target < 1.0:
        raise ConfigError("evaluation.no_target", found=target)
    confidence, right = confidences(targets, probabilities, given)
    assured = _assured(confidence, right, target)
    hand_over = HandOver(
        target=target,
        assured_threshold=assured,
        assured_handed_over=None if assured is None else float((confidence < assured).mean()),
        documents_needed=_needed(target),
    )
    chosen = _least(confidence, right, target)
    if chosen is None:
        return hand_over
    accepted = confidence >= chosen
    apparent, n = float(right[accepted].mean()), int(accepted.sum())
    optimism = _optimism(confidence, right, target, np.random.default_rng(seed), resamples)
    accuracy = wilson_interval(n * min(1.0, max(0.0, apparent - optimism)), n)
    if not accepted.all() and accuracy.value <= right.mean():  # on other documents it would be for nothing
        return hand_over
    return replace(
        hand_over, threshold=chosen, handed_over=float((~accepted).mean()), accuracy=accuracy, apparent=apparent
    )


def _optimism(
    confidence: FloatArray, right: NDArray[np.bool_], target: float, generator: np.random.Generator, resamples: int
) -> float:
    """How much more of the rest is right on documents that chose the threshold than on others, on average."""
    more = []
    for _ in range(resamples):
        drawn = generator.integers(0, len(right), len(right))
        threshold = _least(confidence[drawn], right[drawn], target)
        if threshold is not None:
            here = right[confidence >= threshold].mean()
            more.append(float(right[drawn][confidence[drawn] >= threshold].mean() - here))
    return sum(more) / len(more) if more else 0.0


def _cumulated(
    confidence: FloatArray, right: NDArray[np.bool_]
) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
    """Distinct confidences, surest first; at each how many documents reach it, and how many of those are right."""
    order = np.argsort(-confidence, kind="stable")
    sorted_confidence, hits = confidence[order], np.cumsum(right[order])
    last = np.flatnonzero(np.append(np.diff(sorted_confidence) != 0, True))
    return sorted_confidence[last], (last + 1).astype(np.int64), hits[last].astype(np.int64)


def _least(confidence: FloatArray, right: NDArray[np.bool_], target: float) -> float | None:
    """The lowest threshold above which the share that is right reaches the target; None where none does."""
    thresholds, documents, hits = _cumulated(confidence, right)
    good = (hits / documents >= target) & (documents >= min(FEWEST_AUTOMATIC, len(right)))
    return float(thresholds[np.flatnonzero(good)[-1]]) if good.any() else None


def _assured(confidence: FloatArray, right: NDArray[np.bool_], target: float) -> float | None:
    """The last threshold before the first that fails its test, from the surest documents on."""
    from scipy.stats import binom

    thresholds, documents, hits = _cumulated(confidence, right)
    tested = np.flatnonzero(documents >= _needed(target))
    if not len(tested):
        return None
    # How likely so many right ones are if the share is just below the target.
    luck = binom.sf(hits[tested] - 1, documents[tested], target)
    failed = np.flatnonzero(luck > RISK)
    passed = len(tested) if not len(failed) else int(failed[0])
    return float(thresholds[tested[passed - 1]]) if passed else None


def _needed(target: float) -> int:
    """Documents, all of them right, that it takes to show the target: target^n is then at most `RISK`."""
    return math.ceil(math.log(RISK) / math.log(target))
