"""Batches of documents of similar length, so that little is spent on padding; the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

CPU_TOKENS = 512
"""Padded tokens computed at a time: what one layer makes of so many stays in a core's cache, and larger matrix
products are no faster, in training (`python -m benchmarks.speed budgets`) as in a mere pass
(`python -m benchmarks.forward`)."""
CUDA_TOKENS = 32768
"""A GPU wants much at a time; where it is too much, the memory says so and the budget is halved."""
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


def forward_batches(lengths: Sequence[int], device_type: str) -> Iterator[list[int]]:
    """Document numbers in batches for a pass that trains nothing, as large as the device computes best."""
    return ordered_batches(lengths, TokenBudget.of(device_type).tokens)


def ordered_batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
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


class TokenBudget:
    """How many padded tokens are computed at a time; halved whenever that is more than the memory holds.

    Attributes:
        tokens: the budget; one document is computed however long it is.
    """

    def __init__(self, tokens: int) -> None:
        self.tokens = tokens

    @classmethod
    def of(cls, device_type: str) -> TokenBudget:
        return cls(CUDA_TOKENS if device_type == "cuda" else CPU_TOKENS)

    def parts(self, rows: Sequence[int], lengths: Sequence[int]) -> list[list[int]]:
        """`rows` in parts of like length, shortest first, each within the budget and of about equal cost."""
        order = sorted(rows, key=lambda row: lengths[row])
        total = sum(lengths[row] for row in order)
        if len(order) * lengths[order[-1]] <= self.tokens:
            return [order]
        goal = min(self.tokens, 1.1 * total / -(-total // self.tokens))  # a tenth for the padding
        parts: list[list[int]] = []
        for row in order:
            if parts and (len(parts[-1]) + 1) * lengths[row] <= goal:
                parts[-1].append(row)
            else:
                parts.append([row])
        return parts

    def halve(self) -> None:
        self.tokens = max(1, self.tokens // 2)
