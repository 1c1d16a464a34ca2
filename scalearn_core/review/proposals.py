"""Which documents of a pile a person should label next.

At first *typical* ones: the pile is divided into as many clusters as there are documents to be labelled, and each
cluster without a label gives its document in the densest place (TypiClust, Hacohen et al. 2022). Once there is
something to be unsure of, *unsure* ones: of those with the smallest margin between the two likeliest labels one
per cluster, so that no two teach the same (Cluster-Margin, Citovsky et al. 2021). Every `RANDOM_EACH`-th is drawn
at *random*: the others are chosen for being odd, so that only these tell honestly how often the model is right
and what share each category has. Chosen by `python -m benchmarks.proposals`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scalearn_core.heads.logistic import FrozenHead, fit_head
from scalearn_core.heads.solver import on_one_core
from scalearn_core.heads.unlabelled import fit_beside_unlabelled
from scalearn_core.targets import Targets, are_multi_label, counts_of

Why = Literal["typical", "unsure", "random"]
RANDOM_EACH = 5
COLD_LABELS, COLD_EACH = 20, 3
"""Typical documents are proposed until there are so many labels, and so many per category that was seen."""
CANDIDATES = 10
"""Of the least sure documents so many times the number wanted are divided into clusters."""
NEIGHBOURS = 20
"""By so many nearest documents of its cluster a document's density is told."""
HEAD_C = 10.0
"""Inverse regularisation strength of the model in the background, as of trained ones
(`training/recipe_auto.py`)."""
MOST_BESIDE = 1_000

Embeddings = NDArray[np.float32]


@dataclass(frozen=True)
class Proposal:
    """One document to label."""

    place: int
    """In the pile."""
    why: Why


def live_head(embeddings: Embeddings, targets: Targets, n_labels: int) -> FrozenHead | None:
    """The model in the background: a logistic regression of the labelled documents; None where it would know
    nothing.

    Args:
        embeddings: of the labelled documents, of length 1, `[labelled, width]`.
        targets: see `targets.py`.
    """
    has_two = bool((targets == 1).any()) if are_multi_label(targets) else len(np.unique(targets)) > 1
    if not has_two:
        return None
    with on_one_core():
        return fit_head(embeddings, targets, n_labels, c=HEAD_C, seed=0)


def background_head(
    embeddings: Embeddings, labelled: Sequence[int], targets: Targets, n_labels: int
) -> FrozenHead | None:
    """The same, learning from documents without label too where each has one label (`heads/unlabelled.py`).

    Args:
        embeddings: of the whole pile, of length 1, `[documents, width]`; of the others at most `MOST_BESIDE` are
        used. labelled: places of the documents with a label; `targets` are theirs.
    """
    mine = embeddings[list(labelled)]
    others = np.setdiff1d(np.arange(len(embeddings)), labelled)
    if are_multi_label(targets) or not len(others) or len(np.unique(targets)) < 2:
        return live_head(mine, targets, n_labels) if len(labelled) else None
    spread = np.unique(np.linspace(0, len(others) - 1, min(len(others), MOST_BESIDE)).astype(int))
    return fit_beside_unlabelled(mine, targets, embeddings[others[spread]], n_labels, c=HEAD_C)


def propose(
    embeddings: Embeddings, labelled: Sequence[int], targets: Targets, n_labels: int, count: int, *, seed: int = 0,
    taken: Sequence[int] = (),
) -> list[Proposal]:  # fmt: skip
    """At most so many documents of the pile, in the order in which they are best labelled; deterministic.

    Args:
        embeddings: of the whole pile, of length 1, `[documents, width]`.
        labelled: places of the documents with a label.
        targets: their labels, in this order (`targets.py`).
        n_labels: categories that are known, 0 or more.
        seed: of the clusters and of the draw.
        taken: places of documents that somebody else has before him, or skipped.
    """
    free = np.ones(len(embeddings), dtype=np.bool_)
    free[list(labelled)] = free[list(taken)] = False
    count = min(count, int(free.sum()))
    if count == 0:
        return []
    rng = np.random.default_rng([seed, len(labelled), len(taken)])
    places = range(len(labelled), len(labelled) + count)
    at_random = [place % RANDOM_EACH == RANDOM_EACH - 1 for place in places]
    drawn = rng.permutation(np.flatnonzero(free))[: sum(at_random)]
    free[drawn] = False
    wanted = count - len(drawn)
    head = live_head(embeddings[list(labelled)], targets, n_labels) if len(labelled) else None
    seen = int((counts_of(targets, n_labels) > 0).sum()) if len(labelled) else 0
    why: Why = "typical"
    with on_one_core():
        if head is None or len(labelled) < max(COLD_LABELS, COLD_EACH * seen):
            chosen = _typical(embeddings, free, [*labelled, *drawn.tolist()], wanted, seed)
        else:
            why, chosen = "unsure", _unsure(embeddings, free, head, wanted, seed)
    queues = {True: [Proposal(int(i), "random") for i in drawn], False: [Proposal(i, why) for i in chosen]}
    return [queues[random].pop(0) for random in at_random if queues[random]]


def _typical(
    embeddings: Embeddings, free: NDArray[np.bool_], covered: Sequence[int], count: int, seed: int
) -> list[int]:
    """The document in the densest place of each cluster; clusters with the fewest covered documents, then the
    largest."""
    clusters = min(len(covered) + count, len(embeddings))
    of = _clusters(embeddings, clusters, seed)
    sizes, has = np.bincount(of, minlength=clusters), np.bincount(of[list(covered)], minlength=clusters)
    chosen: list[int] = []
    for cluster in np.lexsort((-sizes, has)).tolist():
        members = np.flatnonzero((of == cluster) & free)
        if len(chosen) == count:
            break
        if len(members):
            chosen.append(int(members[_density(embeddings[members]).argmax()]))
    rest = np.setdiff1d(np.flatnonzero(free), chosen)  # equal documents can leave fewer clusters than were wanted
    return chosen + [int(place) for place in rest[: count - len(chosen)]]


def _density(embeddings: Embeddings) -> NDArray[np.float32]:
    """Mean cosine with the nearest others, `[documents]`."""
    near = min(NEIGHBOURS, len(embeddings) - 1)
    if near == 0:
        return np.zeros(1, dtype=np.float32)
    similarities = embeddings @ embeddings.T
    np.fill_diagonal(similarities, -np.inf)
    return np.asarray(np.partition(similarities, -near, axis=1)[:, -near:].mean(1))


def _unsure(embeddings: Embeddings, free: NDArray[np.bool_], head: FrozenHead, count: int, seed: int) -> list[int]:
    """Of the least sure documents the middle one of each of `count` clusters."""
    places = np.flatnonzero(free)
    margins = margin(head, embeddings[places])
    order = np.argsort(margins, kind="stable")[: CANDIDATES * count]
    places, margins = places[order], margins[order]
    if len(places) <= count:
        return [int(place) for place in places]
    of = _clusters(embeddings[places], count, seed)
    chosen: list[int] = []
    for cluster in range(count):
        members = np.flatnonzero(of == cluster)
        if len(members):
            middle = embeddings[places[members]].mean(0)
            chosen.append(int(places[members[(embeddings[places[members]] @ middle).argmax()]]))
    rest = [int(place) for place in places if int(place) not in set(chosen)]
    return chosen + rest[: count - len(chosen)]


def margin(head: FrozenHead, embeddings: Embeddings) -> NDArray[np.float64]:
    """How sure the model is, `[documents]`, 0 for not at all: the gap between the two likeliest labels; of several
    labels per document the gap of the least sure of them to its limit."""
    if head.multi_label:
        limits = 0.5 if head.thresholds is None else head.thresholds
        return np.asarray(np.abs(head.predict_proba(embeddings) - limits).min(1))
    probabilities = np.sort(np.exp(head.predict_log_proba(embeddings)), axis=1)
    return np.asarray(probabilities[:, -1] - probabilities[:, -2])


def _clusters(embeddings: Embeddings, count: int, seed: int) -> NDArray[np.int32]:
    """k-means: the cluster of each document, `[documents]`."""
    import warnings

    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer different documents than clusters
        return np.asarray(KMeans(count, n_init=1, random_state=seed).fit(embeddings).labels_)
