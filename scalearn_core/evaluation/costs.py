"""What it costs to trust the model, to have a person check everything, or only where the model is unsure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from scalearn_core.errors import ConfigError
from scalearn_core.evaluation.calibration import folds
from scalearn_core.evaluation.intervals import CONFIDENCE, Interval
from scalearn_core.evaluation.metrics import FloatArray, check_classes
from scalearn_core.evaluation.referral import MOST_POINTS
from scalearn_core.evaluation.stored_probabilities import check_probabilities
from scalearn_core.targets import are_multi_label, confidence_in, decide

PER = 1000
"""Documents that all costs are told for."""
DIVISIONS, FOLDS = 8, 10


@dataclass(frozen=True)
class CostAt:
    """What it costs to hand over the documents below a threshold."""

    threshold: float | None
    """Least confidence taken; None: everything goes to a person."""
    handed_over: float
    """Share of the documents."""
    cost: Interval


@dataclass(frozen=True)
class CheapestCost:
    """The best threshold, told as it does on documents held out from the choice."""

    threshold: float | None
    """As above."""
    handed_over: float
    cost: Interval
    apparent: float
    """On the documents it was chosen on."""
    saving: Interval
    """Against the cheaper of the two extremes."""
    against: Literal["automatic", "person"]
    """Which of them that is."""


@dataclass(frozen=True)
class ExpectedCosts:
    """Costs per `per` documents, with 95% intervals."""

    per: int
    automatic: Interval
    """Everything as the model says."""
    person: Interval
    """Everything looked at."""
    by_threshold: tuple[CostAt, ...]
    best: CheapestCost


def same_cost(cost_of_a_mistake: float, n_labels: int, *, multi_label: bool = False) -> FloatArray:
    """Costs where every mistake is as bad as any other, shaped for `expected_costs`."""
    if multi_label:
        return np.full((n_labels, 2), cost_of_a_mistake)
    return cost_of_a_mistake * (1.0 - np.eye(n_labels))


def expected_costs(
    targets: ArrayLike,
    probabilities: ArrayLike,
    costs: ArrayLike,
    cost_of_person: float,
    *,
    seed: int,
    resamples: int = 1000,
    given: ArrayLike | None = None,
) -> ExpectedCosts:
    """Costs per 1,000 documents, as on the test documents, with 95% intervals.

    A document handed to a person costs `cost_of_person` and comes out right. The best threshold is the one that
    costs least on these documents; what it is said to cost, and to save, is measured on documents held out from
    the choice.

    Args:
        targets: true classes (`targets.py`).
        probabilities: `[documents, labels]`.
        costs: of giving a class (columns) to a document of another (rows), `[labels, labels]`, 0 or more, in any
            unit; the diagonal is what a right one costs. Where documents have several labels: of missing a label
            and of giving it wrongly, `[labels, 2]`; a document costs the sum.
        cost_of_person: of one look, in the same unit.
        seed: of the resampling and of the divisions.
        resamples: at least 1.
        given: of several labels, what the model gave each document (`targets.py`); None: all from one half on.

    Raises:
        ConfigError: a cost is negative or no number, or there are not as many as labels.
        DataError: no documents, or no probabilities.
    """
    multi_label = are_multi_label(targets)
    values = check_probabilities(probabilities, multi_label=multi_label)
    n_labels = values.shape[1]
    if given is None or not multi_label:
        given = decide(values, multi_label=multi_label)
    true, predicted = check_classes(targets, given, n_classes=n_labels)
    table = np.asarray(costs, dtype=np.float64)
    if table.shape != (n_labels, 2 if multi_label else n_labels):
        raise ConfigError("evaluation.cost_shape", found=" × ".join(map(str, table.shape)), labels=n_labels)
    lowest = float(min(table.min(), cost_of_person))
    if not (np.isfinite(table).all() and np.isfinite(cost_of_person) and lowest >= 0):
        raise ConfigError("evaluation.cost_negative")
    confidence = confidence_in(values, multi_label=multi_label, given=predicted)  # [documents]
    if multi_label:
        missed, wrongly = true & (1 - predicted), predicted & (1 - true)
        automatic = missed @ table[:, 0] + wrongly @ table[:, 1]
        one_more = np.array([0.0, table.mean()])
    else:
        automatic = table[true, predicted]
        one_more = _one_more(table)
    thresholds = _thresholds(confidence)
    # [documents, thresholds]; the last threshold lets nothing through
    paid = np.where(confidence[:, None] >= thresholds, automatic[:, None], cost_of_person)
    seen = _unseen(one_more, thresholds, cost_of_person)
    intervals = _intervals(paid, seen, seed=seed, resamples=resamples)
    best = int(paid.mean(0).argmin())
    held_out = _held_out(paid, seed=seed)
    reference = 0 if intervals[0].value <= intervals[-1].value else len(thresholds) - 1
    saved, seen_saved = paid[:, reference] - held_out, seen[:, reference] - seen[:, best]
    cost = _over_divisions(held_out, seen[:, best], seed=seed, resamples=resamples)
    saving = _over_divisions(saved, seen_saved, seed=seed, resamples=resamples)
    return ExpectedCosts(
        per=PER,
        automatic=intervals[0],
        person=intervals[-1],
        by_threshold=tuple(
            CostAt(_finite(threshold), float((confidence < threshold).mean()), interval)
            for threshold, interval in zip(thresholds, intervals, strict=True)
        ),
        best=CheapestCost(
            threshold=_finite(thresholds[best]),
            handed_over=float((confidence < thresholds[best]).mean()),
            cost=cost,
            apparent=intervals[best].value,
            saving=saving,
            against="automatic" if reference == 0 else "person",
        ),
    )


def _finite(threshold: float) -> float | None:
    return None if np.isinf(threshold) else float(threshold)


def _thresholds(confidence: FloatArray) -> FloatArray:
    """Least confidences taken, from all documents to none (infinite), `[thresholds]`."""
    distinct = np.unique(confidence)
    chosen = np.linspace(0, len(distinct) - 1, min(MOST_POINTS, len(distinct))).round().astype(int)
    return np.append(distinct[np.unique(chosen)], np.inf)


def _one_more(table: FloatArray) -> FloatArray:
    """What one more right and one more wrong document would cost, taken as they come, `[2]`."""
    off = ~np.eye(len(table), dtype=bool)
    return np.array([table.diagonal().mean(), table[off].mean() if off.any() else 0.0])


def _unseen(one_more: FloatArray, thresholds: FloatArray, cost_of_person: float) -> FloatArray:
    """The same at each threshold, `[2, thresholds]` (see `smoothing.py`)."""
    return np.where(np.isinf(thresholds), cost_of_person, one_more[:, None])


def _intervals(paid: FloatArray, unseen: FloatArray, *, seed: int, resamples: int) -> list[Interval]:
    """Mean of each column per `PER` documents, drawn from the documents and half of each unseen one."""
    weights = _weights(len(paid), np.random.default_rng(seed), resamples)
    means = PER * (weights @ np.concatenate([paid, unseen]))  # [resamples, columns]
    return [_interval(PER * float(column.mean()), drawn) for column, drawn in zip(paid.T, means.T, strict=True)]


def _over_divisions(costs: FloatArray, unseen: FloatArray, *, seed: int, resamples: int) -> Interval:
    """The same for one cost, told as it came out in several divisions: `[divisions, documents]`, unseen `[2]`.

    Each resample takes one division, so that the interval holds the luck of the threshold beside that of the
    documents.
    """
    generator = np.random.default_rng(seed)
    weights = _weights(costs.shape[1], generator, resamples)
    whole = np.concatenate([costs, np.tile(unseen, (len(costs), 1))], axis=1)
    drawn = whole[generator.integers(0, len(costs), resamples)]  # [resamples, documents + 2]
    return _interval(PER * float(costs.mean()), PER * (weights * drawn).sum(1))


def _weights(n: int, generator: np.random.Generator, resamples: int) -> FloatArray:
    """Of `n` documents and half of each of two unseen ones, `[resamples, n + 2]`, each row summing to 1."""
    expected = np.append(np.ones(n), [0.5, 0.5])
    counts = generator.poisson(expected, (resamples, n + 2)).astype(np.float64)
    return np.asarray(counts / np.maximum(1.0, counts.sum(1, keepdims=True)))


def _interval(value: float, drawn: FloatArray) -> Interval:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(value, min(value, float(low)), max(value, float(high)))


def _held_out(paid: FloatArray, *, seed: int) -> FloatArray:
    """Cost of each document at the threshold that costs least on the others, `[divisions, documents]`."""
    n, costs = len(paid), np.zeros((DIVISIONS, len(paid)))
    total = paid.sum(0)
    for division in range(DIVISIONS):
        for part in folds(n, FOLDS, seed=seed + division):
            costs[division, part] = paid[part, (total - paid[part].sum(0)).argmin()]
    return costs
