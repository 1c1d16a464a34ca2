"""The mark stands at the lowest rung above which nothing is shown to be better."""

from __future__ import annotations

import numpy as np
import pytest

from scalearn_core.evaluation.comparison import FEWEST_DISAGREEMENTS
from scalearn_core.evaluation.metrics import score
from scalearn_core.studies.stopping import where_to_stop

TARGETS = np.tile([0, 1], 100)


def wrong(count: int, first: int = 0) -> np.ndarray:
    """Right but for `count` documents from number `first` on."""
    predicted = TARGETS.copy()
    predicted[first : first + count] = 1 - predicted[first : first + count]
    return predicted


@pytest.mark.parametrize(
    "errors, stop",
    [
        ([40, 40, 40], "a"),  # nothing helps
        ([80, 40, 40], "b"),  # one step helps, the next does not
        ([80, 60, 30], "c"),  # each helps
        ([80, 80, 30], "c"),  # a rung that brings nothing is passed
        ([30, 80, 80], "a"),  # more is worse
        ([40, 39, 38], "a"),  # a little better, and not shown
    ],
)
def test_the_mark(errors: list[int], stop: str) -> None:
    predicted = {name: wrong(count) for name, count in zip("abc", errors, strict=True)}
    found, comparisons = where_to_stop(TARGETS, predicted, n_classes=2, seed=0)
    assert found == stop
    others = [name for name in "abc" if name != stop]
    assert [comparisons[name][0] for name in others] == [stop, stop]
    for name in others:
        difference = score("macro_f1", TARGETS, predicted[name]) - score("macro_f1", TARGETS, predicted[stop])
        assert comparisons[name][1].difference == pytest.approx(difference)
        assert comparisons[name][1].low <= difference <= comparisons[name][1].high


def test_the_marked_rung_is_compared_with_where_one_would_stop_below_it() -> None:
    predicted = {"a": wrong(80), "b": wrong(79), "c": wrong(30), "d": wrong(30)}
    stop, comparisons = where_to_stop(TARGETS, predicted, n_classes=2, seed=0)
    against, comparison = comparisons["c"]
    assert (stop, against, comparison.verdict) == ("c", "a", "better")
    assert comparisons["a"][1].verdict == "worse"
    assert comparisons["a"][1].low == pytest.approx(-comparison.high)
    assert comparisons["d"][1].difference == comparisons["d"][1].high == 0, "the same answers"


def test_a_lone_rung_is_where_to_stop() -> None:
    assert where_to_stop(TARGETS, {"a": wrong(3)}, n_classes=2, seed=0) == ("a", {})


def test_a_handful_of_documents_is_no_proof() -> None:
    few = FEWEST_DISAGREEMENTS - 1
    stop, comparisons = where_to_stop(TARGETS, {"a": wrong(few), "b": wrong(0)}, n_classes=2, seed=0)
    assert (stop, comparisons["b"][1].verdict) == ("a", "no_difference")


def test_many_rungs_without_any_gain_rarely_move_the_mark() -> None:
    """Six rungs as good as the first: one interval after the other would go up about three times as often."""
    generator = np.random.default_rng(0)
    moved = 0
    for seed in range(100):
        predicted = {name: np.where(generator.random(200) < 0.3, 1 - TARGETS, TARGETS) for name in "abcdefg"}
        stop, _ = where_to_stop(TARGETS, predicted, n_classes=2, seed=seed)
        moved += stop != "a"
    assert moved <= 7, "2.5 are expected; 8 or more have a probability of 0.5%"


def test_the_same_seed_gives_the_same() -> None:
    predicted = {"a": wrong(60), "b": wrong(40, first=30)}
    first, again, other = (where_to_stop(TARGETS, predicted, n_classes=2, seed=seed)[1]["b"] for seed in (1, 1, 2))
    assert first == again != other
