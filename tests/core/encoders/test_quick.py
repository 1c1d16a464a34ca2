"""Training steps in bfloat16: near float32, the same bytes each time, and only where the processor has units."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from scalearn_core.config import TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.devices import has_bfloat16_units
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.quick import products, quick
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.sources import StackedSources
from scalearn_core.training.stage_two import train_scales
from tests.core.conftest import TEXTS
from tests.core.tiny import KINDS, WIDTH, dataset, random_adapter, save_encoder

needs_units = pytest.mark.skipif(
    not has_bfloat16_units(torch.device("cpu")), reason="this processor has no units for bfloat16"
)


def apart(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """Distance, as a share of the size of `theirs`."""
    return float((ours - theirs).detach().norm() / theirs.detach().norm())


@pytest.mark.parametrize("kind", KINDS)
def test_every_family_computes_nearly_the_same(kind: str, tmp_path: Path) -> None:
    save_encoder(tmp_path / kind, kind)
    encoder = Encoder.load(tmp_path / kind)
    batch = encoder.pad(encoder.tokenize(TEXTS), range(len(TEXTS)))
    scale = torch.tensor(0.5, requires_grad=True)
    found = []
    for each in (encoder, quick(encoder)):
        hidden = each.hidden_states(*batch, adapt=lambda layer, z, f: scale * z)
        (gradient,) = torch.autograd.grad(hidden.square().mean() + hidden[..., 0].mean(), scale)
        assert hidden.dtype == torch.float32
        found.append((hidden.detach(), gradient))
    assert 0 < apart(found[1][0], found[0][0]) < 0.02
    assert (found[1][1] - found[0][1]).abs() < 0.05 * found[0][1].abs() + 1e-3
    assert torch.equal(encoder.hidden_states(*batch), Encoder.load(tmp_path / kind).hidden_states(*batch))


@pytest.mark.parametrize("per_dimension", [True, False])
def test_sources_add_nearly_the_same(sources, per_dimension: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    z, weight = torch.randn(2, 3, 7, WIDTH, generator=generator)
    omega = torch.randn(3, WIDTH if per_dimension else 1, generator=generator)
    stack, found = StackedSources(sources), []
    for each in (stack, stack.in_bfloat16()):
        given, scales = z.clone().requires_grad_(), omega.clone().requires_grad_()
        output = each.scaled_sum(0, given, scales)
        (output * weight).sum().backward()
        found.append((output.detach(), given.grad, scales.grad))
    for ours, theirs in zip(*found, strict=True):
        assert ours.dtype == torch.float32
        assert 0 < apart(ours, theirs) < 0.02
    assert stack.get_buffer("down_weight_0").dtype == torch.float32


def learned(encoder: Encoder, data: TextDataset, bfloat16: bool | None, recipe: str = "auto") -> ScaLearnModel:
    model = ScaLearnModel(encoder, [random_adapter("a", seed=1), random_adapter("b", seed=2)], labels=data.labels)
    train_scales(model, data, TrainingConfig(recipe, epochs=1, bfloat16=bfloat16))
    return model


@needs_units
def test_a_training_gives_the_same_bytes_and_says_which_way_it_went(encoder) -> None:
    data = dataset(24).split(test=0.2, validation=0.2)
    exact, first, second = (learned(encoder, data, bfloat16) for bfloat16 in (False, None, None))
    assert torch.equal(first.scales.omega, second.scales.omega)
    assert torch.equal(first.head[-1].weight, second.head[-1].weight)
    assert 0 < apart(first.scales.omega, exact.scales.omega) < 0.05
    ways = [model.training_record["products"] for model in (exact, first)]
    assert ways == ["float32", "bfloat16"]
    assert learned(encoder, data, None, "paper").training_record["products"] == "float32"


def test_a_processor_without_units_trains_in_float32(encoder, monkeypatch) -> None:
    """What torch knows of the processor is the one thing that decides."""
    data = dataset(24).split(test=0.2, validation=0.2)
    exact = learned(encoder, data, False)
    for known in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.setattr(torch.cpu, known, lambda: False)
    model = learned(encoder, data, None)
    assert products(encoder, wanted=True) == model.training_record["products"] == "float32"
    assert torch.equal(model.scales.omega, exact.scales.omega)
