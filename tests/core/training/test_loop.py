"""The training loop on a problem small enough to know the answer."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from scalearn_core.encoders.batching import TokenBudget
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


class Line:
    """A mean squared error over documents that differ, so that a wrong weight of a part shows."""

    def __init__(self, fails_above: int = 10**9) -> None:
        generator = torch.Generator().manual_seed(0)
        self.inputs, self.targets = torch.randn(2, 20, 3, generator=generator)
        self.weight = nn.Parameter(torch.zeros(3))
        self.lengths = [3 + i % 7 for i in range(20)]
        self.fails_above = fails_above
        self.parts: list[list[int]] = []

    def batch_loss(self, rows: list[int]) -> torch.Tensor:
        self.parts.append(rows)
        loss = (self.weight * self.inputs[rows] - self.targets[rows]).square().mean()
        if len(rows) * max(self.lengths[row] for row in rows) > self.fails_above:
            loss.register_hook(_out_of_memory)  # in the backward pass, when part of the step is done
        return loss

    def fit(self, budget: int) -> tuple[list[float], torch.Tensor]:
        losses: list[float] = []
        fit(
            {"scales.weight": self.weight}, self.batch_loss, dict, lengths=self.lengths,
            learning_rates={"scales": 0.1}, epochs=2, batch_size=8, patience=1, seed=0, budget=TokenBudget(budget),
            on_step=lambda step, metrics: losses.append(metrics["loss"]) if "loss" in metrics else None,
        )  # fmt: skip
        return losses, self.weight.detach().clone()


def _out_of_memory(gradient: torch.Tensor) -> torch.Tensor:
    raise torch.OutOfMemoryError("CUDA out of memory (as a device would say)")


@pytest.mark.parametrize("budget", [1, 12, 30])
def test_a_step_in_parts_is_the_whole_step(budget: int) -> None:
    whole, parted = Line(), Line()
    (losses, weight), (losses_in_parts, weight_in_parts) = whole.fit(10**9), parted.fit(budget)
    assert losses_in_parts == pytest.approx(losses, rel=1e-6)
    assert torch.allclose(weight_in_parts, weight, rtol=0, atol=1e-6)
    assert len(parted.parts) > len(whole.parts)


def test_out_of_memory_halves_the_budget_and_loses_nothing() -> None:
    whole, scarce, told = Line(), Line(fails_above=20), []
    expected = whole.fit(10**9)
    losses: list[float] = []

    def on_step(step: int, metrics: dict[str, float]) -> None:
        if "loss" in metrics:
            losses.append(metrics["loss"])
        if "token_budget" in metrics:
            told.append((step, metrics["token_budget"]))

    begun: list[int] = []
    fit(
        {"scales.weight": scarce.weight}, scarce.batch_loss, dict, lengths=scarce.lengths,
        learning_rates={"scales": 0.1}, epochs=2, batch_size=8, patience=1, seed=0, budget=TokenBudget(64),
        begin_step=lambda: begun.append(1), on_step=on_step,
    )  # fmt: skip
    assert losses == pytest.approx(expected[0], rel=1e-6)
    assert torch.allclose(scarce.weight, expected[1], rtol=0, atol=1e-6)
    assert len(begun) == len(losses)  # a step done again is the same step
    assert [step for step, _ in told] == sorted({step for step, _ in told})
    assert told
    assert told[-1][1] <= 20


def test_a_document_too_large_for_the_memory_is_an_error() -> None:
    with pytest.raises(torch.OutOfMemoryError):
        Line(fails_above=5).fit(64)
