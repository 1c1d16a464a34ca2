"""Numbers of the paper's own code on a small BERT (`tests/data/bert`), and what follows from the formulas."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel

from scalearn_core.adapters.adapterhub import read_adapter
from scalearn_core.adapters.bottleneck import Adapter, new_adapter
from scalearn_core.config import VARIANTS
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.scales import Scales

CASE = Path(__file__).parents[1] / "data" / "bert"
NAMES = {
    "scalearn": "scalearn",
    "scalearn_uniform": "scalearn_uniform",
    "scalearn_pp": "scalearn++",
    "scalearn_uniform_pp": "scalearn_uniform++",
}
"""Our names of the variants -> those in the case."""


@pytest.fixture(scope="module")
def reference() -> Encoder:
    return Encoder.load(CASE / "encoder")


@pytest.fixture(scope="module")
def expected() -> dict[str, torch.Tensor]:
    return load_file(CASE / "expected.safetensors")


@pytest.fixture(scope="module")
def case_sources() -> list[Adapter]:
    names = json.loads((CASE / "case.json").read_text("utf-8"))["sources"]
    return [read_adapter(CASE / "adapters" / name) for name in names]


@pytest.fixture
def build(reference: Encoder, case_sources: list[Adapter]) -> Callable[[str, torch.Tensor], ScaLearnModel]:
    """A model of a variant with given scales."""

    def build(variant: str, omega: torch.Tensor) -> ScaLearnModel:
        model = ScaLearnModel(reference, case_sources, labels=["a", "b"], variant=variant)
        with torch.no_grad():
            model.scales.omega.copy_(omega)
        return model

    return build


def difference(hidden: torch.Tensor, other: torch.Tensor, mask: torch.Tensor) -> float:
    """Largest difference at real tokens."""
    return float((hidden - other).detach()[mask.bool()].abs().max())


def test_the_plain_encoder_agrees(reference: Encoder, expected: dict[str, torch.Tensor]) -> None:
    mask = expected["attention_mask"]
    hidden = reference.hidden_states(expected["input_ids"], mask)
    assert difference(hidden, expected["plain"], mask) < 1e-5


@pytest.mark.parametrize("variant", VARIANTS)
def test_hidden_states_agree(variant: str, build, expected: dict[str, torch.Tensor]) -> None:
    mask = expected["attention_mask"]
    model = build(variant, expected[f"{NAMES[variant]}.omega"])
    hidden = model.hidden_states(expected["input_ids"], mask)
    assert difference(hidden, expected[f"{NAMES[variant]}.hidden"], mask) < 1e-5


@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients_of_the_scales_agree(variant: str, build, expected: dict[str, torch.Tensor]) -> None:
    mask, name = expected["attention_mask"], NAMES[variant]
    model = build(variant, expected[f"{name}.omega"])
    hidden = model.hidden_states(expected["input_ids"], mask)
    (hidden * expected[f"{name}.loss_weight"] * mask.unsqueeze(-1)).sum().backward()
    gradient, wanted = model.scales.omega.grad, expected[f"{name}.omega_grad"]
    assert gradient is not None
    assert gradient.shape == wanted.shape
    assert (gradient - wanted).abs().max() < 1e-5 * wanted.abs().max()


@pytest.mark.parametrize("variant", VARIANTS)
def test_scale_parameters_are_as_many(variant: str, build, expected: dict[str, torch.Tensor]) -> None:
    count = json.loads((CASE / "case.json").read_text("utf-8"))["scale_parameters"][NAMES[variant]]
    model = build(variant, expected[f"{NAMES[variant]}.omega"])
    assert model.parameter_counts()["scales"] == count
    assert model.scales.omega.shape == expected[f"{NAMES[variant]}.omega"].shape


def test_single_adapters_agree(
    reference: Encoder, case_sources: list[Adapter], expected: dict[str, torch.Tensor]
) -> None:
    mask = expected["attention_mask"]
    for adapter in case_sources:
        hidden = reference.hidden_states(
            expected["input_ids"], mask, adapt=lambda layer, z, f, a=adapter: a.output(layer, z)
        )
        assert difference(hidden, expected[f"single.{adapter.name}"], mask) < 1e-5, adapter.name


@pytest.mark.parametrize("variant", VARIANTS)
def test_zero_scales_are_the_plain_encoder_exactly(variant: str, build, reference: Encoder, expected) -> None:
    ids, mask = expected["input_ids"], expected["attention_mask"]
    hidden = build(variant, torch.zeros(())).hidden_states(ids, mask)
    assert torch.equal(hidden, reference.hidden_states(ids, mask))
    theirs = AutoModel.from_pretrained(CASE / "encoder", local_files_only=True, add_pooling_layer=False).eval()
    with torch.no_grad():
        assert torch.equal(hidden, theirs(input_ids=ids, attention_mask=mask).last_hidden_state)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("chosen", range(3))
def test_one_hot_scales_are_that_adapter(variant: str, chosen: int, build, case_sources, expected) -> None:
    mask = expected["attention_mask"]
    one_hot = torch.zeros(3, 1)
    one_hot[chosen] = 1
    hidden = build(variant, one_hot).hidden_states(expected["input_ids"], mask)
    assert difference(hidden, expected[f"single.{case_sources[chosen].name}"], mask) < 1e-5


def test_a_source_moved_in_the_order_takes_its_scale_along(reference, case_sources, expected) -> None:
    mask = expected["attention_mask"]
    order = [2, 0, 1]
    model = ScaLearnModel(reference, [case_sources[i] for i in order], labels=["a", "b"], variant="scalearn")
    with torch.no_grad():
        model.scales.omega.copy_(expected["scalearn.omega"][:, order])
    hidden = model.hidden_states(expected["input_ids"], mask)
    assert difference(hidden, expected["scalearn.hidden"], mask) < 1e-5


# Negative controls: each of these wirings looks right and is wrong.


def _wrong_input(x, f, z, norm, a):  # the adapter reads f instead of z
    return norm(f + a(f) + x)


def _without_residual(x, f, z, norm, a):  # f is dropped
    return norm(a(z) + x)


def _residual_after_norm(x, f, z, norm, a):  # z instead of f as the adapter's residual
    return norm(z + a(z) + x)


def _one_norm(x, f, z, norm, a):  # the second norm is left out
    return z + a(z)


def _without_x(x, f, z, norm, a):  # the block's residual is dropped
    return norm(f + a(z))


def _right(x, f, z, norm, a):
    return norm(f + a(z) + x)


def _forward(encoder: Encoder, adapter: Adapter, expected: dict[str, torch.Tensor], wiring) -> torch.Tensor:
    """The encoder with one adapter, wired by hand: independent of `Encoder.hidden_states`."""
    mask = expected["attention_mask"]
    hidden = encoder.model.embeddings(input_ids=expected["input_ids"])
    additive = (1.0 - mask[:, None, None, :].float()) * torch.finfo(torch.float32).min
    for index, layer in enumerate(encoder.model.encoder.layer):
        x = layer.attention(hidden, additive)[0]
        f = layer.output.dense(layer.intermediate(x))
        norm = layer.output.LayerNorm
        hidden = wiring(x, f, norm(f + x), norm, lambda z, i=index: adapter.output(i, z))
    return hidden


@pytest.mark.parametrize("wiring", [_wrong_input, _without_residual, _residual_after_norm, _one_norm, _without_x])
def test_wrong_wirings_are_seen(wiring, reference, case_sources, expected) -> None:
    mask = expected["attention_mask"]
    for adapter in case_sources:
        hidden = _forward(reference, adapter, expected, wiring)
        assert difference(hidden, expected[f"single.{adapter.name}"], mask) > 1e-2


def test_the_wiring_of_the_formula_agrees(reference, case_sources, expected) -> None:
    for adapter in case_sources:
        hidden = _forward(reference, adapter, expected, _right)
        assert difference(hidden, expected[f"single.{adapter.name}"], expected["attention_mask"]) < 1e-5


@pytest.mark.parametrize(
    ("variant", "base", "large", "humset", "gsg"),
    [
        ("scalearn", 73_728, 196_608, 46_080, 138_240),
        ("scalearn_uniform", 96, 192, 60, 180),
        ("scalearn_pp", 6_144, 8_192, 3_840, 11_520),
        ("scalearn_uniform_pp", 8, 8, 5, 15),
    ],
)
def test_parameter_counts_of_the_paper(variant: str, base: int, large: int, humset: int, gsg: int) -> None:
    """RoBERTa-base (12 layers, 768) and -large (24, 1024); 8 sources, HumSet 5, GLUE with SuperGLUE 15."""

    def count(layers: int, width: int, sources: int) -> int:
        return Scales(VARIANTS[variant], layers=layers, sources=sources, width=width).omega.numel()

    assert (count(12, 768, 8), count(24, 1024, 8)) == (base, large)
    assert (count(12, 768, 5), count(12, 768, 15)) == (humset, gsg)


@pytest.mark.parametrize(("layers", "width", "count"), [(12, 768, 894_528), (24, 1024, 3_171_840)])
def test_parameter_count_of_one_adapter(layers: int, width: int, count: int) -> None:
    adapter = new_adapter("a", layers=layers, width=width, model_type="roberta", reduction_factor=16, seed=0)
    assert adapter.parameter_count() == count
