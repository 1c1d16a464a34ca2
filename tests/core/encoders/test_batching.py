"""Batches: every document once, none too large, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from scalearn_core.encoders.batching import TokenBudget, ordered_batches, training_batches

LENGTHS = np.random.default_rng(0).integers(3, 200, 1000).tolist()


@pytest.mark.parametrize(("count", "size"), [(1, 32), (31, 32), (32, 32), (33, 32), (1000, 7), (1000, 32)])
def test_every_document_is_in_one_batch(count: int, size: int) -> None:
    batches = training_batches(LENGTHS[:count], size, np.random.default_rng(0))
    assert sorted(row for batch in batches for row in batch) == list(range(count))
    assert max(map(len, batches)) <= size
    assert len(batches) <= -(-count // size)  # what the decay of the learning rate counts on


def test_the_seed_decides_the_order() -> None:
    def drawn(seed: int) -> list[list[int]]:
        return training_batches(LENGTHS, 32, np.random.default_rng(seed))

    assert drawn(1) == drawn(1) != drawn(2)


def test_epochs_differ_and_batches_hold_like_lengths() -> None:
    generator = np.random.default_rng(0)
    first, second = (training_batches(LENGTHS, 32, generator) for _ in range(2))
    assert first != second
    padded = sum(len(batch) * max(LENGTHS[row] for row in batch) for batch in first)
    assert padded < 1.1 * sum(LENGTHS)


def test_batches_for_evaluation_keep_to_the_tokens() -> None:
    batches = list(ordered_batches(LENGTHS, tokens=1000))
    assert sorted(row for batch in batches for row in batch) == list(range(1000))
    assert all(len(batch) * max(LENGTHS[row] for row in batch) <= 1000 for batch in batches)


def test_a_document_longer_than_the_tokens_comes_alone() -> None:
    assert list(ordered_batches([5, 50, 6], tokens=20)) == [[0, 2], [1]]
    assert list(ordered_batches([], tokens=20)) == []


@pytest.mark.parametrize("tokens", [1, 100, 512, 4096, 10**9])
def test_parts_hold_every_row_once_and_keep_to_the_budget(tokens: int) -> None:
    rows = np.random.default_rng(1).permutation(1000)[:32].tolist()
    parts = TokenBudget(tokens).parts(rows, LENGTHS)
    assert sorted(row for part in parts for row in part) == sorted(rows)
    assert all(len(part) == 1 or len(part) * max(LENGTHS[row] for row in part) <= tokens for part in parts)
    assert parts == TokenBudget(tokens).parts(rows, LENGTHS)
    if tokens == 10**9:
        assert len(parts) == 1


def test_parts_of_unlike_documents_pad_little() -> None:
    rows = list(range(200))
    parts = TokenBudget(1024).parts(rows, LENGTHS)
    padded = sum(len(part) * max(LENGTHS[row] for row in part) for part in parts)
    assert padded < 1.06 * sum(LENGTHS[row] for row in rows)


def test_parts_that_fit_are_not_split() -> None:
    assert TokenBudget(40).parts([0, 1, 2], [10, 2, 10]) == [[1, 0, 2]]
