"""The curve and what it promises, on scores whose truth is known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from scalearn_core.studies.learning_curve import MORE, REACH, carry_on, draws
from scalearn_core.studies.power_law import fit_power_law

SIZES = [320, 160, 160, 80, 80, 40, 40, 40, 20, 20, 20]


@pytest.mark.parametrize("a, b, c", [(0.9, 1.2, 0.5), (0.8, 2.0, 1.0), (1.0, 0.5, 0.2)])
def test_a_curve_without_noise_is_found(a: float, b: float, c: float) -> None:
    scores = a - b * np.array(SIZES, dtype=float) ** -c
    fitted = fit_power_law(SIZES, scores[None, :])
    beyond = np.array([320, 640, 960])
    assert fitted.at(beyond)[0] == pytest.approx(a - b * beyond**-c, abs=0.003)


def test_several_curves_are_fitted_as_each_alone() -> None:
    scores = np.random.default_rng(0).uniform(0.3, 0.9, (5, len(SIZES)))
    together = fit_power_law(SIZES, scores)
    for number in range(5):
        alone = fit_power_law(SIZES, scores[[number]])
        assert together.at([10, 1000])[number] == pytest.approx(alone.at([10, 1000])[0])


def test_the_curve_never_falls_and_never_passes_one() -> None:
    falling = fit_power_law([10, 20, 40, 80], np.array([[0.9, 0.8, 0.7, 0.6]]))
    assert (falling.b[0], falling.a[0]) == (0.0, pytest.approx(0.75))
    steep = fit_power_law([10, 20, 40, 80], np.array([[0.1, 0.5, 0.8, 0.99]]))
    assert steep.a[0] == 1.0
    assert steep.at([1e6])[0, 0] <= 1.0


def simulated(
    generator: np.random.Generator, a: float, b: float, c: float, *, documents: int = 300, luck: float = 0.01
) -> tuple[np.ndarray, np.ndarray]:
    """True classes, and predictions that are right as often as the curve and some luck say."""
    targets = np.arange(documents) % 2
    hardness = generator.random(documents)  # the same documents are hard for all
    predicted = []
    for size in SIZES:
        chance = a - b * size**-c + luck * generator.normal()
        own = np.where(generator.random(documents) < 0.2, generator.random(documents), hardness)
        predicted.append(np.where(own < chance, targets, 1 - targets))
    return targets, np.array(predicted)


def test_intervals_hold_the_truth() -> None:
    """The gain of twice the labels, over 100 samples of test documents, draws and luck."""
    generator = np.random.default_rng(3)
    a, b, c = 0.92, 1.1, 0.5
    truth = 100 * (b * 320**-c - b * 640**-c)
    held = 0
    for seed in range(100):
        found = carry_on(SIZES, *simulated(generator, a, b, c), n_classes=2, seed=seed)
        assert found.double is not None
        low, high = found.double.interval
        held += low <= truth <= high
    assert held >= 88, f"95 expected, {held} found"


@pytest.mark.parametrize(
    "a, b, c, code", [(0.95, 2.0, 0.5, "rising"), (0.9, 0.0, 1.0, "flat"), (0.99, 3.0, 1.2, "flat")]
)
def test_rising_and_flat_are_told_apart(a: float, b: float, c: float, code: str) -> None:
    targets, predicted = simulated(np.random.default_rng(5), a, b, c, documents=2000, luck=0.0)
    found = carry_on(SIZES, targets, predicted, n_classes=2, seed=0)
    assert found.code == code
    assert found.more.more == 100
    assert found.curve.documents[-1] == REACH * 320
    for value, low, high in zip(*(found.curve.macro_f1, found.curve.low, found.curve.high), strict=True):
        assert low - 0.02 <= value <= high + 0.02


def test_few_test_documents_leave_it_open() -> None:
    targets, predicted = simulated(np.random.default_rng(1), 0.85, 1.5, 0.5, documents=40, luck=0.03)
    assert carry_on(SIZES, targets, predicted, n_classes=2, seed=0).code == "unsure"


def test_up_and_down_is_no_curve() -> None:
    targets = np.arange(400) % 2
    rates = {320: 0.6, 160: 0.9, 80: 0.5, 40: 0.9, 20: 0.6}
    predicted = np.array([np.where(np.arange(400) < 400 * rates[n], targets, 1 - targets) for n in SIZES])
    found = carry_on(SIZES, targets, predicted, n_classes=2, seed=0)
    assert (found.code, found.more, found.curve) == ("misfit", None, None)
    assert len(found.points) == len(SIZES)


def test_three_sizes_are_too_few_for_three_numbers() -> None:
    targets = np.arange(60) % 2
    found = carry_on([40, 20, 10], targets, np.stack([targets] * 3), n_classes=2, seed=0)
    assert (found.code, found.fit) == ("few_documents", None)


def test_nothing_is_promised_beyond_the_reach() -> None:
    targets = np.arange(60) % 2
    found = carry_on([24, 12, 6, 3], targets, np.stack([targets] * 4), n_classes=2, seed=0)
    assert found.more.more in MORE
    assert 24 + found.more.more <= REACH * 24


def test_parts_lie_within_each_other_and_hold_every_class() -> None:
    targets = np.repeat([0, 1, 2], [100, 50, 10])
    plan = draws(targets, 3, seed=1)
    assert plan[0][1].all()
    sizes = [int(kept.sum()) for _, kept in plan]
    assert sizes == [160, 80, 80, 40, 40, 20, 20, 20, 10, 10, 10]
    for number in range(3):
        own = [kept for drawn, kept in plan if drawn == number]
        for larger, smaller in itertools.pairwise(own):
            assert (larger | ~smaller).all()
    for _, kept in plan:
        counts = np.bincount(targets[kept], minlength=3)
        assert counts.min() >= 1
        assert np.abs(counts - kept.sum() * np.array([100, 50, 10]) / 160).max() <= 2
    first, second = (kept for _, kept in plan[1:3])
    assert (first != second).any(), "draws differ"
    assert all((one[1] == two[1]).all() for one, two in zip(plan, draws(targets, 3, seed=1), strict=True))


def test_the_smallest_part_has_two_documents_for_each_class() -> None:
    targets = np.arange(60) % 10
    assert min(int(kept.sum()) for _, kept in draws(targets, 10, seed=0)) == 30
