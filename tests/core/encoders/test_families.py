"""Every supported family against transformers' own forward pass, wired by hand where an adapter comes in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel

from scalearn_core.adapters.adapterhub import check_fits, read_adapter, write_adapter
from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import VARIANTS
from scalearn_core.encoders.encoder import Batch, Encoder
from scalearn_core.encoders.families import FAMILIES
from scalearn_core.errors import AdapterError, EncoderError
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.conftest import TEXTS
from tests.core.tiny import KINDS, LAYERS, WIDTH, random_adapter, save_encoder

WITH_SEGMENTS = {"bert", "electra"}
"""The tiny ones that tell the texts of a pair apart."""
FIRST_POSITION = {"roberta": 2, "xlm-roberta": 2, "camembert": 2, "mpnet": 2}


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("families") / kind
    save_encoder(folder, kind)
    return folder


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return Encoder.load(folder)


@pytest.fixture(scope="module")
def batch(encoder: Encoder) -> Batch:
    """Four pairs of texts, three of them padded."""
    batch = encoder.pad(encoder.tokenize(TEXTS, ["a pair"] * len(TEXTS)), range(len(TEXTS)))
    assert (batch.attention_mask.sum(1) < batch.attention_mask.shape[1]).sum() == 3
    return batch


@pytest.fixture
def adapter(kind: str) -> Adapter:
    return random_adapter("source", seed=1, model_type=kind)


@pytest.fixture
def sources(kind: str) -> list[Adapter]:
    return [
        random_adapter("first", seed=1, model_type=kind, non_linearity="tanh"),
        random_adapter("second", seed=2, model_type=kind, rank=2),
    ]


def inputs(batch: Batch) -> dict[str, torch.Tensor]:
    """Of transformers' models, which take no segments where they know none."""
    return {key: value for key, value in batch._asdict().items() if value is not None}


def their_model(folder: Path) -> Any:
    return AutoModel.from_pretrained(folder, local_files_only=True).eval()


def difference(hidden: torch.Tensor, other: torch.Tensor, batch: Batch) -> float:
    """Largest difference at real tokens."""
    return float((hidden - other).detach()[batch.attention_mask.bool()].abs().max())


def test_every_family_is_tested() -> None:
    assert set(KINDS) == set(FAMILIES)


def test_hidden_states_are_those_of_transformers(kind: str, encoder: Encoder, folder: Path, batch: Batch) -> None:
    assert (encoder.model_type, encoder.width, len(encoder.layers)) == (kind, WIDTH, LAYERS)
    with torch.no_grad():
        wanted = their_model(folder)(**inputs(batch)).last_hidden_state
        assert torch.equal(encoder.hidden_states(*batch), wanted)


def test_dropout_is_where_transformers_has_it(folder: Path, batch: Batch) -> None:
    """In training the same random numbers are drawn at the same places; `f` is what comes after its dropout."""
    encoder, theirs = Encoder.load(folder), their_model(folder).train()
    encoder.model.train()
    with torch.no_grad():
        torch.manual_seed(1)
        wanted = theirs(**inputs(batch)).last_hidden_state
        torch.manual_seed(1)
        hidden = encoder.hidden_states(*batch)
        assert torch.equal(hidden, wanted)
        assert not torch.equal(hidden, encoder.hidden_states(*batch))


def test_segments_only_where_there_are_embeddings_for_them(kind: str, encoder: Encoder, batch: Batch) -> None:
    assert encoder.segments == (kind in WITH_SEGMENTS)
    if kind in WITH_SEGMENTS:
        assert batch.token_type_ids is not None
        swapped = batch._replace(token_type_ids=1 - batch.token_type_ids)
        assert difference(encoder.hidden_states(*batch), encoder.hidden_states(*swapped), batch) > 1e-2
    else:
        assert batch.token_type_ids is None
        given = batch._replace(token_type_ids=torch.ones_like(batch.input_ids))
        assert torch.equal(encoder.hidden_states(*given), encoder.hidden_states(*batch))


def test_padding_changes_nothing(encoder: Encoder, adapter: Adapter) -> None:
    def run(batch: Batch) -> torch.Tensor:
        return encoder.hidden_states(*batch, adapt=lambda layer, z, f: adapter.output(layer, z))

    tokens = encoder.tokenize(TEXTS)
    together = run(encoder.pad(tokens, range(len(TEXTS))))
    for row, length in enumerate(tokens.lengths):
        alone = run(encoder.pad(tokens, [row]))
        assert torch.allclose(together[row, :length], alone[0], atol=2e-5)  # other shapes, other order of sums


def test_long_documents_are_cut_to_the_positions(kind: str, encoder: Encoder) -> None:
    longest = 48 - FIRST_POSITION.get(kind, 0)
    tokens = encoder.tokenize(["word " * 500, "short"])
    assert (encoder.positions, encoder.max_length, tokens.lengths[0]) == (longest, longest, longest)
    assert encoder.hidden_states(*encoder.pad(tokens, [0, 1])).isfinite().all()


@pytest.mark.parametrize("layer", range(LAYERS))
def test_a_pass_begun_at_a_layer_is_the_whole_pass(
    encoder: Encoder, adapter: Adapter, batch: Batch, layer
) -> None:
    def adapt(index: int, z: torch.Tensor, f: torch.Tensor | None) -> torch.Tensor:
        return adapter.output(index, z) if index >= layer else torch.zeros_like(z)

    cached = encoder.prefix_states(batch, layer)
    assert cached.rest.shape == (*batch.input_ids.shape, encoder.rest_width)
    assert torch.equal(
        encoder.hidden_states(*batch, adapt=adapt, start=cached), encoder.hidden_states(*batch, adapt=adapt)
    )
    assert torch.equal(encoder.hidden_states(*batch, start=cached), encoder.hidden_states(*batch))


def test_lower_precision_is_near(encoder: Encoder, adapter: Adapter, batch: Batch) -> None:
    def adapt(index: int, z: torch.Tensor, f: torch.Tensor | None) -> torch.Tensor:
        return adapter.output(index, z)

    with torch.no_grad():
        exact = encoder.hidden_states(*batch, adapt=adapt)
        with torch.autocast("cpu", torch.bfloat16):
            rough = encoder.hidden_states(*batch, adapt=adapt)
            cached = encoder.prefix_states(batch, 1)
            begun = encoder.hidden_states(*batch, start=cached._replace(rest=cached.rest.bfloat16()))
    assert 1e-4 < difference(rough, exact, batch) < 0.2
    assert difference(begun, encoder.hidden_states(*batch), batch) < 0.1


# Transformers' own model, with one adapter wired in by hand. `a` reads and returns `[batch, seq, width]`.

Wiring = Callable[..., torch.Tensor]


def wired(folder: Path, kind: str, batch: Batch, adapter: Adapter, wiring: Wiring) -> torch.Tensor:
    model = their_model(folder)
    for index, layer in enumerate(model.get_submodule(FAMILIES[kind].layers)):
        wire = _WIRE.get(kind, _wire_bert)
        wire(layer, lambda z, i=index: adapter.output(i, z), wiring)
    with torch.no_grad():
        hidden: torch.Tensor = model(**inputs(batch)).last_hidden_state
    return hidden


def _wire_bert(layer: Any, a: Wiring, wiring: Wiring) -> None:
    layer.output.forward = lambda inner, x: wiring(x, layer.output.dense(inner), layer.output.LayerNorm, a)


def _wire_distilbert(layer: Any, a: Wiring, wiring: Wiring) -> None:
    seen: dict[str, torch.Tensor] = {}
    norm = layer.output_layer_norm.forward
    layer.ffn.register_forward_hook(lambda module, args, f: seen.update(x=args[0], f=f))
    layer.output_layer_norm.forward = lambda sum_: wiring(seen["x"], seen["f"], norm, a)


def _wire_modernbert(layer: Any, a: Wiring, wiring: Wiring) -> None:
    """The layer itself adds `x` to what its feed-forward part gives."""
    seen: dict[str, torch.Tensor] = {}
    feed_forward, norm = layer.mlp.forward, layer.mlp_norm.forward
    layer.mlp_norm.register_forward_hook(lambda module, args, output: seen.update(x=args[0]))
    layer.mlp.forward = lambda n: wiring(seen["x"], feed_forward(n), norm, a) - seen["x"]


_WIRE = {"distilbert": _wire_distilbert, "modernbert": _wire_modernbert}


def _right(kind: str) -> Wiring:
    if kind == "modernbert":
        return lambda x, f, norm, a: f + a(f + norm(x)) + x
    return lambda x, f, norm, a: norm(f + a(norm(f + x)) + x)


_WRONG: dict[str, Wiring] = {
    "the adapter reads f": lambda x, f, norm, a: norm(f + a(f) + x),
    "the adapter reads x": lambda x, f, norm, a: norm(f + a(x) + x),
    "f is dropped": lambda x, f, norm, a: norm(a(norm(f + x)) + x),
    "z for f": lambda x, f, norm, a: norm(norm(f + x) + a(norm(f + x)) + x),
    "one norm": lambda x, f, norm, a: norm(f + x) + a(norm(f + x)),
    "no first norm": lambda x, f, norm, a: norm(f + a(f + x) + x),
    "x is dropped": lambda x, f, norm, a: norm(f + a(norm(f + x))),
}
_WRONG_BEFORE: dict[str, Wiring] = {
    "the adapter reads f": lambda x, f, norm, a: f + a(f) + x,
    "the adapter reads x": lambda x, f, norm, a: f + a(x) + x,
    "the adapter reads f + x": lambda x, f, norm, a: f + a(f + x) + x,
    "f is dropped": lambda x, f, norm, a: a(f + norm(x)) + x,
    "BERT's norms": lambda x, f, norm, a: norm(f + a(norm(f + x)) + x),
    "x is dropped": lambda x, f, norm, a: f + a(f + norm(x)),
}


def one_hot(encoder: Encoder, sources: list[Adapter], chosen: int) -> ScaLearnModel:
    model = ScaLearnModel(encoder, sources, labels=["a", "b"], variant="scalearn_uniform")
    with torch.no_grad():
        model.scales.omega.zero_()
        model.scales.omega[:, chosen] = 1
    return model


@pytest.mark.parametrize("chosen", [0, 1])
def test_a_one_hot_scale_is_that_adapter(kind, encoder, folder, batch, sources, chosen: int) -> None:
    hidden = one_hot(encoder, sources, chosen).hidden_states(*batch)
    wanted = wired(folder, kind, batch, sources[chosen], _right(kind))
    assert difference(hidden, wanted, batch) < 2e-5
    assert difference(hidden, encoder.hidden_states(*batch), batch) > 1e-1


def test_wrong_wirings_are_seen(kind, encoder, folder, batch, sources) -> None:
    hidden = one_hot(encoder, sources, 0).hidden_states(*batch)
    for name, wiring in (_WRONG_BEFORE if kind == "modernbert" else _WRONG).items():
        assert difference(hidden, wired(folder, kind, batch, sources[0], wiring), batch) > 1e-2, name


@pytest.mark.parametrize("variant", VARIANTS)
def test_zero_scales_are_the_plain_encoder_exactly(encoder, folder, batch, sources, variant: str) -> None:
    model = ScaLearnModel(encoder, sources, labels=["a", "b"], variant=variant)
    with torch.no_grad():
        model.scales.omega.zero_()
        wanted = their_model(folder)(**inputs(batch)).last_hidden_state
        assert torch.equal(model.hidden_states(*batch), wanted)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_scale_gets_a_gradient_and_the_encoder_none(encoder, batch, sources, variant: str) -> None:
    model = ScaLearnModel(encoder, sources, labels=["a", "b"], variant=variant)
    generator = torch.Generator().manual_seed(0)  # LN's outputs sum to a constant: weight them
    weights = torch.randn(*batch.input_ids.shape, WIDTH, generator=generator)
    (model.hidden_states(*batch) * weights).sum().backward()
    assert model.scales.omega.grad is not None
    assert model.scales.omega.grad.abs().min() > 0
    assert all(parameter.grad is None for parameter in encoder.model.parameters())


def test_a_saved_model_gives_the_same(encoder: Encoder, sources: list[Adapter], tmp_path: Path) -> None:
    model = ScaLearnModel(encoder, sources, labels=["a", "b"], variant="scalearn", seed=1)
    model.save(tmp_path / "model")
    for read in (ScaLearnModel.load(tmp_path / "model"), ScaLearnModel.load(tmp_path / "model", encoder)):
        assert (read.predict_proba(TEXTS) == model.predict_proba(TEXTS)).all()


def test_written_keys_are_those_of_the_library(kind: str, adapter: Adapter, tmp_path: Path) -> None:
    places = {
        "distilbert": "distilbert.transformer.layer.1.output_adapters.adapters",
        "modernbert": "model.layers.1.output_adapters.adapters",
    }
    prefix = {"xlm-roberta": "roberta", "camembert": "roberta", "deberta-v2": "deberta"}.get(kind, kind)
    write_adapter(adapter, tmp_path)
    keys = set(load_file(tmp_path / "adapter.safetensors"))
    assert len(keys) == 4 * LAYERS
    place = places.get(kind, f"{prefix}.encoder.layer.1.output.adapters")
    assert f"{place}.source.adapter_down.0.weight" in keys


@pytest.mark.parametrize("prefix", ["", "other."])
def test_adapters_are_read_with_any_prefix(kind, encoder, adapter, prefix: str, tmp_path: Path) -> None:
    write_adapter(adapter, tmp_path)
    tensors = load_file(tmp_path / "adapter.safetensors")
    (tmp_path / "adapter.safetensors").unlink()
    torch.save({prefix + key.partition(".")[2]: t for key, t in tensors.items()}, tmp_path / "pytorch_adapter.bin")
    read = read_adapter(tmp_path)
    check_fits(read, encoder)
    assert read.sha256() == adapter.sha256()


def test_adapters_of_other_families_are_refused(kind: str, encoder: Encoder) -> None:
    for other in set(KINDS) - {kind}:
        with pytest.raises(AdapterError, match=rf"encoder of type {other}, but {kind} is of type {kind}\."):
            check_fits(random_adapter("source", model_type=other), encoder)


def edited(folder: Path, tmp_path: Path, **changes: Any) -> Path:
    """A copy of an encoder with another configuration."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    stored = json.loads((folder / "config.json").read_text("utf-8"))
    (copy / "config.json").write_text(json.dumps({**stored, **changes}), "utf-8")
    return copy


def refusal(folder: Path) -> EncoderError:
    with pytest.raises(EncoderError) as caught:
        Encoder.load(folder)
    return caught.value


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"is_decoder": True}, "decoder"),
        ({"position_embedding_type": "relative_key"}, "relative_key positions"),
        ({"conv_kernel_size": 3}, "convolution"),
    ],
)
def test_layouts_that_compute_otherwise_are_refused(kind, folder, tmp_path, changes, named: str) -> None:
    error = refusal(edited(folder, tmp_path, **changes))
    assert error.code == "encoder.unsupported"
    assert re.search(rf"{kind} .*{named}", str(error))


_DECIDING = {
    "distilbert": [{"n_heads": 2}, {"activation": "relu"}],
    "mpnet": [{"hidden_act": "relu"}, {"layer_norm_eps": 1e-2}],
    "deberta": [{"pos_att_type": ["p2c"]}, {"hidden_act": "relu"}],
    "deberta-v2": [{"pos_att_type": ["p2c"]}, {"max_relative_positions": 20}, {"norm_rel_ebd": "none"}],
    "modernbert": [
        {"local_attention": 2},
        {"norm_eps": 1e-2},
        {"hidden_activation": "relu"},
        {"layer_types": ["full_attention"] * 2},
    ],
}


@pytest.mark.parametrize("kind", KINDS, scope="module")
def test_the_fingerprint_sees_what_decides_the_outputs(kind, encoder, folder, tmp_path) -> None:
    assert Encoder.load(folder).fingerprint == encoder.fingerprint
    save_encoder(tmp_path / "other", kind, seed=1)
    found = {encoder.fingerprint, Encoder.load(tmp_path / "other").fingerprint}
    changes = _DECIDING.get(kind, [{"hidden_act": "relu"}, {"num_attention_heads": 2}, {"layer_norm_eps": 1e-2}])
    for index, change in enumerate(changes):
        (tmp_path / str(index)).mkdir()
        found.add(Encoder.load(edited(folder, tmp_path / str(index), **change)).fingerprint)
    assert len(found) == 2 + len(changes)
