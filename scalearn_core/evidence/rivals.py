"""The rivals of a training: other methods on the same documents, scored on the same test documents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from scalearn_core.config import TrainingConfig
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Tokens
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.evaluation.methods import WITHOUT_UNLABELLED
from scalearn_core.heads.logistic import fit_frozen_head, unit
from scalearn_core.heads.majority import predict_majority
from scalearn_core.heads.tfidf import predict_tfidf
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.sources import mixed
from scalearn_core.targets import Targets
from scalearn_core.training.documents import Documents
from scalearn_core.training.loop import OnStep
from scalearn_core.training.shuffled_sources import shuffled
from scalearn_core.training.stage_two import TrainingResult, train_scales

CONTROL_SEED = 1
"""Added to the training's seed for the shuffling of sources."""


@dataclass(frozen=True)
class Rivals:
    """Predicted classes of the test documents by method (`targets.py`)."""

    predicted: dict[str, Targets]
    """"tfidf", "majority", "single_source", and the control; where documents without label joined,
    "without_unlabelled"."""
    control: str
    """"own_adapter", the same training without sources, or "shuffled_sources" (`evaluation/verdict.py`)."""


def predict_rivals(
    model: ScaLearnModel,
    trained: TrainingResult,
    documents: Documents,
    config: TrainingConfig,
    on_step: OnStep | None,
) -> Rivals:
    """Train the plain methods and the control on what `model` was trained on; classify the test documents.

    The plain classifier is not among them: it was there before the training.
    """
    dataset, tokens = documents.dataset, documents.test.tokens
    train, validation, test = dataset.train, dataset.validation, dataset.test
    control, predicted = _control(model, trained, documents, config, on_step)
    without = {} if trained.joined is None else {WITHOUT_UNLABELLED: _predicted(trained.joined.without, tokens)}
    return Rivals(
        {
            "tfidf": predict_tfidf(train, validation, test.texts, seed=config.seed),
            "majority": predict_majority(train, test.texts),
            "single_source": _single_source(model, trained, documents, config.seed),
            control: predicted,
        }
        | without,
        control,
    )


def _single_source(model: ScaLearnModel, trained: TrainingResult, documents: Documents, seed: int) -> Targets:
    """The source that promises most, at its strength in all layers, with a logistic regression on top."""
    best = trained.forecast.sources[0]
    encoder = model.encoder
    adapt = mixed([model.sources[best.source]], torch.full((1, 1, 1), best.strength, device=encoder.device))

    def embedded(part: Tokens | CachedDocuments) -> NDArray[np.float32]:
        return unit(embed(encoder, part, adapt))

    train, validation = documents.train, documents.validation
    head = fit_frozen_head(
        embedded(trained.documents), train.targets,
        embedded(validation.tokens), validation.targets, len(model.labels), seed=seed,
    )  # fmt: skip
    return head.predict(embedded(documents.test.tokens))


def _control(
    model: ScaLearnModel,
    trained: TrainingResult,
    documents: Documents,
    config: TrainingConfig,
    on_step: OnStep | None,
) -> tuple[str, Targets]:
    """The same training with what the sources know taken away."""
    tokens = documents.test.tokens
    if trained.alone is not None:
        return "own_adapter", _predicted(trained.alone, tokens)
    sources = model.sources[:-1] if model.own_adapter else model.sources
    ignorant = model.like(shuffled(sources, seed=config.seed + CONTROL_SEED), seed=config.seed)
    train_scales(ignorant, documents.dataset, config, documents=documents, on_step=on_step)
    return "shuffled_sources", _predicted(ignorant, tokens)


def _predicted(model: ScaLearnModel, tokens: Tokens) -> Targets:
    return model.decide(model.predict_proba_of(tokens))
