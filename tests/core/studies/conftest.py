"""A tiny trained model with its documents and its evidence, as a study is given it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scalearn_core.config import TrainingConfig
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evidence.trained import TrainedModel
from scalearn_core.explain.contributions import contribution_map
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import to_json
from scalearn_core.training.stage_two import train_scales
from tests.core.tiny import dataset, random_adapter
from tests.records import training


@pytest.fixture(scope="package")
def encoder(encoder_folder: Path) -> Encoder:
    encoder = Encoder.load(encoder_folder)
    encoder.pooling = "mean"
    return encoder


def make_trained(encoder: Encoder, documents: int, variant: str, config: TrainingConfig) -> TrainedModel:
    """Train a model on `dataset(documents)`, and write down what a study reads of its result."""
    data = dataset(documents).split(test=0.3, seed=config.seed)
    if config.recipe == "auto":
        data = data.without_validation()
    sources = [random_adapter(f"s{i}", seed=i, rank=2) for i in (1, 2)]
    model = ScaLearnModel(encoder, sources, labels=data.labels, variant=variant)
    trained = train_scales(model, data, config)
    measured = contribution_map(model, model.encoder.tokenize(data.frame["text"].tolist()))
    result = training(
        recipe=config.recipe,
        seed=config.seed,
        own_adapter=model.own_adapter,
        seconds=trained.seconds,
        scales={"documents": documents, "contribution": measured.contribution.tolist()},
        start=to_json(trained.forecast.record([source.name for source in sources]).start),
    )
    return TrainedModel(model, data, result, trained.frozen_head)


@pytest.fixture(scope="package")
def trained_model(encoder: Encoder) -> TrainedModel:
    """Recipe "auto", ScaLearnUniform, an own adapter."""
    return make_trained(encoder, 60, "scalearn_uniform", TrainingConfig())


@pytest.fixture(scope="package")
def plain_trained_model(encoder: Encoder) -> TrainedModel:
    """The same without an own adapter."""
    return make_trained(encoder, 60, "scalearn_uniform", TrainingConfig(own_adapter=False))


class Stopped(Exception):
    pass


def stop_after(share: float) -> Callable[[float], None]:
    """A listener that ends the work as soon as it is told so much."""

    def on_progress(done: float) -> None:
        if done >= share:
            raise Stopped

    return on_progress
