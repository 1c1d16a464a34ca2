"""Permutation tests of days: documents of one day are alike, so single documents are not what chance divides."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalearn_core.records.watch import DriftTest

PERMUTATIONS = 999
ALARM = 0.01
"""p at which an alarm is raised."""

Floats = NDArray[np.float64]


def input_drift(embeddings: ArrayLike, groups: ArrayLike, now: ArrayLike, *, seed: int = 0) -> DriftTest:
    """Energy distance between two sets of documents, 2 E|X-Y| - E|X-X'| - E|Y-Y'| (Székely and Rizzo 2013).

    Args:
        embeddings: `[documents, width]`; made unit-length here.
        groups: number of each document's group (a day, a customer), `[documents]`.
        now: whether a document is of the set in question, `[documents]`; all of a group are.
        seed: of the permutations.
    """
    vectors = np.asarray(embeddings, dtype=np.float64)
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    squared = np.maximum(0.0, 2.0 - 2.0 * vectors @ vectors.T)
    number, members, is_now = _grouped(groups, now)
    sums = members @ np.sqrt(squared) @ members.T  # [groups, groups]
    counts = members.sum(1)

    def distance(chosen: Floats) -> Floats:
        """Of divisions `[divisions, groups]`, 1 for now."""
        other = 1.0 - chosen
        n, m = chosen @ counts, other @ counts
        between = np.einsum("dg,gh,dh->d", chosen, sums, other) / (n * m)
        within_now = np.einsum("dg,gh,dh->d", chosen, sums, chosen) / n**2
        within_before = np.einsum("dg,gh,dh->d", other, sums, other) / m**2
        return np.asarray(2 * between - within_now - within_before)

    return _tested(distance, is_now, number, counts, seed)


def category_drift(labels: ArrayLike, groups: ArrayLike, now: ArrayLike, *, seed: int = 0) -> DriftTest:
    """Total variation between the category shares of two sets of documents.

    Args:
        labels: whether each document has each category, `[documents, categories]`.
        groups, now, seed: as for `input_drift`.
    """
    given = np.asarray(labels, dtype=np.float64)
    number, members, is_now = _grouped(groups, now)
    totals, counts = members @ given, members.sum(1)  # [groups, categories], [groups]

    def distance(chosen: Floats) -> Floats:
        other = 1.0 - chosen
        shares_now = (chosen @ totals) / (chosen @ counts)[:, None]
        shares_before = (other @ totals) / (other @ counts)[:, None]
        return np.asarray(0.5 * np.abs(shares_now - shares_before).sum(1))

    return _tested(distance, is_now, number, counts, seed)


def _grouped(groups: ArrayLike, now: ArrayLike) -> tuple[NDArray[np.int64], Floats, NDArray[np.bool_]]:
    """Number of documents per group, membership `[groups, documents]`, and which groups are now."""
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    members = np.zeros((len(names), len(place)))
    members[place, np.arange(len(place))] = 1.0
    is_now = members @ np.asarray(now, dtype=np.float64) > 0
    return np.bincount(place), members, is_now


def _tested(
    distance: object, is_now: NDArray[np.bool_], sizes: NDArray[np.int64], counts: Floats, seed: int
) -> DriftTest:
    """The distance and how often a division by chance reaches it: p = (hits + 1) / (permutations + 1)."""
    assert callable(distance)
    found = float(distance(is_now[None].astype(np.float64))[0])
    p = None
    if math.comb(len(is_now), int(is_now.sum())) * ALARM >= 1:
        generator = np.random.default_rng(seed)
        order = generator.permuted(np.tile(is_now, (PERMUTATIONS, 1)), axis=1).astype(np.float64)
        hits = int((distance(order) >= found - 1e-12).sum())
        p = (hits + 1) / (PERMUTATIONS + 1)
    single = bool((sizes == 1).all())
    return DriftTest(
        distance=max(0.0, found),
        p=p,
        permuted="documents" if single else "days",
        before=int(counts[~is_now].sum()),
        now=int(counts[is_now].sum()),
    )
