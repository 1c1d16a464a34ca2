"""Stage two: train the scales, and the head on top, for the target task (paper, section 4)."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from scalearn_core.config import FORECAST, Recipe, StageOneConfig, TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.devices import autocast
from scalearn_core.encoders.batching import TokenBudget, forward_batches
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.encoders.quick import products
from scalearn_core.errors import ConfigError
from scalearn_core.evaluation.metrics import score
from scalearn_core.heads.logistic import FrozenHead, fit_frozen_head, unit
from scalearn_core.heads.modules import two_layer_head
from scalearn_core.heads.thresholds import choose_thresholds
from scalearn_core.records.training import Joining
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.training.documents import Documents
from scalearn_core.training.forecast import Forecast, forecast
from scalearn_core.training.loop import History, OnStep, fit
from scalearn_core.training.loss import classification_loss
from scalearn_core.training.recipe_auto import OWN_NAME, learn_from_pairs
from scalearn_core.training.stage_one import TaskData, train_adapter
from scalearn_core.training.unlabelled import Joined, join, may_join
from scalearn_core.training.without_sources import average_with_alone

OnStage = Callable[[str], None]
"""Told the code of each stage as it begins: "embedding", "forecast", perhaps "own_adapter", "training", perhaps
"without_sources" and "unlabelled"."""


@dataclass
class TrainingResult:
    """What `train_scales` gives back; the model itself was changed in place."""

    history: History
    frozen_head: FrozenHead
    """Logistic regression on the frozen encoder's unit-length embeddings, from the same documents: a baseline."""
    documents: CachedDocuments
    """Those it learned from, opened, for who trains on them again."""
    forecast: Forecast
    """What the sources promised; in recipe "auto" the scales start there."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall time per stage."""
    alone: ScaLearnModel | None = None
    """The same training without sources; None where there is no task adapter, or in recipe "paper"."""
    joining: Joining | None = None
    """Whether documents without label joined, or why not; None where there are none."""
    joined: Joined | None = None
    """What documents without label did; None where none joined."""


def train_scales(
    model: ScaLearnModel,
    dataset: TextDataset,
    config: TrainingConfig | None = None,
    *,
    documents: Documents | None = None,
    cached: CachedDocuments | None = None,
    on_step: OnStep | None = None,
    on_stage: OnStage | None = None,
    on_frozen_head: Callable[[FrozenHead], None] = lambda head: None,
) -> TrainingResult:
    """Train `model` on the documents of `dataset`; its test documents are never used.

    Recipe "auto" starts from the plain encoder, learns scales and own adapter from pairs of documents
    (`recipe_auto.py`), is averaged with the same training without sources (`without_sources.py`) and fits the
    head; it learns from the validation documents too. Recipe "paper" starts from
    N(2/T, 0.001²) and a fresh two-layer head, and chooses the best epoch on the validation documents; without
    any, the last epoch is kept.

    Args:
        documents: those of `dataset` as the model's encoder reads them, where somebody tokenised them before.
        cached: the training documents' states at layer 0, where they are shared with other trainings.
        on_step: `on_step(step, metrics)` after every step (see `loop.OnStep`); raise in it to stop.
        on_stage: told when a stage begins.
        on_frozen_head: given the plain classifier as soon as it is fitted.

    Raises:
        ConfigError: the dataset's labels are not the model's.
    """
    config = config or TrainingConfig()
    model.encoder = model.encoder.reading(config.long_texts)
    if config.recipe == "auto":
        dataset = dataset.without_validation()
    recipe = config.resolved(len(dataset.train))
    model.thresholds = None
    if recipe.own_adapter and OWN_NAME in model.stack.names:
        raise ConfigError("config.repeated_source", name=OWN_NAME)
    clock = _Clock(on_stage)
    clock.start("embedding")
    _check_alike(model, dataset)
    read = Documents.read(dataset, model.encoder) if documents is None else documents.divided_as(dataset)
    train, validation = read.train, read.validation
    first = 0 if recipe.own_adapter else model.stack.first_layer  # an own adapter sits in every layer
    cached = cached or CachedDocuments(model.encoder, train.tokens, first)
    cached_validation = CachedDocuments(model.encoder, validation.tokens, first)
    frozen_head = fit_frozen_head(
        unit(embed(model.encoder, cached)), train.targets,
        unit(embed(model.encoder, cached_validation)), validation.targets, len(model.labels), seed=config.seed,
    )  # fmt: skip
    on_frozen_head(frozen_head)
    joined: Joined | None = None
    alone: ScaLearnModel | None = None
    joining: Joining | None = "other_recipe" if len(read.unlabelled) else None
    clock.start("forecast")
    source_forecast = forecast(
        model.encoder, model.sources, train.tokens, train.targets, seed=config.seed,
        on_candidate=lambda share: on_step(0, {"epoch": 0, "fraction": share}) if on_step else None,
        bfloat16=recipe.bfloat16,
    )  # fmt: skip
    if config.recipe == "auto":
        clock.start("training")
        history = learn_from_pairs(
            model, cached, train.targets, recipe, start=FORECAST.shrinkage * source_forecast.strengths,
            batch_size=config.batch_size, seed=config.seed, on_step=on_step, with_head=not recipe.own_adapter,
        )  # fmt: skip
        if recipe.own_adapter:
            clock.start("without_sources")
            alone = average_with_alone(
                model, cached, train.targets, recipe,
                batch_size=config.batch_size, seed=config.seed, on_step=on_step,
            )  # fmt: skip
        if len(read.unlabelled):
            joining = may_join(model.multi_label, recipe, source_forecast, train.targets)
        if joining == "joined":
            assert alone is not None
            clock.start("unlabelled")
            joined = join(
                model, alone, train.tokens, train.targets, read.unlabelled, recipe,
                batch_size=config.batch_size, seed=config.seed, on_step=on_step,
            )  # fmt: skip
            alone = joined.alone
    else:
        if recipe.own_adapter:
            clock.start("own_adapter")
            stage_one = StageOneConfig.for_documents(len(train), config.seed)
            own = train_adapter(model.encoder, OWN_NAME, train, validation, stage_one, on_step)
            model.add_own_adapter(own.adapter)
        clock.start("training")
        history = _learn_as_in_paper(
            model, train, (cached_validation, validation.targets), recipe, config, on_step
        )
        if model.multi_label:
            model.thresholds = _thresholds(model, cached, train, validation, config.seed)
    model.training_record = {
        **dataclasses.asdict(config), "device": model.encoder.device.type, "threads": torch.get_num_threads(),
        "products": products(model.encoder, recipe.bfloat16),
        "best_epoch": history.best_epoch, "dataset_fingerprint": dataset.fingerprint,
    }  # fmt: skip
    if len(dataset.unlabelled):
        model.training_record["labelled_fingerprint"] = dataset.labelled_fingerprint
    return TrainingResult(history, frozen_head, cached, source_forecast, clock.stop(), alone, joining, joined)


def _learn_as_in_paper(
    model: ScaLearnModel,
    train: TaskData,
    validation: tuple[CachedDocuments, np.ndarray],
    recipe: Recipe,
    config: TrainingConfig,
    on_step: OnStep | None,
) -> History:
    """Scales and a fresh head by cross-entropy, the encoder's own dropout on, as the paper's scripts do."""
    device, first = model.encoder.device, model.stack.first_layer
    model.scales.start_as_in_paper(config.seed)
    generator = torch.Generator().manual_seed(config.seed + 1)
    model.head = two_layer_head(model.encoder.width, len(model.labels), generator=generator).to(device)
    cached = CachedDocuments(model.encoder, train.tokens, None if recipe.encoder_dropout else first)
    targets = torch.as_tensor(train.targets, device=device)

    def batch_loss(rows: list[int]) -> torch.Tensor:
        model.train_mode(True, encoder_dropout=recipe.encoder_dropout)
        with autocast(device):
            logits = model.logits(cached, rows)
        return classification_loss(logits.float(), targets[rows]) + model.scales.regularization()

    trainable = {f"scales.{key}": p for key, p in model.scales.named_parameters()}
    trainable |= {f"head.{key}": p for key, p in model.head.named_parameters()}
    try:
        return fit(
            trainable, batch_loss, lambda: _validate(model, *validation),
            lengths=train.tokens.lengths, epochs=recipe.epochs, batch_size=config.batch_size,
            learning_rates={"scales": recipe.scales_learning_rate, "head": recipe.head_learning_rate},
            patience=recipe.patience, seed=config.seed, budget=TokenBudget.of(device.type),
            begin_step=model.scales.draw_dropout, on_step=on_step,
        )  # fmt: skip
    finally:
        model.train_mode(False)  # `on_step` may stop the training; the encoder may serve others


def _thresholds(
    model: ScaLearnModel, cached: CachedDocuments, train: TaskData, validation: TaskData, seed: int
) -> NDArray[np.float64] | None:
    """Limits chosen on the validation documents; without any, those of a regression on the trained embeddings."""
    if len(validation):
        return choose_thresholds(model.predict_proba_of(validation.tokens), validation.targets)
    embeddings = unit(embed(model.encoder, cached, model.adapt))
    nothing = embeddings[:0], train.targets[:0]
    return fit_frozen_head(embeddings, train.targets, *nothing, train.classes, seed=seed).thresholds


@torch.no_grad()
def _validate(model: ScaLearnModel, documents: CachedDocuments, targets: np.ndarray) -> dict[str, float]:
    if not len(documents):
        return {}
    model.train_mode(False)
    loss, predicted = 0.0, np.zeros_like(targets)
    for rows in forward_batches(documents.lengths, model.encoder.device.type):
        with autocast(model.encoder.device):
            logits = model.logits(documents, rows).float()
        wanted = torch.as_tensor(targets[rows], device=logits.device)
        loss += classification_loss(logits, wanted).item() * len(rows)
        predicted[rows] = model.decide(model.probabilities(logits).cpu().numpy())
    return {
        "validation_loss": loss / len(documents),
        "validation_macro_f1": score("macro_f1", targets, predicted),
    }


def _check_alike(model: ScaLearnModel, dataset: TextDataset) -> None:
    if dataset.labels != model.labels:
        raise ConfigError("config.other_labels", found=", ".join(dataset.labels), expected=", ".join(model.labels))
    if dataset.separator != model.separator:
        raise ConfigError("config.other_separator", found=dataset.separator, expected=model.separator)


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
