"""Single-label and multi-label targets: the shapes of targets and predictions, and where the two differ.

- One label: class numbers, int64 `[documents]`; probabilities of a document add up to 1 and the likeliest label
  is given.
- Several: 1 where a document has the label and 0 elsewhere, int64 `[documents, labels]`; each label has a
  probability of its own, and all that reach their limit are given, which may be none (as in the paper's HumSet):
  `THRESHOLD`, or one per label (`heads/thresholds.py`).

The number of axes tells which it is, so a function that takes targets takes either and asks here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalearn_core.errors import ModelError

Targets = NDArray[np.int64]
THRESHOLD = 0.5


def are_multi_label(targets: ArrayLike) -> bool:
    """Whether these targets, or predictions, hold any number of labels per document."""
    return np.ndim(targets) == 2


def decide(probabilities: ArrayLike, *, multi_label: bool, thresholds: ArrayLike | None = None) -> Targets:
    """The labels given to documents with probabilities `[documents, labels]`.

    Args:
        thresholds: of several labels, the least probability of each, `[labels]`; None: one half.

    Raises:
        ModelError: a probability is no number, of which none is the largest.
    """
    values = np.asarray(probabilities)
    if broken := int((~np.isfinite(values)).any(-1).sum()):
        raise ModelError("model.no_number", count=broken, documents=len(values))
    if multi_label:
        return (values >= (THRESHOLD if thresholds is None else np.asarray(thresholds))).astype(np.int64)
    return values.argmax(1).astype(np.int64) if len(values) else np.zeros(0, dtype=np.int64)


def indicators(targets: Targets, n_labels: int) -> NDArray[np.bool_]:
    """Which labels each document has, `[documents, labels]`."""
    return targets.astype(np.bool_) if are_multi_label(targets) else np.arange(n_labels) == targets[:, None]


def same(first: Targets, second: Targets) -> NDArray[np.bool_]:
    """Of each document whether both hold the same labels, all of them, `[documents]`."""
    equal = first == second
    return np.asarray(equal.all(1) if are_multi_label(first) else equal)


def confidence_in(
    probabilities: ArrayLike, *, multi_label: bool, given: Targets | None = None
) -> NDArray[np.float64]:
    """How sure a model is that what it gives a document is right, `[documents]`.

    Of one label its probability. Of several the probability that all yes and no are right at once, were they
    independent: the product over the labels of p or, where the label is not given, 1 - p.

    Args:
        given: of several labels, those given, `[documents, labels]`; None: those that reach one half.
    """
    values = np.asarray(probabilities, dtype=np.float64)
    if multi_label:
        yes = values >= THRESHOLD if given is None else given == 1
        return np.asarray(np.where(yes, values, 1.0 - values).prod(1))
    return values.max(1) if len(values) else np.zeros(0)


def names_of(targets: Targets, labels: Sequence[str], separator: str | None) -> list[str]:
    """Each document's labels as text: several joined by `separator`, none as an empty text."""
    if separator is None:
        return [labels[number] for number in targets]
    return [separator.join(labels[place] for place in np.flatnonzero(row).tolist()) for row in targets]


def counts_of(targets: Targets, n_labels: int) -> NDArray[np.int64]:
    """Documents with each label, `[labels]`."""
    return np.asarray(indicators(targets, n_labels).sum(0), dtype=np.int64)


def in_turns(targets: Targets, most: int, generator: np.random.Generator) -> Targets:
    """Numbers of at most so many documents, one of each label after the other as long as it has any left.

    A document of several labels counts for all of them; those without a label come last.
    """
    has = indicators(targets, int(targets.max(initial=0)) + 1)
    waiting = [generator.permutation(np.flatnonzero(column)).tolist() for column in has.T]
    counts, used = np.zeros(has.shape[1], dtype=np.int64), np.zeros(len(targets), dtype=np.bool_)
    order: list[int] = []
    while len(order) < most:
        for rows in waiting:
            while rows and used[rows[-1]]:
                rows.pop()
        calling = [label for label, rows in enumerate(waiting) if rows]
        if not calling:
            break
        row = waiting[min(calling, key=lambda label: (counts[label], label))].pop()
        used[row] = True
        counts += has[row]
        order.append(row)
    order += generator.permutation(np.flatnonzero(~used)).tolist()
    return np.array(order[:most], dtype=np.int64)
