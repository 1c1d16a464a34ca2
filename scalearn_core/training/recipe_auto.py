"""Recipe "auto": scales and task adapter learn from pairs of documents; a logistic regression goes on top.

The sources' scales start at half their forecast (`training/forecast.py`), most of them at 0, and the own adapter
next to nothing with scale 1. So a source comes in only as far as it brings documents of one class together, and
with either sign. The own adapter is one more source: the scales mix what earlier tasks taught with what these
documents teach.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from scalearn_core.adapters.bottleneck import Adapter, new_adapter
from scalearn_core.config import Recipe
from scalearn_core.devices import autocast
from scalearn_core.encoders.batching import TokenBudget
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.encoders.quick import quick, runs_in_bfloat16
from scalearn_core.errors import ConfigError
from scalearn_core.heads.logistic import FrozenHead, fit_head, unit
from scalearn_core.heads.modules import unit_linear_head
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.scales import Scales
from scalearn_core.scaling.sources import StackedSources
from scalearn_core.targets import Targets
from scalearn_core.training.checkpoints import Loop
from scalearn_core.training.contrastive import class_batches, contrastive_loss
from scalearn_core.training.loop import EpochRecord, History, OnStep, seeded

OWN_NAME = "own"
"""What the target task's own adapter is called among the sources."""
REDUCTION_FACTOR = 16
"""Of the own adapter, as of the library's."""
HEAD_C = 10.0
"""Inverse regularisation strength of the head. The embeddings were trained on the same documents, which therefore
cannot choose it. Of 1, 10 and 100 it gave the least log-loss on most of five public tables (no command here)."""
HEAD_C_MULTI_LABEL = 30.0
"""The same where documents have several labels. Of 10, 30, 100 and 300 it gave the least log-loss on the one
public table at hand (no command here)."""
WARM_UP = 0.1
"""Share of the steps in which the rates rise to their value; they fall to zero over the rest."""


def learn_from_pairs(
    model: ScaLearnModel,
    documents: CachedDocuments,
    targets: Targets,
    recipe: Recipe,
    *,
    start: NDArray[np.float64],
    batch_size: int,
    seed: int,
    on_step: OnStep | None = None,
    with_head: bool = True,
) -> History:
    """Train the scales of `model`, and of a task adapter if the recipe has one, by the contrastive loss.

    The model changes only at the end: scales, own adapter as last source, head. The history has a record per pass
    over the documents; where no class has two documents there is nothing to learn from, and it has none.

    Args:
        documents: opened at layer 0 where an own adapter learns, else at most at the first layer of any source.
        targets: their classes (`targets.py`).
        start: a scale for each source of the model, `[sources]`, see `training/forecast.py`.
        recipe: rates and steps, see `TrainingConfig.resolved`.
        on_step: see `loop.OnStep`.
        with_head: False leaves the head to who changes the scales again.
    """
    if model.ablation.combination != "free":  # ω / Σ ω has no value where all are zero
        raise ConfigError("config.no_zero_start", found=model.ablation.combination)
    own = new_own_adapter(model.encoder, model.sources, seed) if recipe.own_adapter else None
    learner = Learner(model.encoder, model.stack, start_scales(model, start, own is not None), own)
    with seeded(seed):
        history = take_steps(learner, documents, targets, recipe, batch_size, seed, on_step)
    if own is not None:
        model.add_own_adapter(own.frozen())
    model.scales.load_state_dict(learner.scales.state_dict())
    if with_head:
        fit_head_on(model, documents, targets, seed)
    return history


@dataclass(eq=False)
class Learner:
    """Scales over frozen sources and, last, over the own adapter that learns with them; one of both may lack."""

    encoder: Encoder
    sources: StackedSources | None
    scales: Scales
    own: Adapter | None

    def quick(self) -> Learner:
        """The same scales and own adapter over the frozen parts in bfloat16 (`encoders/quick.py`)."""
        sources = None if self.sources is None else self.sources.in_bfloat16()
        return replace(self, encoder=quick(self.encoder), sources=sources)

    def parameters(self) -> dict[str, list[nn.Parameter]]:
        own = [] if self.own is None else list(self.own.layers.parameters())
        return {"scales": [self.scales.omega], "own": own}

    def adapt(self, layer: int, z: torch.Tensor, f: torch.Tensor | None) -> torch.Tensor:
        """`Σ_t ω_t ⊙ A_t(z) + ω_own ⊙ A_own(z)`, of which the sum is folded."""
        omega = self.scales(layer)
        if self.own is None:
            assert self.sources is not None
            return self.sources.scaled_sum(layer, z, omega)
        own: torch.Tensor = omega[-1] * self.own.output(layer, z)
        return own if self.sources is None else self.sources.scaled_sum(layer, z, omega[:-1]) + own

    def embed(self, documents: CachedDocuments, rows: list[int], budget: TokenBudget) -> torch.Tensor:
        """Embeddings `[rows, width]` in the order of `rows`, run in parts of like length."""
        parts, embeddings = budget.parts(rows, documents.lengths), []
        for part in parts:
            batch, start = documents.batch(part)
            with autocast(self.encoder.device):
                hidden = self.encoder.hidden_states(*batch, adapt=self.adapt, start=start)
            embeddings.append(self.encoder.pool(hidden.float(), batch.attention_mask))
        place = {row: number for number, row in enumerate(itertools.chain(*parts))}
        return torch.cat(embeddings)[torch.tensor([place[row] for row in rows])]


def start_scales(model: ScaLearnModel, start: NDArray[np.float64], own_adapter: bool) -> Scales:
    """Those of `model` at their start, and one more for an own adapter: 1, as it does next to nothing yet."""
    encoder = model.encoder
    values = torch.tensor([*start, *[1.0] * own_adapter], device=encoder.device)
    scales = Scales(
        model.scales.variant, layers=len(encoder.layers), sources=len(values), width=encoder.width,
        ablation=model.ablation,
    ).to(encoder.device)  # fmt: skip
    with torch.no_grad():
        scales.omega.copy_(values[None, :, None])
    return scales


def new_own_adapter(encoder: Encoder, sources: Sequence[Adapter], seed: int) -> Adapter:
    own = new_adapter(
        OWN_NAME, layers=len(encoder.layers), width=encoder.width, model_type=encoder.model_type,
        reduction_factor=REDUCTION_FACTOR, seed=seed,
    )  # fmt: skip
    kinds = {source.non_linearity for source in sources}
    if len(kinds) == 1:  # so that the whole can be exported as one adapter
        own.non_linearity = kinds.pop()
    own.encoder_fingerprint = encoder.fingerprint
    own.layers.to(encoder.device)
    return own


def head_c(multi_label: bool) -> float:
    """C of the head on trained embeddings."""
    return HEAD_C_MULTI_LABEL if multi_label else HEAD_C


def fit_head_on(model: ScaLearnModel, documents: CachedDocuments, targets: Targets, seed: int) -> None:
    """Put a logistic regression on the trained embeddings, with its limits where documents have several labels.

    The embeddings know the labels of these documents already, which the limits out of fold can not undo; measured
    on others they are near the best all the same (`docs/quality.md`).
    """
    embeddings = unit(embed(model.encoder, documents, model.adapt))
    put_head(model, fit_head(embeddings, targets, len(model.labels), c=head_c(model.multi_label), seed=seed))


def put_head(model: ScaLearnModel, head: FrozenHead) -> None:
    """Make a linear head on unit-length embeddings that of the model."""
    model.head = unit_linear_head(model.encoder.width, len(model.labels)).to(model.encoder.device)
    state = {"1.weight": torch.from_numpy(head.weight), "1.bias": torch.from_numpy(head.bias)}
    model.head.load_state_dict(state)
    model.thresholds = head.thresholds


def take_steps(
    learner: Learner,
    documents: CachedDocuments,
    targets: Targets,
    recipe: Recipe,
    batch_size: int,
    seed: int,
    on_step: OnStep | None,
) -> History:
    """Take the steps: AdamW, gradient norm at most 1, rates rising shortly and then falling to zero."""
    if runs_in_bfloat16(learner.encoder, recipe.bfloat16):
        learner = learner.quick()
    encoder, parameters = learner.encoder, learner.parameters()
    rates = {"scales": recipe.scales_learning_rate, "own": recipe.own_learning_rate}
    groups = [{"params": tensors, "lr": rates[name]} for name, tensors in parameters.items() if tensors]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.0)
    rising = max(1, round(WARM_UP * recipe.steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / rising, 1 - step / recipe.steps)
    )
    size = min(batch_size, len(documents))
    batches = class_batches(targets, size, np.random.default_rng(seed))
    budget = TokenBudget.of(encoder.device.type)
    classes = torch.as_tensor(targets, device=encoder.device)
    pass_steps = ceil(len(documents) / size)
    history, losses = History([EpochRecord(0, None, {})]), []
    learner.scales.train()
    named = {f"{part}.{n}": each for part, tensors in parameters.items() for n, each in enumerate(tensors)}
    loop = Loop(named, optimizer, schedule, budget)
    if loop.step:
        history, losses = History.of_notes(loop.notes["history"]), list(loop.notes["losses"])
    for step, rows in enumerate(itertools.islice(batches, recipe.steps), 1):
        if step <= loop.step:  # done before the process was killed
            continue
        learner.scales.draw_dropout()
        tokens_before = budget.tokens
        loss = _accumulate(learner, optimizer, documents, rows, classes, budget)
        torch.nn.utils.clip_grad_norm_([p for tensors in parameters.values() for p in tensors], 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss)
        epoch = ceil(step / pass_steps)
        metrics = {"loss": losses[-1], "epoch": epoch, "fraction": step / recipe.steps}
        if step % pass_steps == 0 or step == recipe.steps:
            metrics["train_loss"] = float(np.mean(losses))
            history.records.append(EpochRecord(epoch, metrics["train_loss"], {}))
            history.best_epoch, losses = epoch, []
        loop.done(step, {"history": history.as_notes(), "losses": [*losses]})
        if on_step:
            on_step(step, metrics if budget.tokens == tokens_before else metrics | {"token_budget": budget.tokens})
    loop.finish({"history": history.as_notes(), "losses": losses})
    return history


def _accumulate(
    learner: Learner,
    optimizer: torch.optim.Optimizer,
    documents: CachedDocuments,
    rows: list[int],
    classes: torch.Tensor,
    budget: TokenBudget,
) -> float:
    """Loss of `rows`, whose gradient is left in the parameters.

    The loss joins all documents, so at first all parts are kept for one backward pass. Where the memory does not
    hold that, embeddings come first, without gradients, and each part is then run again with the gradient of the
    loss at its embeddings; in ever smaller parts.

    Raises:
        torch.OutOfMemoryError: the memory does not suffice for one document.
    """
    optimizer.zero_grad()
    try:
        loss = contrastive_loss(learner.embed(documents, rows, budget), classes[rows])
        loss = loss + learner.scales.regularization()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.item()
    except torch.OutOfMemoryError:
        pass
    while True:
        parts = budget.parts(rows, documents.lengths)
        optimizer.zero_grad()
        try:
            with torch.no_grad():
                embeddings = learner.embed(documents, rows, budget)
            embeddings.requires_grad_()
            loss = contrastive_loss(embeddings, classes[rows]) + learner.scales.regularization()
            loss.backward()  # type: ignore[no-untyped-call]
            assert embeddings.grad is not None
            place = {row: number for number, row in enumerate(rows)}
            for part in parts:
                gradient = embeddings.grad[[place[row] for row in part]]
                learner.embed(documents, part, budget).backward(gradient)  # type: ignore[no-untyped-call]
            return loss.item()
        except torch.OutOfMemoryError:
            if len(parts) == len(rows):  # one document at a time already
                raise
        while len(budget.parts(rows, documents.lengths)) == len(parts):
            budget.halve()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
