"""What share of a pile has each category: from few labels drawn at random, and the model's answers for all.

Counting the model's answers is biased by its mistakes, and counting the labels alone is wide. Both together: the
pile is divided into what the model gave the category and what it did not, the share is estimated within each from
the labels that fell there, and put together by the sizes W, which are known of the whole pile:

    share = Σ_h W_h p_h,    p_h = (k_h + ½) / (n_h + 1)

(post-stratification, the prediction-powered estimate with a factor of its own for each answer). The 95% interval
joins those of the parts (Jeffreys) by MOVER (Zou and Donner 2008), and is narrower as the labels are a larger
part of
the pile:

    low = share - √(f Σ W_h² (p_h - l_h)²),    high = share + √(f Σ W_h² (u_h - p_h)²),    f = 1 - n/N

Where the model is right in all labels that were drawn, a normal interval has no width at all; this one has.
`python -m benchmarks.shares` says how often it holds the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95


@dataclass(frozen=True)
class Share:
    """How much of the pile one category has, 0 to 1."""

    label: str
    share: float
    low: float | None
    """Of the 95% interval; None, as `high`, where no document has a label: then nothing checks the model."""
    high: float | None
    counted: float
    """The share of documents to which the model gives it."""
    alone: float | None
    """From the labels alone, as `alone_low` and `alone_high`; None where there are none."""
    alone_low: float | None
    alone_high: float | None


def shares_of(
    labels: Sequence[str], given: NDArray[np.bool_], labelled: NDArray[np.bool_], has: NDArray[np.bool_]
) -> tuple[Share, ...]:
    """The share of each category.

    Args:
        labels: the categories.
        given: what the model gives to all documents, `[documents, labels]`.
        labelled: which documents have a label, drawn at random from all, `[documents]`.
        has: what these have, `[labelled documents, labels]`.
    """
    n, documents = int(labelled.sum()), len(labelled)
    counted = given.mean(0)
    if n == 0:
        return tuple(
            Share(label, float(share), None, None, float(share), None, None, None)
            for label, share in zip(labels, counted, strict=True)
        )
    found = []
    rest = 1 - n / documents
    for number, label in enumerate(labels):
        parts = [given[:, number] == answer for answer in (True, False)]
        share, low, high = _joined(parts, labelled, has[:, number], rest)
        alone = _joined([np.ones(documents, dtype=np.bool_)], labelled, has[:, number], rest)
        found.append(Share(label, share, low, high, float(counted[number]), *alone))
    return tuple(found)


def _joined(
    parts: Sequence[NDArray[np.bool_]], labelled: NDArray[np.bool_], has: NDArray[np.bool_], rest: float
) -> tuple[float, float, float]:
    """Share, low and high of one category from the parts of the pile."""
    share = below = above = 0.0
    for part in parts:
        weight = float(part.mean())
        if weight == 0:
            continue
        within = part[labelled]
        p, low, high = _jeffreys(int(has[within].sum()), int(within.sum()))
        share += weight * p
        below += (weight * (p - low)) ** 2
        above += (weight * (high - p)) ** 2
    if rest == 0:  # every document has a label: nothing is left to estimate
        exact = float(has.mean())
        return exact, exact, exact
    low, high = share - (rest * below) ** 0.5, share + (rest * above) ** 0.5
    known = float(has.sum()) / len(labelled)  # those who have it and those who have not are there in any case
    known_not = float((~has).sum()) / len(labelled)
    return min(max(share, known), 1 - known_not), max(low, known), min(high, 1 - known_not)


def _jeffreys(hits: int, n: int) -> tuple[float, float, float]:
    """Share with its 95% interval (Brown, Cai and DasGupta 2001); from nothing to all where there is no
    document."""
    from scipy.stats import beta

    if n == 0:
        return 0.5, 0.0, 1.0
    tail, a, b = (1 - LEVEL) / 2, hits + 0.5, n - hits + 0.5
    low = float(beta.ppf(tail, a, b)) if hits else 0.0
    high = float(beta.ppf(1 - tail, a, b)) if hits < n else 1.0
    return a / (a + b), low, high
