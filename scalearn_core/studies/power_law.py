"""The curve of a score against the number of labels: score = a - b n^-c.

An inverse power law, as in Figueroa et al. (2012, BMC Medical Informatics 12:8) and for most curves surveyed by
Viering and Loog (2023, IEEE TPAMI 45): a is where it levels off, b and c how it gets there. For a given c the best
a and b are a regression, so only c is searched for (Golub and Pereyra 1973); it is bounded, and a is at most 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

EXPONENTS = np.geomspace(0.1, 2.0, 40)
"""Tried for c. Below, the curve would hardly level off; above, it is level after the smallest size."""


@dataclass(frozen=True)
class PowerLaw:
    """One curve, or several of the same points resampled: the arrays are `[curves]`."""

    a: FloatArray
    """Score with any number of labels, at most 1."""
    b: FloatArray
    """At least 0: more labels never lower the curve."""
    c: FloatArray
    """One of `EXPONENTS`."""

    def at(self, documents: ArrayLike) -> FloatArray:
        """Scores `[curves, sizes]` with so many labels, `[sizes]`."""
        sizes = np.asarray(documents, dtype=np.float64)
        return self.a[:, None] - self.b[:, None] * sizes ** -self.c[:, None]


def fit_power_law(documents: ArrayLike, scores: FloatArray) -> PowerLaw:
    """Least squares over points; all curves have the same sizes.

    Args:
        documents: labels learned from, `[points]`, of at least two sizes.
        scores: 0 to 1, `[curves, points]`.
    """
    sizes = np.asarray(documents, dtype=np.float64)
    best: FloatArray = np.full(len(scores), np.inf)
    a, b, c = (np.zeros(len(scores)) for _ in range(3))
    mean = scores.mean(axis=1)
    for exponent in EXPONENTS:
        x = sizes**-exponent
        moved = x - x.mean()
        slope = np.maximum(0.0, -(scores @ moved) / (moved @ moved))
        level = mean + slope * x.mean()
        above = level > 1
        slope = np.where(above, ((1 - scores) @ x) / (x @ x), slope)
        level = np.where(above, 1.0, level)
        errors = ((scores - level[:, None] + slope[:, None] * x) ** 2).sum(axis=1)
        better = errors < best
        best = np.where(better, errors, best)
        a, b, c = (
            np.where(better, new, old) for new, old in ((level, a), (slope, b), (np.full(len(a), exponent), c))
        )
    return PowerLaw(a, b, c)
