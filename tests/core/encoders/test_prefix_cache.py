"""What is computed once: the same as computing it anew, within the memory, and nothing below it has a gradient."""

from __future__ import annotations

import pytest
import torch

from scalearn_core.encoders.encoder import Encoder, Tokens
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.conftest import TEXTS
from tests.core.tiny import random_adapter


@pytest.fixture
def tokens(encoder: Encoder) -> Tokens:
    return encoder.tokenize([*TEXTS, "please help", "the room is cold again"])


@pytest.fixture
def model(encoder, sources) -> ScaLearnModel:
    model = ScaLearnModel(encoder, sources, labels=("a", "b"), variant="scalearn")
    generator = torch.Generator().manual_seed(0)
    model.head.load_state_dict(
        {"1.weight": torch.randn(2, encoder.width, generator=generator), "1.bias": torch.zeros(2)}
    )
    return model


@pytest.mark.parametrize("rows", [[1], [3, 0], [0, 1, 2, 3, 4, 5]])
@pytest.mark.parametrize("memory", [0, None], ids=["recomputed", "kept"])
@pytest.mark.parametrize("layer", [0, None])
def test_it_is_the_straight_path(encoder, model, tokens, rows, memory, layer) -> None:
    documents = CachedDocuments(encoder, tokens, layer, memory=memory)
    assert (documents.states is not None) == (memory is None and layer is not None)
    batch, start = documents.batch(rows)
    for ours, plain in zip(batch, encoder.pad(tokens, rows), strict=True):
        assert torch.equal(ours, plain)
    assert (start is None) == (layer is None)
    gradients = []
    for given in (documents, tokens):
        model.scales.omega.grad = None
        outputs = model.logits(given, rows)
        outputs.square().sum().backward()
        gradients.append((outputs.detach(), model.scales.omega.grad))
    for ours, plain in zip(*gradients, strict=True):
        assert (ours - plain).abs().max() < 1e-5 * plain.abs().max()


def test_a_document_is_run_once(encoder, model, tokens, monkeypatch) -> None:
    documents = CachedDocuments(encoder, tokens)
    calls = []
    first = encoder.layers[0].module.get_submodule("attention")
    hook = first.register_forward_hook(lambda *_: calls.append(1))
    try:
        for _ in range(2):  # two epochs, and two models
            model.logits(documents, [0, 1])
        assert not calls
        model.logits(tokens, [0, 1])
        assert calls
    finally:
        hook.remove()


@pytest.mark.parametrize("memory", [0, None], ids=["recomputed", "kept"])
def test_no_gradient_flows_below_the_first_scale(encoder, tokens, memory) -> None:
    """The graph holds the layers above the first adapter input, once each, and nothing below."""
    model = ScaLearnModel(encoder, [random_adapter("relu")], labels=("a", "b"))
    graph, norms, seen = [model.logits(CachedDocuments(encoder, tokens, memory=memory), [0, 1]).grad_fn], 0, set()
    while graph:
        if (node := graph.pop()) is not None and node not in seen:
            seen.add(node)
            norms += node.name() == "NativeLayerNormBackward0"
            graph += [earlier for earlier, _ in node.next_functions]
    assert norms == 1 + 3  # layer 0: the norm after its adapters; layer 1: its attention's, and those around them
    assert not any("Embedding" in node.name() for node in seen)
    assert sum("ScaledUp" in node.name() for node in seen) == len(encoder.layers)


def test_sources_that_begin_later_open_later(encoder, tokens) -> None:
    late = [random_adapter(f"s{i}", seed=i, left_out=(0,)) for i in range(2)]
    model = ScaLearnModel(encoder, late, labels=("a", "b"))
    assert model.stack.first_layer == 1
    _, start = CachedDocuments(encoder, tokens, 1).batch([0, 1])
    assert start is not None
    assert start.layer == 1
    batch = encoder.pad(tokens, [0, 1])
    real = batch.attention_mask.bool()
    ours, plain = model.hidden_states(*batch, start=start), model.hidden_states(*batch)
    assert torch.allclose(ours[real], plain[real], atol=1e-5)


def test_beginning_above_a_source_is_refused(encoder, model, tokens) -> None:
    with pytest.raises(ValueError, match="opened at layer 1"):
        model.logits(CachedDocuments(encoder, tokens, 1), [0])


def test_no_documents(encoder) -> None:
    assert len(CachedDocuments(encoder, encoder.tokenize([]))) == 0
