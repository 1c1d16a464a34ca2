"""AdapterFusion: the numbers of the public code, its parts, and its training."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn import functional as F

from scalearn_core.adapters.adapterhub import read_adapter
from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.baselines.fusion import Fusion, FusionLayer, fit_fusion
from scalearn_core.data.dataset import TextDataset
from scalearn_core.encoders.encoder import Encoder
from tests.core.tiny import WIDTH

CASE = Path(__file__).parents[2] / "data" / "bert"


@pytest.fixture(scope="module")
def expected() -> dict[str, torch.Tensor]:
    return load_file(CASE / "expected.safetensors")


@pytest.fixture
def case(expected: dict[str, torch.Tensor]) -> Fusion:
    names = json.loads((CASE / "case.json").read_text("utf-8"))["sources"]
    fusion = Fusion([read_adapter(CASE / "adapters" / name) for name in names], seed=0).eval()
    weights = {
        f"layers.{key.split('.layer.')[1].split('.')[0]}.{'.'.join(key.split('.')[-2:])}": tensor
        for key, tensor in expected.items()
        if key.startswith("adapterfusion.w.")
    }
    fusion.load_state_dict(weights)
    return fusion


@torch.no_grad()
def differences(fusion: Fusion, expected: dict[str, torch.Tensor]) -> torch.Tensor:
    """Largest difference from the public code's output at each real token, largest first; in double precision."""
    encoder, mask = Encoder.load(CASE / "encoder"), expected["attention_mask"]
    encoder.model.double()
    fusion.double()
    hidden = encoder.hidden_states(expected["input_ids"], mask, adapt=lambda layer, z, f: fusion(layer, z))
    return (hidden - expected["adapterfusion.hidden"])[mask.bool()].abs().amax(-1).sort(descending=True).values


def test_it_is_the_public_codes(case: Fusion, expected: dict[str, torch.Tensor]) -> None:
    """Products of this case reach 50: at two tokens the public code's own rounding, in float32, is 3e-5."""
    found = differences(case, expected)
    assert len(found) > 40
    assert found[2] < 1e-5
    assert found[0] < 5e-5


@pytest.mark.parametrize("part", ["query.weight", "query.bias", "key.weight", "value.weight"])
def test_every_weight_counts(part: str, case: Fusion, expected: dict[str, torch.Tensor]) -> None:
    with torch.no_grad():
        for layer in range(3):
            case.get_parameter(f"layers.{layer}.{part}").mul_(0.5)
    assert differences(case, expected)[0] > 1e-2


def plain(layer: FusionLayer, z: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
    """The formula as it stands in the docstring, with outputs `[batch, seq, sources, width]`."""
    products = (layer.query(z).unsqueeze(-2) * layer.key(outputs)).sum(-1)
    return (products.softmax(-1).unsqueeze(-1) * layer.value(outputs)).sum(-2)


def test_the_short_cut_is_the_formula(sources: list[Adapter]) -> None:
    """Sources of different rank and non-linearity, one of them without the second layer; gradients too."""
    fusion = Fusion(sources, seed=1).eval()
    with torch.no_grad():
        for parameter in fusion.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(2))
    z = torch.randn(3, 5, WIDTH)
    for index in range(2):
        layer = fusion.layers[index]
        wanted = plain(layer, z, torch.stack([source.output(index, z) for source in sources], dim=-2))
        found = fusion(index, z)
        assert torch.allclose(found, wanted, rtol=1e-4, atol=1e-4)
        parameters = [layer.query.weight, layer.query.bias, layer.key.weight, layer.value.weight]
        for mine, theirs in zip(
            torch.autograd.grad(found.square().sum(), parameters),
            torch.autograd.grad(wanted.square().sum(), parameters),
            strict=True,
        ):
            assert (mine - theirs).abs().max() < 1e-4 * theirs.abs().max()


def test_it_starts_near_the_mean_of_the_sources(sources: list[Adapter]) -> None:
    fusion, z = Fusion(sources, seed=0).eval(), 0.1 * torch.randn(2, 4, WIDTH)
    mean = torch.stack([source.output(0, z) for source in sources]).mean(0)
    assert F.mse_loss(fusion(0, z), mean) < 0.02 * mean.square().mean()


def test_products_are_dropped_in_training_only(sources: list[Adapter]) -> None:
    fusion, z = Fusion(sources, seed=0), 3 * torch.randn(2, 4, WIDTH)
    assert torch.equal(fusion.eval()(0, z), fusion(0, z))
    assert not torch.equal(fusion.train()(0, z), fusion(0, z))


def test_the_penalty_holds_values_at_the_identity(sources: list[Adapter]) -> None:
    fusion = Fusion(sources, seed=0)
    assert fusion.penalty() == 0
    with torch.no_grad():
        fusion.layers[1].value.weight += 0.1
    assert fusion.penalty().item() == pytest.approx(0.01 * WIDTH**2 * 0.01, rel=1e-5)


def test_it_learns_and_touches_nothing_else(encoder: Encoder, sources: list[Adapter], data: TextDataset) -> None:
    before = [source.sha256() for source in sources]
    classify = fit_fusion(encoder, sources, data.train, data.validation, seed=0)
    found = classify(data.test.texts)
    assert found.dtype == np.int64
    assert (found == data.test.targets).mean() > 0.6
    assert [source.sha256() for source in sources] == before
    assert not any(parameter.requires_grad for parameter in encoder.model.parameters())
    assert classify([]).shape == (0,)
