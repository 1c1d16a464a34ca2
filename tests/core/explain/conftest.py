"""A model on the tiny encoder, one of whose sources was made to help, and the documents it is tried on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import StageOneConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.explain.refit import Mixes
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.training.documents import Documents
from scalearn_core.training.stage_one import TaskData, train_adapter
from tests.core.tiny import FILLER, TOPICS, random_adapter

Build = Callable[..., ScaLearnModel]


def mixes_of(model: ScaLearnModel, divided: TextDataset) -> Mixes:
    documents = Documents.read(divided, model.encoder)
    return Mixes(model, documents.train, documents.test, seed=0)


def faint(documents: int, seed: int) -> TextDataset:
    """Three topics again, each told by a single word among others: hard to learn from few documents."""
    generator = np.random.default_rng(seed)
    rows = ["text,label"]
    for number in range(documents):
        topic = list(TOPICS)[number % 3]
        words = [*generator.choice(FILLER, 5), generator.choice(TOPICS[topic])]
        rows.append(f"{' '.join(generator.permutation(words))} {number},{topic}")
    return TextDataset.from_table("\n".join(rows).encode(), text="text", label="label", name="faint")


@pytest.fixture(scope="package")
def divided() -> TextDataset:
    return faint(100, seed=0).split(test=0.7, validation=0.0)


@pytest.fixture(scope="package")
def reader(encoder_folder: Path) -> Encoder:
    """The tiny encoder with mean pooling: token 0 of a random encoder hardly knows the other words."""
    encoder = Encoder.load(encoder_folder)
    encoder.pooling = "mean"
    return encoder


@pytest.fixture(scope="package")
def helpful(reader: Encoder) -> Adapter:
    """An adapter that was trained on the same classes, on other documents."""
    data = faint(300, seed=1).split(test=0.2, validation=0.0).train
    task = TaskData(reader.tokenize(data.texts), data.targets, 3)
    nothing = TaskData(reader.tokenize([]), np.array([], dtype=np.int64), 3)
    return train_adapter(
        reader, "helpful", task, nothing, StageOneConfig(epochs=20, learning_rate=1e-2, reduction_factor=2)
    ).adapter


@pytest.fixture
def build(reader: Encoder, helpful: Adapter, divided: TextDataset) -> Build:
    """A model of the helpful source, one of random weights and one without any output; scales as given."""

    def built(*scales: float, variant: str = "scalearn_uniform") -> ScaLearnModel:
        silent = random_adapter("silent", seed=5)
        for layer in silent.layers:
            layer.up_weight.zero_()
            layer.up_bias.zero_()
        model = ScaLearnModel(
            reader, [helpful, random_adapter("noise", seed=3, rank=2), silent], labels=divided.labels,
            variant=variant,
        )  # fmt: skip
        with torch.no_grad():
            for source, scale in enumerate(scales):
                model.scales.omega[:, source] = scale
        return model

    return built
