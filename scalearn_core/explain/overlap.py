"""Do two sources do the same? The similarity of their effects on the documents.

The effect of a source is what it adds to the embeddings of the documents, `E_t - E_plain`, when it acts alone
with its learned scales. Two effects are compared by linear CKA (Kornblith et al. 2019, section 3): 1 where they
set the same documents apart in the same proportions, in whatever direction, which to a linear classifier is the
same; 0 where they have nothing in common. With fewer documents than dimensions the plain estimate is too high for
any two sources, so the unbiased estimate of HSIC is used (Song et al. 2012, equation 5).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

DOCUMENTS = 512
"""At most so many are compared, spread evenly: the cost grows with their square."""
FEWEST = 8
"""Below so many documents there is no telling."""


def overlap(effects: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
    """Similarity of each pair of effects, `[sources, sources]`, 0 to 1; not a number for one without effect.

    Args:
        effects: of each source, `[documents, width]`.
    """
    count = len(effects)
    similar = np.full((count, count), np.nan)
    if not count or len(effects[0]) < FEWEST:
        return similar
    rows = np.linspace(0, len(effects[0]) - 1, min(DOCUMENTS, len(effects[0]))).round().astype(int)
    grams = [_gram(effect[rows]) for effect in effects]
    own = np.array([_hsic(gram, gram) for gram in grams])
    for first in range(count):
        for second in range(first, count):
            size = own[first] * own[second]
            if own[first] > 0 and own[second] > 0 and size > 0:
                shared = _hsic(grams[first], grams[second]) / np.sqrt(size)
                similar[first, second] = similar[second, first] = np.clip(shared, 0.0, 1.0)
    return similar


def alike_together(similar: NDArray[np.float64]) -> list[int]:
    """An order of the sources in which similar ones stand side by side (average linkage)."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    if len(similar) < 3:
        return list(range(len(similar)))
    distance = 1.0 - np.nan_to_num(similar, nan=0.0)
    np.fill_diagonal(distance, 0.0)
    return [int(place) for place in leaves_list(linkage(squareform(distance, checks=False), "average"))]


def _gram(effect: NDArray[np.float32]) -> NDArray[np.float64]:
    """Products of the documents with each other, `[documents, documents]`, the diagonal left out."""
    values = effect.astype(np.float64)
    size = np.linalg.norm(values)
    if size < 1e-6 * np.sqrt(len(values)):  # rounding error of embeddings of length 1
        return np.zeros((len(values), len(values)))
    values /= size
    gram: NDArray[np.float64] = values @ values.T
    np.fill_diagonal(gram, 0.0)
    return gram


def _hsic(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """The unbiased estimate from two matrices of `_gram`, n at least 4."""
    n = len(first)
    sums = first.sum(0), second.sum(0)
    total = float((first * second).sum())
    total += float(sums[0].sum() * sums[1].sum()) / ((n - 1) * (n - 2))
    total -= 2 / (n - 2) * float(sums[0] @ sums[1])
    return total / (n * (n - 3))
