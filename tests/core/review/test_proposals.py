"""What is proposed: documents that cover the pile, then unsure ones, each fifth at random; never one twice."""

from __future__ import annotations

import numpy as np
import pytest

from scalearn_core.heads.logistic import unit
from scalearn_core.review.proposals import RANDOM_EACH, live_head, margin, propose

NONE = np.zeros(0, dtype=np.int64)


def clusters(sizes: tuple[int, ...], width: int = 16, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Documents around as many centres, and which centre each is of."""
    rng = np.random.default_rng(seed)
    of = np.repeat(np.arange(len(sizes)), sizes)
    return unit(rng.normal(size=(len(sizes), width))[of] + 0.15 * rng.normal(size=(len(of), width))), of


def test_the_first_proposals_cover_the_pile() -> None:
    pile, of = clusters((150, 100, 60, 30, 20))
    proposals = propose(pile, [], NONE, 0, 15)
    assert {int(of[each.place]) for each in proposals if each.why != "unsure"} == set(range(5))
    assert [each.why == "random" for each in proposals] == [n % RANDOM_EACH == RANDOM_EACH - 1 for n in range(15)]


def test_later_ones_are_less_sure_than_the_rest() -> None:
    pile, of = clusters((120, 120, 120), seed=3)
    labelled = list(range(0, 360, 12))
    proposals = propose(pile, labelled, of[labelled], 3, 20)
    head = live_head(pile[labelled], of[labelled], 3)
    assert head is not None
    margins = margin(head, pile)
    unsure = [each.place for each in proposals if each.why == "unsure"]
    assert len(unsure) == 16
    assert margins[unsure].max() < np.quantile(margins, 0.5)


@pytest.mark.parametrize("count", [1, 7, 500])
def test_nothing_is_proposed_twice_nor_what_is_labelled_or_taken(count: int) -> None:
    pile, of = clusters((30, 20))
    labelled, taken = [0, 1, 40], [5, 6, 7]
    places = [each.place for each in propose(pile, labelled, of[labelled], 2, count, taken=taken)]
    assert len(places) == len(set(places)) == min(count, 44)
    assert not {*labelled, *taken} & set(places)


def test_the_same_pile_gives_the_same_proposals() -> None:
    pile, of = clusters((30, 30))
    assert propose(pile, [3], of[[3]], 2, 9, seed=4) == propose(pile, [3], of[[3]], 2, 9, seed=4)


def test_equal_documents_and_a_single_one_are_no_trouble() -> None:
    same = np.repeat(unit(np.ones((1, 8), dtype=np.float32)), 12, axis=0)
    assert len(propose(same, [0], np.array([0]), 1, 6)) == 6
    assert [each.place for each in propose(same[:1], [], NONE, 0, 3)] == [0]
    assert propose(same[:1], [0], np.array([0]), 1, 3) == []


def test_one_category_alone_leaves_it_at_typical_documents() -> None:
    pile, _ = clusters((60, 60))
    labelled = list(range(30))
    proposals = propose(pile, labelled, np.zeros(30, dtype=np.int64), 1, 5)
    assert {each.why for each in proposals} == {"typical", "random"}


def test_several_labels_per_document() -> None:
    pile, of = clusters((60, 60, 60), seed=1)
    targets = np.stack([of == 0, of == 1, of >= 1], axis=1).astype(np.int64)
    labelled = list(range(0, 180, 6))
    proposals = propose(pile, labelled, targets[labelled], 3, 10)
    assert len(proposals) == 10 and {each.why for each in proposals} == {"unsure", "random"}
