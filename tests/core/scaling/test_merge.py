"""One adapter that computes what all sources and their scales compute."""

from __future__ import annotations

import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import VARIANTS
from scalearn_core.encoders.encoder import Batch, Encoder
from scalearn_core.errors import AdapterError
from scalearn_core.scaling.merge import folded_layers, merge
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.tiny import LAYERS, random_adapter

LABELS = ("a", "b")


def same_kind() -> list[Adapter]:
    return [random_adapter("x", seed=1, rank=4), random_adapter("y", seed=2, rank=3, left_out=(1,))]


def randomised(model: ScaLearnModel) -> ScaLearnModel:
    with torch.no_grad():
        model.scales.omega.normal_(0.2, 0.5, generator=torch.Generator().manual_seed(0))
    return model


@pytest.mark.parametrize("variant", VARIANTS)
def test_folded_layers_compute_the_same(
    variant: str, encoder: Encoder, batch: Batch, sources: list[Adapter]
) -> None:
    model = randomised(ScaLearnModel(encoder, sources, labels=LABELS, variant=variant))
    layers = folded_layers(model)
    assert len({part.non_linearity for part in layers[0].parts}) == 3
    found = encoder.hidden_states(*batch, adapt=lambda layer, z, f: layers[layer](z))
    assert torch.allclose(found, model.hidden_states(*batch), atol=1e-5)
    assert not torch.allclose(found, encoder.hidden_states(*batch), atol=1e-2)


def test_merged_it_is_one_ordinary_adapter(encoder: Encoder, batch: Batch) -> None:
    model = randomised(ScaLearnModel(encoder, same_kind(), labels=LABELS))
    adapter = merge(model, "one")
    assert [adapter.bottleneck(layer).rank for layer in range(LAYERS)] == [7, 4]
    found = encoder.hidden_states(*batch, adapt=lambda layer, z, f: adapter.output(layer, z))
    assert torch.allclose(found, model.hidden_states(*batch), atol=1e-5)


def test_rows_without_effect_are_left_out(encoder: Encoder, batch: Batch) -> None:
    model = ScaLearnModel(encoder, same_kind(), labels=LABELS)
    with torch.no_grad():
        model.scales.omega[:, 0] = 0
    assert [sum(len(part.down_bias) for part in layer.parts) for layer in folded_layers(model)] == [3, 0]
    assert torch.allclose(
        encoder.hidden_states(*batch, adapt=lambda layer, z, f: merge(model, "one").output(layer, z)),
        model.hidden_states(*batch), atol=1e-5,
    )  # fmt: skip
    model.scales.start_at_zero()
    layers = folded_layers(model)
    plain = encoder.hidden_states(*batch)
    assert torch.equal(encoder.hidden_states(*batch, adapt=lambda layer, z, f: layers[layer](z)), plain)


def test_different_non_linearities_are_refused(encoder: Encoder, sources: list[Adapter]) -> None:
    with pytest.raises(AdapterError, match=r"An adapter has one non-linearity.*gelu, relu, tanh"):
        merge(ScaLearnModel(encoder, sources, labels=LABELS), "one")
