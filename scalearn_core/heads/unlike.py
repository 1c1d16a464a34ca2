"""Which texts are unlike anything a model learned from: too far from its documents, seen inside the encoder.

A document is `x`, the mean of its states before the adapter of one layer (`layer_of`), brought to length 1. How
far it is from the documents learned from is its squared Mahalanobis distance (Lee et al. 2018, arXiv 1807.03888)

    d(x) = (x - μ)ᵀ Σ⁻¹ (x - μ),    Σ = (1 - λ) S + λ tr(S)/w I

with their mean μ and covariance S, of which the `RANK` widest directions are kept and one variance for the rest;
no document itself is kept. A text is unlike them where `d(x)` is above a limit that at most `SHARE` of further
documents of the same kind exceed (split conformal prediction: the ⌈(n + 1)(1 - SHARE)⌉-th smallest of n distances
of documents that μ and S have not seen).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

SHARE = 0.05
"""Of further documents of the same kind, so many are marked at most, on average."""
FEWEST = math.ceil(1 / SHARE) - 1
"""With fewer held-back distances no limit keeps `SHARE`."""
SHRINKAGE = 0.3
"""λ."""
RANK = 128
"""Directions that are kept."""
FOLDS = 5
_SLACK = 64 * 1024
"""Bytes for the names of the tensors."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Unlike:
    """The documents learned from, as far as telling others from them takes."""

    mean: NDArray[np.float32]
    """μ, `[width]`."""
    directions: NDArray[np.float32]
    """The widest of Σ, `[rank, width]`, orthogonal, of length 1."""
    variances: NDArray[np.float32]
    """Of Σ along them, and last in every other direction, `[rank + 1]`."""
    limit: float
    """Distance above which a text is unlike them."""

    def distances(self, states: NDArray[np.float32]) -> Floats:
        """`d(x)`, `[documents]`, of states `[documents, width]` as `ScaLearnModel.look_at` gives them."""
        z = _unit(states) - self.mean
        along = z @ self.directions.T.astype(np.float64)
        rest = np.maximum((z**2).sum(1) - (along**2).sum(1), 0)
        return np.asarray((along**2 / self.variances[:-1]).sum(1) + rest / self.variances[-1], dtype=np.float64)

    def marks(self, states: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which texts are unlike anything learned, `[documents]`."""
        return self.distances(states) > self.limit

    def to_bytes(self) -> bytes:
        """A `.safetensors` file; the same for the same numbers."""
        return save(
            {
                "mean": self.mean, "directions": self.directions, "variances": self.variances,
                "limit": np.array([self.limit], dtype=np.float64),
            }
        )  # fmt: skip


def layer_of(layers: int) -> int:
    """The layer, from 0, before whose adapter documents are looked at: two thirds up an encoder of so many."""
    return max(0, round(2 * layers / 3) - 1)


def read_unlike(file: Path, width: int) -> Unlike | None:
    """What `to_bytes` wrote; None where there is no such file.

    Raises:
        ValueError, SafetensorError: it is none of ours, or of an encoder of another width.
    """
    if not file.is_file():
        return None
    if file.stat().st_size > 4 * (width + 1) * (RANK + 2) + _SLACK:
        raise ValueError(f"{file.name} is larger than what an encoder of width {width} needs")
    tensors = load(file.read_bytes())
    if tensors.keys() != {"mean", "directions", "variances", "limit"}:
        raise ValueError(f"{file.name} does not hold mean, directions, variances and limit")
    mean, directions, variances, limit = (tensors[name] for name in ("mean", "directions", "variances", "limit"))
    rank = len(variances) - 1
    if mean.shape != (width,) or directions.shape != (rank, width) or limit.shape != (1,) or variances.ndim != 1:
        raise ValueError(f"{file.name} is not of an encoder of width {width}")
    if not all(np.isfinite(numbers).all() for numbers in tensors.values()) or not (variances > 0).all():
        raise ValueError(f"{file.name} holds what are no variances")
    return Unlike(mean, directions, variances, float(limit[0]))


class Look(NamedTuple):
    """Documents as one engine sees them."""

    learned: NDArray[np.float32]
    """States of different documents the model learned from, `[documents, width]`."""
    held_back: NDArray[np.float32]
    """Of others of the same kind that it did not learn from, perhaps none."""


def learn_unlike(exact: Look, seed: int, *, rough: Look | None = None) -> Unlike | None:
    """The limit is the largest of all that tell one: of documents learned from, left out in turn, and of those
    held back, each as seen exactly and with 8-bit products, whose error counts where documents are much alike.

    Args:
        seed: of the division into folds.
        rough: the same documents seen with 8-bit products, where there are any.

    Returns:
        None: these documents are too few to tell.
    """
    learned = exact.learned
    if len(learned) < FEWEST:
        return None
    fold = np.random.default_rng(seed).permutation(len(learned)) % FOLDS
    without = [_reference(learned[fold != number]) for number in range(FOLDS)]
    whole = _reference(learned)
    limits = []
    for look in (exact, rough) if rough else (exact,):
        left_out = np.zeros(len(learned))
        for number, reference in enumerate(without):
            left_out[fold == number] = reference.distances(look.learned[fold == number])
        limits += [limit_of(left_out), limit_of(whole.distances(look.held_back))]
    return replace(whole, limit=max(limit for limit in limits if limit is not None))


def limit_of(distances: Floats) -> float | None:
    """What at most `SHARE` of further documents exceed on average; None where these are too few to tell."""
    place = math.ceil((len(distances) + 1) * (1 - SHARE))
    return float(np.sort(distances)[place - 1]) if place <= len(distances) else None


def _reference(states: NDArray[np.float32]) -> Unlike:
    """μ and Σ of some documents, without a limit."""
    x = _unit(states)
    mean = x.mean(0)
    _, spread, directions = np.linalg.svd(x - mean, full_matrices=False)
    width, kept = x.shape[1], min(RANK, len(x) - 1, x.shape[1] - 1)
    variances = spread**2 / len(x)
    even = max(float(variances.sum()) / width, 1e-12)
    rest = float(variances[kept:].sum()) / (width - kept)
    shrunk = (1 - SHRINKAGE) * np.array([*variances[:kept], rest]) + SHRINKAGE * even
    return Unlike(
        mean.astype(np.float32), np.ascontiguousarray(directions[:kept], dtype=np.float32),
        shrunk.astype(np.float32), math.inf,
    )  # fmt: skip


def _unit(states: NDArray[np.float32]) -> Floats:
    """Each row brought to length 1."""
    x = states.astype(np.float64)
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12))
