"""When a document may leave early: small models of the large one's answer, and a level that keeps a promise.

On the way through the encoder a document passes exits: its word vectors alone, then the states after a part of
the layers, each averaged over its tokens. At each exit a ridge regression, learned from some documents that went
all the way, estimates the logits the model will give. The last exit but one is the model itself with 8-bit
products, the last the model as it was trained. At every exit one rule holds: **leave where `margin >= level *
spread`**, with `margin` the distance of the estimated logits to another answer, and `spread` the root mean
square error of that margin at this exit. So one number, `level`, is all there is to choose.

It is chosen on other documents, drawn at random from those to be classified, whose true answers are computed:
from a high level downwards, as long as an exact binomial test rejects "more than `ALLOWED` of the documents
would get another answer" (fixed-sequence testing, as in Angelopoulos et al. 2021, "Learn then Test"). The order
of the levels is fixed before, so the chance that the promise is broken is at most `RISK`, whatever the documents
are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalearn_core.targets import THRESHOLD, Targets, indicators

ALLOWED = 0.005
"""Share of the documents that may get another answer than from the model as it was trained."""
RISK = 0.05
"""The chance that more do."""
LEVELS: tuple[float, ...] = tuple(np.arange(6.0, 0.45, -0.1).round(2).tolist())
"""From everything by the model itself downwards; the last lets documents leave at half a spread."""
PENALTIES = (30.0, 100.0, 300.0, 1000.0)
"""Of the ridge regression, on columns of unit variance."""
TEMPERATURES = np.exp(np.linspace(-1, 1, 21))
FOLDS = 5
_LEAST = 1e-7
"""Probabilities are kept so far from 0 and 1."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """What is decided: which label, or which labels from which probability on."""

    multi_label: bool
    thresholds: Floats | None = None
    """Of several labels the least probability of each, `[labels]`; None: one half."""

    def logits(self, probabilities: NDArray[np.float32]) -> Floats:
        """`[documents, labels]`; of several labels with their threshold at 0, else with mean 0."""
        p = np.clip(probabilities.astype(np.float64), _LEAST, 1 - _LEAST)
        if not self.multi_label:
            logs = np.log(p)
            return np.asarray(logs - logs.mean(1, keepdims=True))
        return np.asarray(np.log(p / (1 - p)) - self._at_threshold(p.shape[1]))

    def probabilities(self, logits: Floats) -> NDArray[np.float32]:
        """The reverse of `logits`."""
        if self.multi_label:
            shifted = logits + self._at_threshold(logits.shape[1])
            return np.asarray(1 / (1 + np.exp(-shifted)), dtype=np.float32)
        raised = np.exp(logits - logits.max(1, keepdims=True))
        return np.asarray(raised / raised.sum(1, keepdims=True), dtype=np.float32)

    def given(self, logits: Floats) -> Targets:
        """The label, or the labels, that such logits give (`targets.py`)."""
        return (logits >= 0).astype(np.int64) if self.multi_label else logits.argmax(1).astype(np.int64)

    def margin(self, logits: Floats, given: Targets) -> Floats:
        """How far logits are from another answer than `given`, `[documents]`; below 0 where they give another."""
        has = indicators(given, logits.shape[1])
        if self.multi_label:
            return np.asarray(np.where(has, logits, -logits).min(1))
        others = np.where(has, -np.inf, logits).max(1)
        return np.asarray(logits[has] - others)

    def spread(self, estimated: Floats, true: Floats) -> float:
        """Root mean square error of the margin of `estimated` logits, above 0."""
        given = self.given(estimated)
        error = self.margin(estimated, given) - self.margin(true, given)
        return max(float(np.sqrt((error**2).mean())), 1e-9)

    def _at_threshold(self, labels: int) -> Floats:
        limits = np.full(labels, THRESHOLD) if self.thresholds is None else np.asarray(self.thresholds)
        limits = np.clip(limits, _LEAST, 1 - _LEAST)
        return np.asarray(np.log(limits / (1 - limits)))


@dataclass(frozen=True)
class Exit:
    """An estimate of the model's logits from averaged states."""

    centre: Floats
    """Of the states, `[width]`."""
    weights: Floats
    """`[width, labels]`."""
    bias: Floats
    """`[labels]`."""
    spread: float
    """Of its margin, on documents it was not learned from."""

    def logits(self, states: NDArray[np.float32]) -> Floats:
        """`[documents, width]` -> `[documents, labels]`."""
        return np.asarray((states - self.centre) @ self.weights + self.bias)


def learn_exit(states: NDArray[np.float32], logits: Floats, question: Question) -> Exit:
    """Ridge regression of `logits` `[documents, labels]` on `states` `[documents, width]`.

    Penalty, temperature and spread are those of documents left out in turn.
    """
    x = states.astype(np.float64)
    fold = np.arange(len(x)) % FOLDS
    left_out = {penalty: np.zeros_like(logits) for penalty in PENALTIES}
    for number in range(FOLDS):
        learned = _ridges(x[fold != number], logits[fold != number])
        for penalty, (centre, weights, bias) in zip(PENALTIES, learned, strict=True):
            left_out[penalty][fold == number] = (x[fold == number] - centre) @ weights + bias
    penalty = min(PENALTIES, key=lambda penalty: float(((left_out[penalty] - logits) ** 2).sum()))
    estimated = left_out[penalty]
    true = question.probabilities(logits)
    temperature = min(TEMPERATURES, key=lambda t: _cross_entropy(true, question.probabilities(estimated / t)))
    centre, weights, bias = _ridges(x, logits)[PENALTIES.index(penalty)]
    spread = question.spread(estimated / temperature, logits)
    return Exit(centre, weights / temperature, bias / temperature, spread)


def _ridges(x: Floats, y: Floats) -> list[tuple[Floats, Floats, Floats]]:
    """Centre, weights and bias for each penalty in turn."""
    centre, deviation, bias = x.mean(0), x.std(0) + 1e-6, y.mean(0)
    scaled = (x - centre) / deviation
    products, target = scaled.T @ scaled, scaled.T @ (y - bias)
    each = [np.linalg.solve(products + penalty * np.eye(len(products)), target) for penalty in PENALTIES]
    return [(centre, weights / deviation[:, None], bias) for weights in each]


def _cross_entropy(true: NDArray[np.float32], estimated: NDArray[np.float32]) -> float:
    p = np.clip(estimated, _LEAST, 1 - _LEAST)
    return -float((true * np.log(p) + (1 - true) * np.log(1 - p)).sum())


def first_exit(sureness: Floats, level: float) -> NDArray[np.int64]:
    """Where each document leaves, `[documents]`; one more than there are exits: at the end.

    Args:
        sureness: `margin / spread`, `[exits, documents]`.
    """
    leaves = np.vstack([sureness >= level, np.ones(sureness.shape[1], dtype=np.bool_)])
    return np.asarray(leaves.argmax(0), dtype=np.int64)


def choose_level(sureness: Floats, same: NDArray[np.bool_]) -> float:
    """The lowest level that keeps the promise; infinite where these documents are too few to show it of any.

    Args:
        sureness: `margin / spread`, `[exits, documents]`.
        same: whether the answer at each exit is that of the model as it was trained, alike.
    """
    chosen = math.inf
    for level in LEVELS:
        if at_most(others(sureness, same, level), same.shape[1]) > RISK:
            break
        chosen = level
    return chosen


def others(sureness: Floats, same: NDArray[np.bool_], level: float) -> int:
    """How many of these documents get another answer at a level."""
    every = np.vstack([same, np.ones(same.shape[1], dtype=np.bool_)])
    return int((~every[first_exit(sureness, level), np.arange(same.shape[1])]).sum())


def at_most(count: int, documents: int, share: float = ALLOWED) -> float:
    """The chance of at most `count` of `documents` where each is one with probability `share` (binomial)."""
    logs = (
        math.lgamma(documents + 1) - math.lgamma(k + 1) - math.lgamma(documents - k + 1)
        + k * math.log(share) + (documents - k) * math.log(1 - share)
        for k in range(min(count, documents) + 1)
    )  # fmt: skip
    return min(1.0, math.fsum(map(math.exp, logs)))


def mean_states(table: NDArray[np.float32], documents: Sequence[NDArray[np.int32]]) -> NDArray[np.float32]:
    """The mean of each document's rows of `table`, `[documents, width]`."""
    starts = np.cumsum([0, *(len(ids) for ids in documents[:-1])])
    sums = np.add.reduceat(table[np.concatenate(documents)], starts, axis=0)
    lengths = np.array([len(ids) for ids in documents], dtype=np.float32)
    return np.asarray(sums / lengths[:, None], dtype=np.float32)
