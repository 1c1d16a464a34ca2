"""`ScaLearnModel` before and apart from training: construction, outputs, counts."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import VARIANTS
from scalearn_core.encoders.encoder import Batch, Encoder
from scalearn_core.errors import AdapterError, ConfigError
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.conftest import TEXTS
from tests.core.tiny import LAYERS, WIDTH, random_adapter

LABELS = ["a", "b", "c"]


def model_with_head(encoder: Encoder, sources: list[Adapter], variant: str = "scalearn") -> ScaLearnModel:
    """A model whose untrained head is random instead of zero, so that its outputs can be told apart."""
    model = ScaLearnModel(encoder, sources, labels=LABELS, variant=variant)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter.normal_(generator=generator)
    return model


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_new_model_drops_nothing(variant: str, encoder: Encoder, sources: list[Adapter], batch: Batch) -> None:
    model = ScaLearnModel(encoder, sources, labels=LABELS, variant=variant)
    assert torch.equal(model.hidden_states(*batch), model.hidden_states(*batch))
    assert model.scales.omega.mean().item() == pytest.approx(2 / 3, abs=2e-3)  # the paper's start


def test_training_mode_drops_scales_and_leaves_the_encoder_alone(
    encoder: Encoder, sources: list[Adapter], batch: Batch
) -> None:
    model = ScaLearnModel(encoder, sources, labels=LABELS, variant="scalearn")
    torch.manual_seed(0)
    model.train_mode(True)
    assert not encoder.model.training
    assert not torch.equal(model.hidden_states(*batch), model.hidden_states(*batch))
    model.train_mode(True, encoder_dropout=True)
    assert encoder.model.training
    model.train_mode(False)
    assert not encoder.model.training
    assert torch.equal(model.hidden_states(*batch), model.hidden_states(*batch))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("chosen", range(3))
def test_one_hot_scales_are_that_source(
    variant: str, chosen: int, encoder: Encoder, sources: list[Adapter], batch: Batch
) -> None:
    model = ScaLearnModel(encoder, sources, labels=LABELS, variant=variant)
    model.scales.start_at_zero()
    with torch.no_grad():
        model.scales.omega[:, chosen] = 1
    alone = encoder.hidden_states(*batch, adapt=lambda layer, z, f: sources[chosen].output(layer, z))
    assert (model.hidden_states(*batch) - alone).abs().max() < 1e-5


def test_only_scales_and_head_learn(encoder: Encoder, sources: list[Adapter], batch: Batch) -> None:
    model = ScaLearnModel(encoder, sources, labels=LABELS)
    model.head(model.hidden_states(*batch)[:, 0]).sum().backward()
    frozen = [*encoder.model.parameters(), *(p for source in sources for p in source.layers.parameters())]
    assert all(parameter.grad is None and not parameter.requires_grad for parameter in frozen)
    assert model.scales.omega.grad is not None
    assert all(parameter.grad is not None for parameter in model.head.parameters())


@pytest.mark.parametrize("variant", VARIANTS)
def test_parameter_counts(variant: str, encoder: Encoder, sources: list[Adapter]) -> None:
    model = ScaLearnModel(encoder, sources, labels=LABELS, variant=variant)
    scales = {
        "scalearn": LAYERS * 3 * WIDTH,
        "scalearn_uniform": LAYERS * 3,
        "scalearn_pp": 3 * WIDTH,
        "scalearn_uniform_pp": 3,
    }
    per_layer = [2 * WIDTH * rank + rank + WIDTH for rank in (4, 2, 8)]
    left_out = per_layer[1] - WIDTH  # a left-out layer keeps its (zero) bias
    counts = model.parameter_counts()
    assert counts == {
        "scales": scales[variant],
        "head": 3 * WIDTH + 3,
        "own_adapter": 0,
        "sources_frozen": LAYERS * sum(per_layer) - left_out,
        "encoder_frozen": encoder.parameter_count(),
    }
    own = random_adapter("own", rank=2)
    model.add_own_adapter(own)
    assert model.sources[-1] is own
    assert model.parameter_counts()["own_adapter"] == own.parameter_count()
    assert model.parameter_counts()["sources_frozen"] == counts["sources_frozen"]
    assert model.scales.omega.shape[1] == 4


def test_probabilities(encoder: Encoder, sources: list[Adapter]) -> None:
    model = model_with_head(encoder, sources)
    probabilities = model.predict_proba(TEXTS)
    assert (probabilities.shape, probabilities.dtype) == ((len(TEXTS), 3), np.float32)
    assert np.allclose(probabilities.sum(1), 1, atol=1e-6)
    assert len({tuple(row) for row in probabilities.tolist()}) == len(TEXTS)
    assert model.predict(TEXTS) == [LABELS[i] for i in probabilities.argmax(1)]
    backwards = model.predict_proba(TEXTS[::-1])[::-1]
    assert np.allclose(backwards, probabilities, atol=1e-6)  # each text keeps its own row
    for row, text in enumerate(TEXTS):
        assert np.allclose(model.predict_proba([text])[0], probabilities[row], atol=1e-5)


def test_predicting_leaves_no_dropout_on(encoder: Encoder, sources: list[Adapter]) -> None:
    model = model_with_head(encoder, sources)
    calm = model.predict_proba(TEXTS)
    model.train_mode(True, encoder_dropout=True)
    assert np.array_equal(model.predict_proba(TEXTS), calm)


def test_impossible_models_are_refused(encoder: Encoder, sources: list[Adapter]) -> None:
    with pytest.raises(ConfigError, match="at least two categories, but there are 1"):
        ScaLearnModel(encoder, sources, labels=["a", "a"])
    with pytest.raises(ConfigError, match="at least one source"):
        ScaLearnModel(encoder, [], labels=LABELS)
    with pytest.raises(ConfigError, match="source first is given twice"):
        ScaLearnModel(encoder, [*sources, random_adapter("first", seed=9)], labels=LABELS)
    with pytest.raises(ConfigError, match="no variant fusion"):
        ScaLearnModel(encoder, sources, labels=LABELS, variant="fusion")
    with pytest.raises(AdapterError, match="foreign has width 48"):
        ScaLearnModel(encoder, [*sources, random_adapter("foreign", width=48)], labels=LABELS)


def test_scales_are_folded_once_and_again_when_they_change(encoder, sources, batch: Batch) -> None:
    model = model_with_head(encoder, sources)
    learned = model.hidden_states(*batch).detach()  # gradients are on: not folded
    with torch.no_grad():
        folded = model.folded()
        assert (model.hidden_states(*batch) - learned).abs().max() < 1e-5
        assert model.folded() is folded
    optimizer = torch.optim.AdamW(model.scales.parameters(), lr=0.5)
    model.scales.omega.grad = torch.ones_like(model.scales.omega)
    optimizer.step()
    with torch.no_grad():
        assert model.folded() is not folded
        assert (model.hidden_states(*batch) - learned).abs().max() > 1e-3
    changed = model.folded()
    model.add_own_adapter(random_adapter("own", seed=9))
    assert model.folded() is not changed
