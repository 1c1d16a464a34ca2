"""Shuffled sources: the same numbers in other places, so that nothing of what was learned is left."""

from __future__ import annotations

import torch

from scalearn_core.training.shuffled_sources import shuffled
from tests.core.tiny import random_adapter


def test_the_same_numbers_in_other_places() -> None:
    source = random_adapter("a", seed=1)
    (copy,) = shuffled([source], seed=3)
    assert copy.name == "a"
    for mine, theirs in zip(source.layers.parameters(), copy.layers.parameters(), strict=True):
        assert torch.equal(mine.flatten().sort().values, theirs.flatten().sort().values)
        assert not torch.equal(mine, theirs)


def test_the_seed_decides_and_the_sources_stay() -> None:
    source = random_adapter("a", seed=1)
    before = [parameter.clone() for parameter in source.layers.parameters()]
    first, again, other = (shuffled([source], seed=seed)[0] for seed in (3, 3, 4))
    same = zip(first.layers.parameters(), again.layers.parameters(), strict=True)
    assert all(torch.equal(one, two) for one, two in same)
    differ = zip(first.layers.parameters(), other.layers.parameters(), strict=True)
    assert not all(torch.equal(one, two) for one, two in differ)
    assert all(torch.equal(one, two) for one, two in zip(before, source.layers.parameters(), strict=True))
