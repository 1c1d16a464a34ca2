"""Batches of documents of like length, so that little is spent on padding; the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

WINDOW = 50
"""How many batches are sorted together: large enough for like lengths, small enough to stay random."""


def training_batches(lengths: Sequence[int], size: int, generator: np.random.Generator) -> list[list[int]]:
    """Document numbers in shuffled batches of at most `size` documents of similar length."""
    order = generator.permutation(len(lengths))
    batches: list[list[int]] = []
    for start in range(0, len(order), size * WINDOW):
        window = sorted(order[start : start + size * WINDOW].tolist(), key=lambda row: lengths[row])
        batches += [window[i : i + size] for i in range(0, len(window), size)]
    return [batches[i] for i in generator.permutation(len(batches))]


def ordered_batches(lengths: Sequence[int], tokens: int = 4096) -> Iterator[list[int]]:
    """Document numbers for evaluation: longest last, each batch at most `tokens` padded tokens."""
    order = sorted(range(len(lengths)), key=lambda row: lengths[row])
    batch: list[int] = []
    for row in order:
        if batch and (len(batch) + 1) * lengths[row] > tokens:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
