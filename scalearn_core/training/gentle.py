"""A gentle update: corrections move the scales and the head of a trained model a little, and nothing else.

Each of a few steps descends the cross-entropy of the corrections and, with equal weight, of documents learned from
before, so that these are not forgotten (rehearsal, Robins 1995). After each step both are drawn back into a ball
around the model in use,

    θ = θ₀ + min(1, r |θ₀| / |θ - θ₀|) (θ - θ₀),    r = `DISTANCE`,

so that no row of corrections, however wrong, can lead far. Documents labelled before that were never learned from
guard the update: where their macro-F1 falls by more than `LIMIT` below that of the first model of a row of
updates, half the way is tried, then a quarter, and then nothing is changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.evaluation.metrics import score
from scalearn_core.records.update import UpdateRecord
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import tupled
from scalearn_core.targets import Targets, in_turns, same
from scalearn_core.training.loop import seeded
from scalearn_core.training.loss import classification_loss
from scalearn_core.training.stage_one import TaskData

DISTANCE = 0.2
"""Largest move of scales and of head, each against its own length."""
LIMIT = 0.02
"""Macro-F1 that the guard may lose."""
STEPS = 8
SCALES_RATE, HEAD_RATE = 0.03, 0.4
BATCH = 32
"""Corrections, and documents learned from, in a step each."""
MEMORY, GUARD = 256, 400
"""Documents at most that are remembered, and that guard."""
SHARES = (1.0, 0.5, 0.25)
"""Of the way that are tried in turn."""


@dataclass(frozen=True, eq=False)
class Moved:
    """Scales and head, as one point."""

    omega: torch.Tensor
    head: list[torch.Tensor]

    @classmethod
    def of(cls, model: ScaLearnModel) -> Moved:
        return cls(
            model.scales.omega.detach().clone(), [each.detach().clone() for each in model.head.parameters()]
        )

    @torch.no_grad()
    def put(self, model: ScaLearnModel) -> None:
        """Make them those of the model."""
        model.scales.omega.copy_(self.omega)
        for parameter, value in zip(model.head.parameters(), self.head, strict=True):
            parameter.copy_(value)

    def between(self, other: Moved, share: float) -> Moved:
        """So far on the way to the other."""
        return Moved(
            torch.lerp(self.omega, other.omega, share),
            [torch.lerp(mine, its, share) for mine, its in zip(self.head, other.head, strict=True)],
        )

    def distances(self, other: Moved) -> tuple[float, float]:
        """How far the other's scales and head are, against the length of these."""
        return _distance([self.omega], [other.omega]), _distance(self.head, other.head)


def gentle_update(
    model: ScaLearnModel,
    corrections: TaskData,
    memory: TaskData,
    guard: TaskData,
    *,
    guard_first: float | None = None,
    seed: int = 0,
    on_progress: Callable[[float], None] = lambda share: None,
) -> UpdateRecord:
    """Move `model` by the corrections, in place; where the update is refused it stays as it was.

    Args:
        corrections: documents with the labels a person gave them, at least one.
        memory: documents learned from; at most `MEMORY` of them are used, and none is no error.
        guard: documents with labels that were never learned from, at least one; at most `GUARD` are used.
        guard_first: macro-F1 on the guard of the model that a row of updates began with; None: this is the first.
        on_progress: told the share that is done; what it raises leaves the model as it was.
    """
    started = time.monotonic()
    rng = np.random.default_rng(seed)
    guard = _some(guard, np.sort(rng.permutation(len(guard))[:GUARD]))
    memory = _some(memory, np.sort(in_turns(memory.targets, MEMORY, rng)) if len(memory) else np.arange(0))
    before = Moved.of(model)
    guarded, corrected = (
        CachedDocuments(model.encoder, data.tokens, model.stack.first_layer) for data in (guard, corrections)
    )
    answers = decided(model, guarded)
    guard_before = score("macro_f1", guard.targets, answers)
    reference = guard_before if guard_first is None else guard_first
    right_before = int(same(decided(model, corrected), corrections.targets).sum())
    on_progress(0.2)
    try:
        goal = _learn(model, before, corrected, corrections.targets, memory, seed, on_progress)
        tried = [(share, before.between(goal, share)) for share in SHARES]
        accepted, after, first_fall = None, guard_before, None
        for _, moved in tried:
            moved.put(model)
            after = score("macro_f1", guard.targets, decided(model, guarded))
            first_fall = after if first_fall is None else first_fall
            if reference - after <= LIMIT:
                accepted = moved
                break
        if accepted is None:
            before.put(model)
            after = guard_before if first_fall is None else first_fall
    except BaseException:
        before.put(model)
        model.train_mode(False)
        raise
    now = Moved.of(model)
    scales, head = before.distances(accepted or goal)
    return UpdateRecord(
        accepted=accepted is not None,
        guard_before=guard_before,
        guard_after=after,
        guard_first=reference,
        guard_documents=len(guard),
        limit=LIMIT,
        distance=max(scales, head),
        distance_scales=scales,
        distance_head=head,
        distance_limit=DISTANCE,
        corrections=len(corrections),
        right_before=right_before,
        right_after=int(same(decided(model, corrected), corrections.targets).sum()),
        scales_before=tupled(before.omega.mean(-1)),
        scales_after=tupled(now.omega.mean(-1)),
        sources=tuple(source.name for source in model.sources),
        seconds=round(time.monotonic() - started, 2),
    )


def _learn(
    model: ScaLearnModel,
    before: Moved,
    corrected: CachedDocuments,
    targets: Targets,
    memory: TaskData,
    seed: int,
    on_progress: Callable[[float], None],
) -> Moved:
    """Where the corrections lead, within the distance; the model is left there."""
    rng = np.random.default_rng(seed)
    remembered = CachedDocuments(model.encoder, memory.tokens, model.stack.first_layer) if len(memory) else None
    optimizer = torch.optim.Adam(
        [{"params": [model.scales.omega], "lr": SCALES_RATE}, {"params": model.head.parameters(), "lr": HEAD_RATE}]
    )
    model.train_mode(False)  # no dropout: a few steps must not hang on luck
    with seeded(seed):
        for step in range(STEPS):
            optimizer.zero_grad()
            _backward(model, corrected, targets, rng)
            if remembered is not None:
                _backward(model, remembered, memory.targets, rng)
            optimizer.step()
            _draw_back(model, before)
            on_progress(0.2 + 0.6 * (step + 1) / STEPS)
    return Moved.of(model)


def _backward(
    model: ScaLearnModel, documents: CachedDocuments, targets: Targets, rng: np.random.Generator
) -> None:
    rows = rng.permutation(len(documents))[:BATCH].tolist()
    loss = classification_loss(
        model.logits(documents, rows), torch.as_tensor(targets[rows], device=model.encoder.device)
    )
    loss.backward()  # type: ignore[no-untyped-call]


@torch.no_grad()
def _draw_back(model: ScaLearnModel, before: Moved) -> None:
    """Both parts back into their balls."""
    now = Moved.of(model)
    scales, head = (min(1.0, DISTANCE / max(each, 1e-12)) for each in before.distances(now))
    Moved(before.between(now, scales).omega, before.between(now, head).head).put(model)


@torch.no_grad()
def decided(model: ScaLearnModel, documents: CachedDocuments) -> Targets:
    """What the model gives to prepared documents (`targets.py`)."""
    from scalearn_core.encoders.batching import forward_batches

    model.train_mode(False)
    probabilities = np.zeros((len(documents), len(model.labels)), dtype=np.float32)
    for rows in forward_batches(documents.lengths, model.encoder.device.type):
        probabilities[rows] = model.probabilities(model.logits(documents, rows)).cpu().numpy()
    return model.decide(probabilities)


def _some(data: TaskData, rows: NDArray[np.int64]) -> TaskData:
    return data.take(rows.tolist())


def _distance(mine: list[torch.Tensor], others: list[torch.Tensor]) -> float:
    """|θ - θ₀| / |θ₀|."""
    moved = sum(float((other - own).square().sum()) for own, other in zip(mine, others, strict=True)) ** 0.5
    length = sum(float(own.square().sum()) for own in mine) ** 0.5
    return float(moved / max(length, 1e-12))
