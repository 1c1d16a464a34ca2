"""Single best source and AdapterSoup: which source is taken, what is averaged, that nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.baselines.linear import (
    average,
    cross_validated_loss,
    fit_head_on,
    fit_single_source,
    fit_soup,
    rank_sources,
)
from scalearn_core.data.dataset import TextDataset
from scalearn_core.encoders.encoder import Encoder
from tests.core.tiny import random_adapter


def blinding(encoder: Encoder, name: str = "blinding") -> Adapter:
    """An adapter so loud in the last layer that all documents look alike."""
    adapter = random_adapter(name, seed=4)
    with torch.no_grad():
        adapter.bottleneck(1).down_weight.zero_()
        adapter.bottleneck(1).up_bias.copy_(1e6 * torch.randn(encoder.width, generator=torch.manual_seed(0)))
    return adapter


def quiet(name: str, seed: int) -> Adapter:
    """An adapter that changes little."""
    adapter = random_adapter(name, seed=seed)
    with torch.no_grad():
        for parameter in adapter.layers.parameters():
            parameter *= 0.1
    return adapter


def test_the_source_that_helps_comes_first(encoder: Encoder, data: TextDataset) -> None:
    sources = [blinding(encoder), quiet("quiet", 1), blinding(encoder, "blinding too")]
    assert rank_sources(encoder, sources, data.train, data.validation, seed=0)[0] == 1


def test_the_single_best_source_is_a_head_on_that_source(encoder: Encoder, data: TextDataset) -> None:
    sources = [blinding(encoder), quiet("quiet", 1)]
    train, validation, texts = data.train, data.validation, data.test.texts
    found = fit_single_source(encoder, sources, train, validation, seed=0)(texts)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(
        found, fit_head_on(encoder, sources[1], train, validation, seed=0)(texts)
    )  # fmt: skip
    assert (found == data.test.targets).mean() > 0.6
    other = fit_head_on(encoder, sources[0], train, validation, seed=0)(texts)
    assert not np.array_equal(found, other)


def test_the_soup_is_the_mean_of_weights_not_of_outputs(encoder: Encoder) -> None:
    members = [random_adapter(str(seed), seed=seed) for seed in range(3)]
    soup = average(members)
    for key, tensor in soup.layers.state_dict().items():
        mean = sum(member.layers.state_dict()[key] for member in members) / 3
        assert torch.allclose(tensor, mean)
    assert not any(parameter.requires_grad for parameter in soup.layers.parameters())
    z = torch.randn(2, 5, encoder.width)
    assert torch.allclose(average([members[0]] * 4).output(0, z), members[0].output(0, z), atol=1e-6)


def test_the_soup_keeps_to_adapters_like_the_best_one(encoder: Encoder, data: TextDataset) -> None:
    """Ranks and non-linearities that differ cannot be averaged."""
    sources = [quiet("a", 1), random_adapter("wide", seed=2, rank=8), random_adapter("tanh", non_linearity="tanh")]
    best = rank_sources(encoder, sources, data.train, data.validation, seed=0)[0]
    alone = fit_head_on(encoder, sources[best], data.train, data.validation, seed=0)
    soup = fit_soup(encoder, sources, data.train, data.validation, seed=0)
    np.testing.assert_array_equal(soup(data.test.texts), alone(data.test.texts))


def test_the_soup_of_five_leaves_the_worst_out(encoder: Encoder, data: TextDataset) -> None:
    good = [quiet(str(seed), seed) for seed in range(5)]
    soup = fit_soup(encoder, [blinding(encoder), *good], data.train, data.validation, seed=0)
    wanted = fit_head_on(encoder, average(good), data.train, data.validation, seed=0)
    np.testing.assert_array_equal(soup(data.test.texts), wanted(data.test.texts))


@pytest.mark.parametrize("fit", [fit_single_source, fit_soup])
def test_the_sources_are_left_as_they_were(fit, encoder: Encoder, data: TextDataset) -> None:
    sources = [quiet("a", 1), quiet("b", 2)]
    before = [source.sha256() for source in sources]
    fit(encoder, sources, data.train, data.validation, seed=0)
    assert [source.sha256() for source in sources] == before
    assert all(isinstance(source.layers, nn.ModuleList) for source in sources)


def test_cross_validation_tells_signal_from_noise() -> None:
    generator = np.random.default_rng(0)
    targets = np.arange(40) % 2
    signal = (targets[:, None] * 4 + generator.normal(size=(40, 3))).astype(np.float32)
    noise = generator.normal(size=(40, 3)).astype(np.float32)
    known = cross_validated_loss(signal, targets, 2, seed=0)
    unknown = cross_validated_loss(noise, targets, 2, seed=0)
    assert known < 0.3 < 0.6 < unknown


@pytest.mark.parametrize("targets", [[0], [0, 1], [0, 0, 0, 0, 1]])
def test_cross_validation_of_next_to_nothing(targets: list[int]) -> None:
    embeddings = np.random.default_rng(0).normal(size=(len(targets), 3)).astype(np.float32)
    assert np.isfinite(cross_validated_loss(embeddings, np.array(targets), 2, seed=0))
