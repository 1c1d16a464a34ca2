"""Shares of a pile: the intervals hold, are narrower than those of the labels alone, and say nothing of
nothing."""

from __future__ import annotations

import numpy as np
import pytest

from scalearn_core.review.shares import shares_of


def pile(rng: np.random.Generator, documents: int, share: float, right: float) -> tuple[np.ndarray, np.ndarray]:
    """Who has a category, and whom a model gives it that is right so often on either."""
    has = rng.random(documents) < share
    return has, np.where(rng.random(documents) < right, has, ~has)


@pytest.mark.parametrize(
    ("share", "right", "n"), [(0.05, 0.9, 40), (0.3, 0.8, 30), (0.5, 0.9, 100), (0.1, 0.6, 60)]
)
def test_the_intervals_hold_and_are_no_wider_than_those_of_the_labels_alone(
    share: float, right: float, n: int
) -> None:
    rng, held, width, alone = np.random.default_rng(0), 0, 0.0, 0.0
    for _ in range(300):
        has, given = pile(rng, 1500, share, right)
        labelled = np.zeros(1500, dtype=np.bool_)
        labelled[rng.permutation(1500)[:n]] = True
        [found] = shares_of(["x"], given[:, None], labelled, has[labelled][:, None])
        assert found.low is not None and found.high is not None and found.alone_low is not None
        held += found.low <= has.mean() <= found.high
        width += found.high - found.low
        alone += found.alone_high - found.alone_low  # type: ignore[operator]
        assert found.low <= found.share <= found.high
    assert 0.92 <= held / 300 <= 0.99
    assert width < alone * (0.9 if right > 0.75 else 1.02)


def test_without_labels_there_is_the_count_and_no_interval() -> None:
    given = np.array([[True, False], [True, False], [False, True], [True, False]])
    found = shares_of(["a", "b"], given, np.zeros(4, dtype=np.bool_), np.zeros((0, 2), dtype=np.bool_))
    assert [each.share for each in found] == [0.75, 0.25]
    assert {each.low for each in found} == {each.alone for each in found} == {None}


def test_with_all_labels_it_is_counted() -> None:
    has = np.array([[True], [False], [False], [False]])
    [found] = shares_of(["a"], ~has, np.ones(4, dtype=np.bool_), has)
    assert found.share == found.low == found.high == 0.25


def test_one_label_says_little() -> None:
    labelled = np.arange(50) == 3
    [found] = shares_of(["a"], np.ones((50, 1), dtype=np.bool_), labelled, np.array([[True]]))
    assert found.low is not None and found.high > 0.99 and found.low < 0.3
