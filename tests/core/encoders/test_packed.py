"""Frozen products with packed weights: those of `F.linear` within rounding, gradients too, and never stale."""

from __future__ import annotations

import copy

import pytest
import torch
from torch.nn import functional as F

from scalearn_core.encoders.bert import _Linear
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.packed import PackedWeight, can_pack, packed_product

pytestmark = pytest.mark.skipif(
    not can_pack(torch.ones(1, 1), torch.ones(1, 1)), reason="PyTorch has no packed product for this processor"
)


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (2, 5, 7), (4, 1, 3, 7), (0, 7)])
@pytest.mark.parametrize("has_bias", [True, False])
def test_products_and_gradients_are_those_of_torch(shape: tuple[int, ...], has_bias: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(9, shape[-1], generator=generator)
    bias = torch.randn(9, generator=generator) if has_bias else None
    found = []
    for product in (lambda x: packed_product(x, PackedWeight(weight), bias), lambda x: F.linear(x, weight, bias)):
        x = torch.randn(shape, generator=torch.Generator().manual_seed(1), requires_grad=True)
        out = product(x)
        out.square().sum().backward()
        found.append((out.detach(), x.grad))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)


def test_changed_weights_and_copies_are_packed_anew() -> None:
    linear, x = _Linear(4, 4).requires_grad_(False), torch.eye(4)
    with torch.no_grad():
        linear.weight.copy_(torch.eye(4))
        linear.bias.zero_()
        assert torch.equal(linear(x), x)
        linear.weight.mul_(2)
        assert torch.equal(linear(x), 2 * x)
        other = copy.deepcopy(linear)
        other.weight.mul_(2)
        assert torch.equal(other(x), 4 * x)
        assert torch.equal(linear(x), 2 * x)
    linear.weight.requires_grad_(True)
    linear(x).sum().backward()
    assert linear.weight.grad is not None  # what learns is not packed


def test_a_document_alone_and_among_others_is_the_same_within_rounding() -> None:
    encoder = Encoder.load()
    texts = ["The invoice is wrong.", "The parcel never came, and nobody answers.", "Thank you!"]
    together = encoder.pad(encoder.tokenize(texts), range(3))
    hidden = encoder.pool(encoder.hidden_states(*together), together.attention_mask)
    for number, text in enumerate(texts):
        alone = encoder.pad(encoder.tokenize([text]), [0])
        one = encoder.pool(encoder.hidden_states(*alone), alone.attention_mask)
        torch.testing.assert_close(one[0], hidden[number], rtol=1e-5, atol=1e-5)
