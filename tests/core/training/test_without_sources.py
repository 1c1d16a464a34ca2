"""The training without sources: what it is, and what its average with the training with sources is."""

from __future__ import annotations

import copy

import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import FORECAST, TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.training.recipe_auto import learn_from_pairs
from scalearn_core.training.stage_two import train_scales
from scalearn_core.training.without_sources import average, learn_own_adapter_alone
from tests.core.tiny import dataset, random_adapter


@pytest.fixture(scope="module")
def data() -> TextDataset:
    return dataset(60).split(test=0.2, validation=0.0)


def test_a_model_is_the_average_of_itself_and_the_training_without_sources(
    encoder: Encoder, sources: list[Adapter], data: TextDataset
) -> None:
    config = TrainingConfig(epochs=1)
    model = ScaLearnModel(encoder, sources, labels=data.labels)
    result = train_scales(model, data, config)
    recipe, train = config.resolved(len(data.train)), data.train
    cached = CachedDocuments(encoder, encoder.tokenize(train.texts), 0)
    with_sources = model.like(sources)
    learn_from_pairs(
        with_sources, cached, train.targets, recipe, start=FORECAST.shrinkage * result.forecast.strengths,
        batch_size=config.batch_size, seed=config.seed,
    )  # fmt: skip
    assert result.alone is not None
    assert torch.equal(model.scales.omega, average(with_sources, result.alone).scales.omega)
    assert torch.equal(model.scales.omega[:, :-1], with_sources.scales.omega[:, :-1] / 2)


@pytest.mark.parametrize(
    "config", [TrainingConfig(epochs=1, own_adapter=False), TrainingConfig("paper", epochs=1)]
)
def test_without_a_task_adapter_nothing_is_averaged(
    config: TrainingConfig, encoder: Encoder, sources: list[Adapter], data: TextDataset
) -> None:
    model = ScaLearnModel(encoder, sources, labels=data.labels)
    assert train_scales(model, data, config).alone is None


def test_alone_means_the_same_variant_and_kind(encoder, data: TextDataset) -> None:
    sources = [random_adapter("s", seed=1, rank=2, non_linearity="gelu")]
    model = ScaLearnModel(encoder, sources, labels=data.labels, variant="scalearn_pp")
    result = train_scales(model, data, TrainingConfig(epochs=1))
    before = model.scales.omega.detach().clone()
    recipe = TrainingConfig(epochs=1).resolved(len(data.train))
    alone = learn_own_adapter_alone(model, result.documents, data.train.targets, recipe, batch_size=32, seed=13)
    assert alone.variant == "scalearn_pp"
    assert [source.name for source in alone.sources] == ["own"]
    assert alone.sources[0].non_linearity == "gelu"
    assert torch.equal(model.scales.omega, before)


def test_the_average_lies_in_the_middle_of_both(
    encoder: Encoder, sources: list[Adapter], data: TextDataset
) -> None:
    model = ScaLearnModel(encoder, sources, labels=data.labels)
    train_scales(model, data, TrainingConfig(epochs=2))
    alone = model.like([copy.deepcopy(model.sources[-1])])
    with torch.no_grad():
        alone.scales.omega.fill_(3.0)
        for parameter in alone.sources[-1].layers.parameters():
            parameter.add_(1.0)
    mean = average(model, alone)
    omega = model.scales.omega
    assert torch.equal(mean.scales.omega[:, :-1], omega[:, :-1] / 2)
    assert torch.equal(mean.scales.omega[:, -1], (omega[:, -1] + 3.0) / 2)
    for ours, theirs in zip(
        mean.sources[-1].layers.parameters(), model.sources[-1].layers.parameters(), strict=True
    ):
        assert torch.allclose(ours, theirs + 0.5)
