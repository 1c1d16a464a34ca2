"""Similarity of effects: 1 for the same in any direction, 0 for strangers, whatever the number of documents."""

from __future__ import annotations

import numpy as np
import pytest

from scalearn_core.explain.overlap import alike_together, overlap


def effects(documents: int, width: int = 32) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    first, other = (generator.normal(size=(documents, width)).astype(np.float32) for _ in range(2))
    turn = np.linalg.qr(generator.normal(size=(width, width)))[0].astype(np.float32)
    return {
        "first": first, "negative": -0.3 * first, "turned": first @ turn + 2.0, "other": other,
        "half": first + other, "nothing": np.zeros_like(first),
    }  # fmt: skip


@pytest.mark.parametrize("documents", [24, 400])
def test_the_same_in_another_size_direction_or_place_is_the_same(documents: int) -> None:
    found = effects(documents)
    similar = overlap([found[name] for name in ("first", "negative", "turned")])
    np.testing.assert_allclose(similar, 1.0, atol=1e-4)


@pytest.mark.parametrize("documents", [24, 400])
def test_strangers_have_nothing_in_common_even_with_few_documents(documents: int) -> None:
    """The plain estimate would give about 0.6 for 24 documents of 32 dimensions."""
    found = effects(documents)
    assert overlap([found["first"], found["other"]])[0, 1] < 0.15
    assert 0.3 < overlap([found["first"], found["half"]])[0, 1] < 0.7


def test_what_has_no_effect_is_like_nothing() -> None:
    found = effects(50)
    similar = overlap([found["first"], found["nothing"]])
    assert np.isnan(similar[0, 1]) and np.isnan(similar[1, 1]) and similar[0, 0] == 1
    assert np.isnan(overlap([found["first"][:5]] * 2)).all(), "five documents do not tell"


def test_alike_ones_stand_together() -> None:
    found = effects(60)
    order = alike_together(overlap([found[name] for name in ("first", "other", "negative", "nothing")]))
    assert sorted(order) == [0, 1, 2, 3]
    assert abs(order.index(0) - order.index(2)) == 1
