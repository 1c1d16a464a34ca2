"""Near duplicates are found, nothing else is, and a table of one template does not take for ever."""

from __future__ import annotations

import random
import time
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalearn_core.data.near_duplicates import MIN_CHARACTERS, NEAR, SMALL, grams, group_near, jaccard, normalised

LETTER = "Please send me the invoice of last month again, our accounting cannot find it anywhere. Customer"
KANJI = (
    "お世話になっております。先月分の請求書が経理の手元に見当たらないため、再発行をお願いいたします。お客様番号"
)


def words(draw: random.Random, number: int) -> str:
    return " ".join("".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(number))


def by_all_pairs(texts: list[str]) -> list[int]:
    """Groups as the definition says, each text compared with each."""
    bare = [normalised(text) for text in texts]
    sets = [grams(text) if len(text) >= MIN_CHARACTERS else set() for text in bare]
    group = list(range(len(texts)))
    for j, i in combinations_with_replacement(range(len(texts)), 2):
        if group[i] != group[j] and (bare[i] == bare[j] or jaccard(sets[i], sets[j]) >= NEAR):
            low, high = sorted((group[i], group[j]))
            group = [low if number == high else number for number in group]
    return group


@pytest.mark.parametrize("text", [LETTER, KANJI])
def test_letters_that_differ_in_a_number_are_near(text: str) -> None:
    others = [f"{text} 4711", "Something else altogether, of a fair length.", f"{text} 4712", f"{text} 9900"]
    assert group_near(others).tolist() == [0, 1, 0, 0]


def test_width_case_and_space_make_no_difference() -> None:
    texts = ["Ｈｅｌｐ  me", "help\nme ", "help you", "ﾃｽﾄ", "テスト", "", "  "]
    assert group_near(texts).tolist() == [0, 0, 2, 3, 3, 5, 5]


def test_short_texts_are_not_near() -> None:
    assert group_near(["invoice 4711 paid", "invoice 4711 paid!"]).tolist() == [0, 1]


def test_a_group_is_linked_through_others() -> None:
    first = words(random.Random(3), 30)
    second = f"{first} {words(random.Random(4), 3)}"
    third = f"{second} {words(random.Random(5), 3)}"
    assert jaccard(grams(first), grams(third)) < NEAR
    assert group_near([third, "other", first, second]).tolist() == [0, 1, 0, 0]


def test_pandas_and_lists_give_the_same_and_so_does_doing_it_again() -> None:
    texts = [f"{LETTER} {number}" for number in range(50)] + ["ａ", "a"]
    groups = group_near(texts)
    assert groups.dtype == np.int64
    assert (
        groups.tolist() == group_near(pd.Series(texts, index=range(7, 59))).tolist() == group_near(texts).tolist()
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(alphabet="abc \n\ud800é京", max_size=60), max_size=12))
def test_any_texts_get_groups_that_name_their_first(texts: list[str]) -> None:
    groups = group_near(texts)
    assert groups.shape == (len(texts),)
    assert (groups <= np.arange(len(texts))).all()
    assert (groups[groups] == groups).all()
    assert groups.tolist() == by_all_pairs(texts)


def test_planted_duplicates_are_found_and_nothing_else_is() -> None:
    """Few enough texts to compare each with each; in half of them some words are changed."""
    draw = random.Random(7)
    texts = [words(draw, 60) for _ in range(200)]
    for text in texts[:]:
        copied = text.split()
        for place in draw.sample(range(60), draw.randint(1, 4)):
            copied[place] = words(draw, 1)
        texts.append(" ".join(copied))
    expected, found = np.array(by_all_pairs(texts)), group_near(texts)
    wanted = expected != np.arange(len(texts))
    assert 100 < wanted.sum() < 180
    hit = (found == expected) & wanted
    assert hit.sum() >= 0.98 * wanted.sum()
    assert not ((found != np.arange(len(texts))) & ~wanted).any(), "every group is one by all pairs too"


def test_of_a_large_bucket_others_than_the_first_are_found_too() -> None:
    """One template, three fillings of it: alike to MinHash, and near only within a filling."""
    draw = random.Random(1)
    common = words(draw, 24)
    fillings = [f"{common} {words(draw, 5)}" for _ in range(3)]
    texts = [f"{fillings[number % 3]} {number:03d}" for number in range(6 * SMALL)]
    assert group_near(texts).tolist() == [number % 3 for number in range(6 * SMALL)]


def test_a_hundred_thousand_letters_of_one_template_take_seconds() -> None:
    began = time.process_time()
    groups = group_near([f"{LETTER} {number}" for number in range(100_000)])
    assert not groups.any()
    assert time.process_time() - began < 60, "each with each would take days"


def test_progress_grows_to_one_and_can_stop() -> None:
    told: list[float] = []
    group_near([f"{LETTER} {number}" for number in range(100)], on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        group_near(["a"], on_progress=stop)


def test_no_documents_no_groups() -> None:
    assert group_near([]).shape == (0,)
