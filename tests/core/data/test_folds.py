"""Every document is tested once, and never by a model that saw its like."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from scalearn_core.data.folds import ALWAYS_LEARNED, grouped_folds
from scalearn_core.targets import indicators
from tests.core.data.test_splits import multi_label_documents, random_documents


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("multi_label", [False, True])
@pytest.mark.parametrize("grouped", [False, True])
def test_folds_are_even_and_learn_every_label(seed: int, multi_label: bool, grouped: bool) -> None:
    texts, targets = (
        multi_label_documents(seed, 120) if multi_label else random_documents(seed, 120, 4, distinct=90)
    )
    groups = None
    if grouped:  # of few equal texts, or chains of both would make one group of nearly all
        texts = [f"{text} {i % 110}" for i, text in enumerate(texts)]
        groups = np.random.default_rng(seed).integers(-10, 40, size=120)
    folds = grouped_folds(texts, targets, 5, seed, groups=groups)
    assert set(folds.tolist()) <= {ALWAYS_LEARNED, 0, 1, 2, 3, 4}
    by_text: dict[str, set[int]] = defaultdict(set)
    for text, fold in zip(texts, folds.tolist(), strict=True):
        by_text[text.strip().casefold()].add(fold)
    always_free = ALWAYS_LEARNED not in folds
    if always_free:
        assert all(len(found) == 1 for found in by_text.values())
        assert np.bincount(folds, minlength=5).tolist() == pytest.approx([24] * 5, abs=6 if grouped else 3)
    has = indicators(targets, int(targets.max()) + 1 if not multi_label else 5)
    for fold in range(5):
        assert (has[folds != fold].any(0) == has.any(0)).all()


def test_shares_of_labels_are_those_of_the_whole() -> None:
    targets = np.repeat([0, 1, 2], [50, 30, 20])
    folds = grouped_folds([str(i) for i in range(100)], targets, 5, seed=1)
    for fold in range(5):
        assert np.bincount(targets[folds == fold]).tolist() == [10, 6, 4]


def test_a_label_with_one_text_is_always_learned() -> None:
    texts = [*map(str, range(20)), "same", "Same "]
    targets = np.array([0, 1] * 10 + [2, 2])
    folds = grouped_folds(texts, targets, 5, seed=0)
    assert folds[-2:].tolist() == [ALWAYS_LEARNED] * 2
    assert ALWAYS_LEARNED not in folds[:-2]


def test_the_seed_decides() -> None:
    texts, targets = random_documents(1, 60, 3, distinct=600)
    first = grouped_folds(texts, targets, 5, seed=1)
    assert (first == grouped_folds(texts, targets, 5, seed=1)).all()
    assert (first != grouped_folds(texts, targets, 5, seed=2)).any()
