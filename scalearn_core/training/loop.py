"""The one training loop of both stages: AdamW, linear decay without warm-up, best epoch restored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

from scalearn_core.devices import repeatable
from scalearn_core.encoders.batching import TokenBudget, training_batches
from scalearn_core.training.checkpoints import Loop

OnStep = Callable[[int, dict[str, float]], None]
"""`on_step(step, metrics)`, called after every step; an exception it raises ends the training."""


@dataclass(frozen=True)
class EpochRecord:
    """One row of the history; epoch 0 is the state before any step."""

    epoch: int
    train_loss: float | None
    validation: dict[str, float]


@dataclass
class History:
    """What happened: one record per epoch, which epoch was kept, and whether the end came early."""

    records: list[EpochRecord] = field(default_factory=list)
    best_epoch: int = 0
    stopped_early: bool = False

    def as_notes(self) -> dict[str, Any]:
        """As a checkpoint keeps it; `of_notes` is the way back."""
        return asdict(self)

    @classmethod
    def of_notes(cls, notes: dict[str, Any]) -> History:
        return cls(**{**notes, "records": [EpochRecord(**record) for record in notes["records"]]})


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """The same bytes from the same seed: dropout masks from it, and on a GPU only operations that promise as much.

    The caller's generator states and settings are left as they were. Without the second, two equal trainings on a
    GPU came apart in their scales, since the backward pass of attention adds in no fixed order there.
    """
    with torch.random.fork_rng(devices=list(range(torch.cuda.device_count()))), repeatable():
        torch.manual_seed(seed)
        yield


def fit(
    trainable: dict[str, nn.Parameter],
    batch_loss: Callable[[list[int]], torch.Tensor],
    validate: Callable[[], dict[str, float]],
    *,
    lengths: Sequence[int],
    learning_rates: dict[str, float],
    epochs: int,
    batch_size: int,
    patience: int,
    seed: int,
    criterion: str = "validation_loss",
    budget: TokenBudget | None = None,
    begin_step: Callable[[], None] = lambda: None,
    on_step: OnStep | None = None,
) -> History:
    """Train and leave the best epoch's values in `trainable` (all of them, the shared scales of ++ included).

    Args:
        trainable: every number that learns, by name; `learning_rates` gives a rate per first part of the name.
        batch_loss: mean loss of the given documents, in train mode; called for one part of a step's documents
            after the other, whose gradients add up to that of the mean over all of them.
        validate: metrics of the current state, in eval mode; an empty dict where there is nothing to validate
            on, and then the last epoch is kept.
        lengths: tokens per document, for batching.
        patience: epochs without a new best before stopping; best is the lowest `criterion`.
        budget: how much of a step is computed at a time (by default: for a CPU). Halved where the device runs out
            of memory; the step is then done again from its beginning.
        begin_step: called before the first part of a step, to draw what all of its parts share.
        on_step: see `OnStep`; metrics are `loss`, `epoch` and `fraction` (0 to 1), `token_budget` in a step that
            had to halve it, and at an epoch's end `train_loss` (mean of the epoch) and what `validate` gave.

    Raises:
        torch.OutOfMemoryError: the memory does not suffice for one document.
    """
    groups = [
        {"params": [p for name, p in trainable.items() if name.split(".")[0] == part], "lr": rate}
        for part, rate in learning_rates.items()
    ]
    optimizer = torch.optim.AdamW([group for group in groups if group["params"]], weight_decay=0.0)
    steps = epochs * -(-len(lengths) // batch_size)
    decay = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(0.0, 1 - step / steps))
    order = np.random.default_rng(seed)
    budget = budget or TokenBudget.of("cpu")

    history = History([EpochRecord(0, None, validate())])
    best, best_state = history.records[0].validation.get(criterion, float("inf")), _copy(trainable)
    step = 0
    with seeded(seed):
        loop = Loop(trainable, optimizer, decay, budget)
        if loop.step:
            history, best = History.of_notes(loop.notes["history"]), loop.notes["best"]
            best_state = loop.extra or _copy(trainable)
        for epoch in range(1, epochs + 1) if not loop.finished else ():
            losses: list[float] = []
            for rows in training_batches(lengths, batch_size, order):
                if step < loop.step:  # done before the process was killed
                    step, losses = step + 1, list(loop.notes["losses"])
                    continue
                before = budget.tokens
                begin_step()
                losses.append(accumulate(optimizer, batch_loss, rows, lengths, budget))
                torch.nn.utils.clip_grad_norm_(list(trainable.values()), 1.0)
                optimizer.step()
                decay.step()
                step += 1
                loop.done(step, {"history": history.as_notes(), "best": best, "losses": [*losses]}, best_state)
                if on_step:
                    values: dict[str, float] = {"loss": losses[-1], "epoch": epoch, "fraction": step / steps}
                    on_step(step, values if budget.tokens == before else values | {"token_budget": budget.tokens})
            if step < loop.step:
                continue
            metrics = validate()
            train_loss = float(np.mean(losses))
            history.records.append(EpochRecord(epoch, train_loss, metrics))
            if on_step:
                on_step(step, {"epoch": epoch, "fraction": step / steps, "train_loss": train_loss, **metrics})
            if metrics.get(criterion, float("-inf")) < best:
                best, best_state = metrics.get(criterion, best), _copy(trainable)
                history.best_epoch = epoch
            elif epoch - history.best_epoch >= patience:
                history.stopped_early = epoch < epochs
                break
    with torch.no_grad():
        for name, parameter in trainable.items():
            parameter.copy_(best_state[name])
    loop.finish({"history": history.as_notes(), "best": best})
    return history


def accumulate(
    optimizer: torch.optim.Optimizer,
    batch_loss: Callable[[list[int]], torch.Tensor],
    rows: list[int],
    lengths: Sequence[int],
    budget: TokenBudget,
) -> float:
    """Mean loss of `rows`, its gradient left in the parameters; in parts, and smaller ones if memory lacks."""
    while True:
        parts = budget.parts(rows, lengths)
        optimizer.zero_grad()
        loss: torch.Tensor | float = 0.0
        try:
            for part in parts:
                share = batch_loss(part) * (len(part) / len(rows))
                share.backward()  # type: ignore[no-untyped-call]
                loss = loss + share.detach()
            return float(loss)
        except torch.OutOfMemoryError:
            if len(parts) == len(rows):  # one document at a time already
                raise
        while len(budget.parts(rows, lengths)) == len(parts):  # a budget far above the step's need changes nothing
            budget.halve()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _copy(trainable: dict[str, nn.Parameter]) -> dict[str, Any]:
    return {name: parameter.detach().clone() for name, parameter in trainable.items()}
