"""The estimated score: right where confidences tell the truth, honest where little is known."""

from __future__ import annotations

import numpy as np

from scalearn_core.watch.estimate import estimated_score


def test_the_interval_holds_the_share_that_is_right() -> None:
    """Of 40 simulations with a model that is too sure; `benchmarks/watch.py` counts them on real documents."""
    generator = np.random.default_rng(11)

    def drawn(n: int) -> tuple[np.ndarray, np.ndarray]:
        odds = generator.normal(1.2, 1.2, n)
        right = generator.random(n) < 1 / (1 + np.exp(-odds))
        return 1 / (1 + np.exp(-1.6 * odds)), right

    held = []
    for seed in range(40):
        test, test_right = drawn(150)
        window, right = drawn(120)
        found = estimated_score(test, test_right, window, seed=seed)
        held.append(found.low - 1e-9 <= right.mean() <= found.high + 1e-9)
    assert np.mean(held) >= 0.8, "40 of 95% each: fewer than 32 do not come by chance"


def test_a_drop_in_confidence_lowers_it() -> None:
    generator = np.random.default_rng(2)
    confidence = generator.uniform(0.5, 1.0, 300)
    right = generator.random(300) < confidence
    usual, low = (estimated_score(confidence, right, np.full(200, value)) for value in (0.95, 0.6))
    assert low.high < usual.low


def test_ten_right_ones_of_ten_do_not_mean_all() -> None:
    found = estimated_score([0.9] * 10, [True] * 10, [0.9] * 100)
    assert found.value < 1.0 and found.low < 0.95
    assert estimated_score([0.9], [True], [0.9]) == estimated_score([0.9], [True], [0.9]), "the same twice"
