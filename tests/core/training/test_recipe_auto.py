"""Recipe "auto" where memory lacks, sources are of another kind, or an ablation does not fit."""

from __future__ import annotations

import pytest
import torch

from scalearn_core.config import TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ConfigError
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.scales import Ablation
from scalearn_core.training.stage_two import train_scales
from tests.core.tiny import dataset, random_adapter


@pytest.fixture(scope="module")
def data() -> TextDataset:
    return dataset(60).split(test=0.2, validation=0.0)


def trained(encoder: Encoder, sources, data: TextDataset, **kwargs) -> ScaLearnModel:
    model = ScaLearnModel(encoder, sources, labels=data.labels)
    train_scales(model, data, TrainingConfig(epochs=2), **kwargs)
    return model


def limit_memory(monkeypatch, tokens: int) -> list[int]:
    """A device that holds at most so many tokens in a pass with gradients; tells of each refusal."""
    real, refused = Encoder.hidden_states, []

    def limited(self: Encoder, input_ids: torch.Tensor, *args, **kwargs) -> torch.Tensor:
        if torch.is_grad_enabled() and input_ids.numel() > tokens:
            refused.append(input_ids.numel())
            raise torch.OutOfMemoryError("injected")
        return real(self, input_ids, *args, **kwargs)

    monkeypatch.setattr(Encoder, "hidden_states", limited)
    return refused


def test_out_of_memory_halves_the_parts_and_learns_the_same(encoder, sources, data, monkeypatch) -> None:
    whole = trained(encoder, sources, data)
    refused, told = limit_memory(monkeypatch, 40), []
    tight = trained(encoder, sources, data, on_step=lambda step, metrics: told.append(metrics.get("token_budget")))
    assert refused
    assert any(budget is not None and budget < 1024 for budget in told)
    assert torch.allclose(tight.scales.omega, whole.scales.omega, atol=1e-3)
    texts = data.test.texts
    assert abs(tight.predict_proba(texts) - whole.predict_proba(texts)).max() < 1e-2


def test_no_room_for_one_document_ends_the_training(encoder, sources, data, monkeypatch) -> None:
    limit_memory(monkeypatch, 0)
    with pytest.raises(torch.OutOfMemoryError):
        trained(encoder, sources, data)


@pytest.mark.parametrize(("kinds", "expected"), [(("gelu", "gelu"), "gelu"), (("gelu", "tanh"), "relu")])
def test_the_own_adapter_is_of_the_sources_kind(kinds, expected: str, encoder, data: TextDataset) -> None:
    """So that the trained model is one ordinary adapter."""
    sources = [random_adapter(f"s{i}", seed=i, rank=2, non_linearity=kind) for i, kind in enumerate(kinds)]
    assert trained(encoder, sources, data).sources[-1].non_linearity == expected


def test_scales_that_sum_to_one_are_for_the_other_recipe(encoder, sources, data: TextDataset) -> None:
    model = ScaLearnModel(encoder, sources, labels=data.labels, ablation=Ablation(combination="mean"))
    with pytest.raises(ConfigError, match="Combined by mean, the scales cannot start at zero"):
        train_scales(model, data, TrainingConfig(epochs=1))


def test_the_regulariser_reaches_this_recipe(encoder, sources, data: TextDataset) -> None:
    found = []
    for strength in (0.0, 1e4):
        ablation = Ablation(regularization=strength, dropout=0.0)
        model = ScaLearnModel(encoder, sources, labels=data.labels, ablation=ablation)
        train_scales(model, data, TrainingConfig(epochs=2, own_adapter=False))
        found.append(model.scales.omega.detach().mean())
    assert found[1] > found[0] + 0.01  # towards one
