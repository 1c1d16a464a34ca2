"""Contributions: what they say does not hang on how an adapter shares out size between output and scale."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import VARIANTS
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.explain.contributions import ContributionMap, contribution_map
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.scales import Ablation
from tests.core.conftest import TEXTS
from tests.core.tiny import LAYERS, random_adapter


def build(encoder: Encoder, sources: list[Adapter], variant: str) -> ScaLearnModel:
    model = ScaLearnModel(encoder, sources, labels=["a", "b"], variant=variant)
    with torch.no_grad():
        model.scales.omega.normal_(0, 0.3, generator=torch.Generator().manual_seed(0))
    return model


def by_hand(model: ScaLearnModel) -> ContributionMap:
    """The formula, one document, layer and source at a time."""
    scaled, unscaled, own = (np.zeros((LAYERS, len(model.sources))) for _ in range(3))
    for text in TEXTS:
        tokens = model.encoder.tokenize([text])

        def add(layer: int, z: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
            omega, total = model.scales(layer), torch.zeros_like(z)
            own[layer] += f.norm(dim=-1).sum().item()
            for t, source in enumerate(model.sources):
                output = source.output(layer, z)
                total += omega[t] * output
                scaled[layer, t] += (omega[t] * output).norm(dim=-1).sum().item()
                unscaled[layer, t] += output.norm(dim=-1).sum().item()
            return total

        with torch.no_grad():
            model.encoder.hidden_states(*model.encoder.pad(tokens, [0]), adapt=add)
    return ContributionMap(np.empty(0), scaled / own, unscaled / own)


def measured_on(model: ScaLearnModel, texts: list[str]) -> ContributionMap:
    return contribution_map(model, model.encoder.tokenize(texts))


@pytest.mark.parametrize("variant", VARIANTS)
def test_sizes_are_those_of_the_formula(variant: str, encoder: Encoder, sources: list[Adapter]) -> None:
    model = build(encoder, sources, variant)
    found, wanted = measured_on(model, TEXTS), by_hand(model)
    assert found.contribution.shape == found.output_size.shape == (LAYERS, 3)
    assert np.allclose(np.abs(found.contribution), wanted.contribution, rtol=1e-4)
    assert np.allclose(found.output_size, wanted.output_size, rtol=1e-4)
    assert found.raw == pytest.approx(model.scales.omega.mean(-1).detach().double().numpy())
    assert found.contribution[1, 1] == 0  # the second source leaves this layer out


@pytest.mark.parametrize("variant", VARIANTS)
def test_twice_the_output_at_half_the_scale_changes_nothing(variant: str, encoder, sources) -> None:
    before = measured_on(build(encoder, sources, variant), TEXTS)
    for layer in range(LAYERS):
        sources[0].bottleneck(layer).up_weight *= 2
        sources[0].bottleneck(layer).up_bias *= 2
    model = build(encoder, sources, variant)
    with torch.no_grad():
        model.scales.omega[:, 0] /= 2
    after = measured_on(model, TEXTS)
    assert np.allclose(after.contribution, before.contribution, rtol=1e-4)
    assert np.allclose(after.raw[:, 0], before.raw[:, 0] / 2)
    assert np.allclose(after.output_size[0, 0], 2 * before.output_size[0, 0], rtol=1e-4)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_sign_is_that_of_the_scale(variant: str, encoder: Encoder) -> None:
    model = build(encoder, [random_adapter(name, seed=i) for i, name in enumerate("abc")], variant)
    with torch.no_grad():
        for t, value in enumerate((0.5, -0.5, 0.0)):
            model.scales.omega[:, t] = value
    found = measured_on(model, TEXTS).contribution
    assert (np.sign(found) == [[1, -1, 0]] * LAYERS).all()


def test_it_measures_without_dropout_or_traces(encoder: Encoder, sources: list[Adapter]) -> None:
    model = build(encoder, sources, "scalearn")
    model.train_mode(True)
    first, second = (measured_on(model, TEXTS).contribution for _ in range(2))
    assert np.array_equal(first, second)
    assert model.scales.omega.grad is None
    assert not model.scales.omega.requires_grad or model.scales.omega.is_leaf


def test_padding_does_not_count(encoder: Encoder, sources: list[Adapter]) -> None:
    """A long document beside a short one must not add padding to the short one's means."""
    model = build(encoder, sources, "scalearn_uniform")
    short, long = "lamp", "please help with the door of my room today since monday it is a new door"
    apart = [measured_on(model, [text] * 2).output_size for text in (short, long)]
    together = measured_on(model, [short, long, short, long]).output_size
    low, high = np.minimum(*apart), np.maximum(*apart)
    assert ((low - 1e-6 <= together) & (together <= high + 1e-6)).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_raw_scales_are_those_in_use(variant: str, encoder: Encoder, sources: list[Adapter]) -> None:
    model = ScaLearnModel(
        encoder, sources, labels=["a", "b"], variant=variant, ablation=Ablation("softmax")
    )  # fmt: skip
    raw = measured_on(model, TEXTS).raw
    assert raw.shape == (len(model.scales.omega), len(sources))
    np.testing.assert_allclose(raw.sum(1), 1, rtol=1e-6)
