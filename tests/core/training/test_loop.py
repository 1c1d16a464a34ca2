"""The training loop on a problem small enough to know the answer."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from scalearn_core.training.loop import History, fit, seeded


class Slope:
    """One number to be fitted to a target; the validation losses can be written down beforehand."""

    def __init__(self, losses: list[float] | None = None) -> None:
        self.value = nn.Parameter(torch.zeros(1))
        self.losses = iter(losses or [])
        self.seen: list[float] = []

    def batch_loss(self, rows: list[int]) -> torch.Tensor:
        return (self.value - 1).square().sum()

    def validate(self) -> dict[str, float]:
        self.seen.append(self.value.item())
        loss = next(self.losses, None)
        return {} if loss is None else {"validation_loss": loss}

    def fit(self, **settings: object) -> History:
        defaults: dict[str, object] = {
            "lengths": [1] * 8, "learning_rates": {"scales": 0.1}, "epochs": 5, "batch_size": 4, "patience": 2,
            "seed": 0,
        }  # fmt: skip
        return fit({"scales.value": self.value}, self.batch_loss, self.validate, **{**defaults, **settings})


def test_the_best_epoch_is_restored() -> None:
    slope = Slope([9.0, 5.0, 3.0, 4.0, 3.5])
    history = slope.fit(patience=9, epochs=4)
    assert history.best_epoch == 2
    assert not history.stopped_early
    assert slope.value.item() == slope.seen[2] != slope.seen[4]
    assert [record.epoch for record in history.records] == [0, 1, 2, 3, 4]
    assert history.records[0].train_loss is None


def test_the_start_is_restored_when_nothing_helps() -> None:
    slope = Slope([1.0, 2.0, 3.0, 4.0])
    history = slope.fit(patience=3)
    assert (history.best_epoch, history.stopped_early) == (0, True)
    assert slope.value.item() == 0.0


@pytest.mark.parametrize(
    ("losses", "patience", "epochs_done", "early"),
    [
        ([5.0, 4.0, 6.0, 6.0, 6.0, 6.0], 2, 3, True),
        ([5.0, 4.0, 6.0, 3.0, 6.0, 6.0], 2, 5, False),  # the patience runs out with the last epoch
        ([5.0, 4.0, 4.0, 4.0, 4.0, 4.0], 3, 4, True),  # as good is not better
        ([5.0, 6.0, 6.0, 6.0, 6.0, 6.0], 1, 1, True),
    ],
)
def test_patience(losses: list[float], patience: int, epochs_done: int, early: bool) -> None:
    history = Slope(losses).fit(patience=patience)
    assert (history.records[-1].epoch, history.stopped_early) == (epochs_done, early)


def test_a_loss_that_is_no_number_never_wins() -> None:
    slope = Slope([2.0, float("nan"), 1.0, float("nan")])
    assert slope.fit(epochs=3, patience=9).best_epoch == 2
    assert slope.value.item() == slope.seen[2]


def test_without_validation_the_last_epoch_is_kept() -> None:
    slope = Slope()
    history = slope.fit(patience=1)
    assert (history.best_epoch, history.stopped_early) == (5, False)
    assert slope.value.item() == slope.seen[-1] != 0


def test_the_rate_falls_to_zero_in_a_line() -> None:
    slope = Slope()
    steps: list[float] = []

    def after_each_step(step: int, metrics: dict[str, float]) -> None:
        if "loss" in metrics:
            steps.append(slope.value.item())

    slope.fit(epochs=10, learning_rates={"scales": 1e-3}, on_step=after_each_step)
    moved = torch.tensor([0.0, *steps]).diff()
    assert len(moved) == 20
    # Adam's step is the learning rate while the gradient keeps its sign and hardly its size changes.
    assert torch.allclose(moved, 1e-3 * (1 - torch.arange(20) / 20), atol=2e-6)


def test_what_a_listener_is_told() -> None:
    told: list[tuple[int, dict[str, float]]] = []
    Slope([3.0, 2.0, 1.0]).fit(epochs=2, on_step=lambda step, metrics: told.append((step, metrics)))
    assert [step for step, _ in told] == [1, 2, 2, 3, 4, 4]
    assert [metrics["fraction"] for _, metrics in told] == [0.25, 0.5, 0.5, 0.75, 1.0, 1.0]
    assert [metrics.get("validation_loss") for _, metrics in told] == [None, None, 2.0, None, None, 1.0]
    assert told[0][1]["loss"] == 1.0


def test_each_part_has_its_own_rate() -> None:
    scales, head = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))
    fit(
        {"scales.omega": scales, "head.0.weight": head}, lambda rows: (scales + head - 100).square().sum(), dict,
        lengths=[1], learning_rates={"scales": 0.1, "head": 0.01}, epochs=1, batch_size=1, patience=1, seed=0,
    )  # fmt: skip
    assert (scales.item(), head.item()) == pytest.approx((0.1, 0.01), rel=1e-4)


def test_the_callers_random_numbers_are_left_alone() -> None:
    before = torch.get_rng_state()
    with seeded(3):
        first = torch.rand(3)
    assert torch.equal(torch.get_rng_state(), before)
    with seeded(3):
        assert torch.equal(torch.rand(3), first)
