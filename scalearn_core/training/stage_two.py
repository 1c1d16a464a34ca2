"""Stage two: train the scales, and the head on top, for the target task (paper, section 4)."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch.nn import functional as F

from scalearn_core.baselines.frozen_head import FrozenHead, fit_frozen_head
from scalearn_core.config import StageOneConfig, TrainingConfig
from scalearn_core.data.dataset import Split, TextDataset
from scalearn_core.errors import ConfigError
from scalearn_core.evaluation.metrics import score
from scalearn_core.scaling.heads import linear_head, two_layer_head
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.training.batching import ordered_batches
from scalearn_core.training.loop import History, OnStep, fit
from scalearn_core.training.stage_one import TaskData, embed, train_adapter

OnStage = Callable[[str], None]
"""Told the code of each stage as it begins: "embedding", "own_adapter", "training"."""


OWN_NAME = "own"
"""What the target task's own adapter is called among the sources."""


@dataclass
class TrainingResult:
    """What `train_scales` gives back; the model itself was changed in place."""

    history: History
    frozen_head: FrozenHead
    """Logistic regression on the frozen encoder: a baseline, and the start of recipe "auto"."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall time per stage."""


def train_scales(
    model: ScaLearnModel,
    dataset: TextDataset,
    config: TrainingConfig | None = None,
    *,
    on_step: OnStep | None = None,
    on_stage: OnStage | None = None,
) -> TrainingResult:
    """Train `model` on `dataset.train`, choosing the best epoch on `dataset.validation`.

    Recipe "auto" starts from ω = 0 and a logistic regression on the frozen encoder's embeddings, so that it
    never starts below that plain classifier; "paper" starts from N(2/T, 0.001²) and a fresh two-layer head.
    Without validation documents the last epoch is kept.

    Args:
        on_step: `on_step(step, metrics)` after every step (see `loop.OnStep`); raise in it to stop.
        on_stage: told when a stage begins.

    Raises:
        ConfigError: the dataset's labels are not the model's.
    """
    config = config or TrainingConfig()
    recipe = config.resolved(len(dataset.train))
    if config.own_adapter and OWN_NAME in model.stack.names:
        raise ConfigError("config.repeated_source", name=OWN_NAME)
    clock = _Clock(on_stage)
    train = _task_data(model, dataset.train)
    validation = _task_data(model, dataset.validation)

    clock.start("embedding")
    frozen_head = fit_frozen_head(
        embed(model.encoder, train.tokens), train.targets,
        embed(model.encoder, validation.tokens), validation.targets, len(model.labels), seed=config.seed,
    )  # fmt: skip
    if config.own_adapter:
        clock.start("own_adapter")
        stage_one = StageOneConfig.for_documents(len(train), config.seed)
        own = train_adapter(model.encoder, OWN_NAME, train, validation, stage_one, on_step)
        model.add_own_adapter(own.adapter)
    clock.start("training")
    _start(model, config, frozen_head)

    def batch_loss(rows: list[int]) -> torch.Tensor:
        model.train_mode(True, encoder_dropout=recipe.encoder_dropout)
        targets = torch.as_tensor(train.targets[rows], device=model.encoder.device)
        return F.cross_entropy(model.logits(train.tokens, rows), targets) + model.scales.regularization()

    trainable = {f"scales.{key}": p for key, p in model.scales.named_parameters()}
    trainable |= {f"head.{key}": p for key, p in model.head.named_parameters()}
    try:
        history = fit(
            trainable, batch_loss, lambda: _validate(model, validation), lengths=train.tokens.lengths,
            learning_rates={"scales": recipe.scales_learning_rate, "head": recipe.head_learning_rate},
            epochs=recipe.epochs, batch_size=config.batch_size, patience=recipe.patience, seed=config.seed,
            on_step=on_step,
        )  # fmt: skip
    finally:
        model.train_mode(False)  # `on_step` may stop the training; the encoder may serve others
    model.training_record = {
        **dataclasses.asdict(config), "device": model.encoder.device.type,
        "best_epoch": history.best_epoch, "dataset_fingerprint": dataset.fingerprint,
    }  # fmt: skip
    return TrainingResult(history, frozen_head, clock.stop())


def _start(model: ScaLearnModel, config: TrainingConfig, frozen_head: FrozenHead) -> None:
    """Set scales and head to where the recipe begins."""
    width, classes, device = model.encoder.width, len(model.labels), model.encoder.device
    if config.recipe == "paper":
        model.scales.start_as_in_paper(config.seed)
        generator = torch.Generator().manual_seed(config.seed + 1)
        model.head = two_layer_head(width, classes, generator=generator).to(device)
        return
    model.scales.start_at_zero()
    model.head = linear_head(width, classes).to(device)
    weights = {"0.weight": frozen_head.weight, "0.bias": frozen_head.bias}
    model.head.load_state_dict({key: torch.from_numpy(value) for key, value in weights.items()})


@torch.no_grad()
def _validate(model: ScaLearnModel, data: TaskData) -> dict[str, float]:
    if not len(data):
        return {}
    model.train_mode(False)
    loss, predicted = 0.0, np.zeros(len(data), dtype=np.int64)
    for rows in ordered_batches(data.tokens.lengths):
        logits = model.logits(data.tokens, rows)
        targets = torch.as_tensor(data.targets[rows], device=logits.device)
        loss += F.cross_entropy(logits, targets, reduction="sum").item()
        predicted[rows] = logits.argmax(-1).cpu().numpy()
    return {
        "validation_loss": loss / len(data),
        "validation_macro_f1": score("macro_f1", data.targets, predicted),
    }


def _task_data(model: ScaLearnModel, split: Split) -> TaskData:
    if split.labels != model.labels:
        raise ConfigError("config.other_labels", found=", ".join(split.labels), expected=", ".join(model.labels))
    return TaskData(model.encoder.tokenize(split.texts), split.targets, len(model.labels))


class _Clock:
    """Wall time per stage, telling a listener of each stage as it begins."""

    def __init__(self, on_stage: OnStage | None) -> None:
        self.on_stage = on_stage
        self.seconds: dict[str, float] = {}
        self.current: tuple[str, float] | None = None

    def start(self, stage: str) -> None:
        self.stop()
        self.current = (stage, time.monotonic())
        if self.on_stage:
            self.on_stage(stage)

    def stop(self) -> dict[str, float]:
        if self.current:
            stage, began = self.current
            self.seconds[stage] = time.monotonic() - began
            self.current = None
        return self.seconds
