"""Supervised contrastive training: documents of one class together, of different classes apart.

With few labels a classification loss soon fits every training document and learns no more. Pairs are many more
than documents: 32 documents give 496. The loss is that of Khosla et al. (NeurIPS 2020, eq. 2):

    L = - mean_i mean_{p in P(i)} log( exp(e_i·e_p / τ) / Σ_{a≠i} exp(e_i·e_a / τ) )

over unit-length embeddings `e`, with `P(i)` the other documents of i's class in the batch. Where documents have
several labels, the mean over P(i) is weighted by how many labels p shares with i: |labels of both| / |of either|
(Jaccard), which for one label is the formula above.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from scalearn_core.targets import Targets, indicators

TEMPERATURE = 0.1
"""τ above, the value of that paper."""


def contrastive_loss(
    embeddings: torch.Tensor, targets: torch.Tensor, temperature: float = TEMPERATURE
) -> torch.Tensor:
    """The loss above, a scalar; 0 where no two documents share a class.

    Args:
        embeddings: `[documents, width]`, of any length.
        targets: see `targets.py`.
    """
    unit = F.normalize(embeddings, dim=1)
    itself = torch.eye(len(targets), dtype=torch.bool, device=targets.device)
    similarity = (unit @ unit.T / temperature).masked_fill(itself, float("-inf"))
    weight = shared_labels(targets).masked_fill(itself, 0.0)
    log_share = (similarity - similarity.logsumexp(1, keepdim=True)).masked_fill(weight == 0, 0.0)
    weights = weight.sum(1)
    anchors = weights > 0
    return -((weight * log_share).sum(1) / weights.masked_fill(~anchors, 1.0)).sum() / anchors.sum().clamp(min=1)


def shared_labels(targets: torch.Tensor) -> torch.Tensor:
    """How much the labels of two documents have in common, 0 to 1, `[documents, documents]`."""
    if targets.ndim == 1:
        return (targets[:, None] == targets[None]).float()
    has = targets.float()
    both, each = has @ has.T, has.sum(1)
    return both / (each[:, None] + each[None] - both).clamp(min=1)


def class_batches(targets: Targets, size: int, generator: np.random.Generator) -> Iterator[list[int]]:
    """Document numbers without end, in batches of at most `size` in which the classes are as even as can be.

    Every batch holds at least two documents of each of its classes, so that each has a partner: of many classes
    it takes `size // 2`, those whose turn it is. A document comes again when all others of its class have come.
    Classes of one document never come; with no class of two there is nothing to yield. A document of several
    labels may be called by two of them; it is then there once. Documents with none of the labels come as a class
    would, and never alone: they have no partner, but others are told apart from them.
    """
    has = indicators(targets, int(targets.max(initial=0)) + 1)
    has = np.concatenate([has, ~has.any(1, keepdims=True)], axis=1)
    rows = {label: np.flatnonzero(column) for label, column in enumerate(has.T)}
    rows = {c: numbers for c, numbers in rows.items() if len(numbers) > 1}
    if not {*rows} - {has.shape[1] - 1}:  # there are no partners
        return
    together = min(len(rows), size // 2)
    classes = _Turns(np.array(list(rows)), generator)
    documents = {c: _Turns(numbers, generator) for c, numbers in rows.items()}
    while True:
        chosen = classes.take(together)
        shares = [size // together + (place < size % together) for place in range(together)]
        called = [row for c, share in zip(chosen, shares, strict=True) for row in documents[c].take(share)]
        yield list(dict.fromkeys(called))


class _Turns:
    """Gives each item once in random order, again and again, and never one twice at a time."""

    def __init__(self, items: NDArray[np.int64], generator: np.random.Generator) -> None:
        self.items, self.generator = items, generator
        self.waiting: list[int] = []

    def take(self, number: int) -> list[int]:
        """The next items, at most all."""
        number = min(number, len(self.items))
        items, self.waiting = self.waiting[:number], self.waiting[number:]
        if len(items) < number:
            order = self.generator.permutation(self.items).tolist()
            early = [item for item in order if item not in items][: number - len(items)]
            self.waiting = [item for item in order if item not in early]
            items += early
        return items
