"""The folded sum against the sum of the paper, source by source."""

from __future__ import annotations

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.scaling.sources import StackedSources
from tests.core.tiny import LAYERS, WIDTH, random_adapter


def naive(sources: list[Adapter], layer: int, z: torch.Tensor, omega: torch.Tensor) -> torch.Tensor:
    """`Σ_t ω_t ⊙ A_t(z)` over the stacked outputs `[batch, seq, sources, width]`, as the paper's code does it."""
    stacked = torch.stack([source.output(layer, z) for source in sources]).permute(1, 2, 0, 3)
    return (omega * stacked).sum(2)


@pytest.mark.parametrize("per_dimension", [True, False])
@pytest.mark.parametrize("layer", range(LAYERS))
def test_the_folded_sum_is_the_sum(sources: list[Adapter], layer: int, per_dimension: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    z, weight = torch.randn(2, 3, 7, WIDTH, generator=generator)
    omega = torch.randn(3, WIDTH if per_dimension else 1, generator=generator)
    results = []
    for scaled_sum in (StackedSources(sources).scaled_sum, lambda *given: naive(sources, *given)):
        given, scales = z.clone().requires_grad_(), omega.clone().requires_grad_()
        output = scaled_sum(layer, given, scales)
        (output * weight).sum().backward()
        results.append((output.detach(), given.grad, scales.grad))
    for ours, theirs in zip(*results, strict=True):
        assert ours is not None
        assert (ours - theirs).abs().max() < 1e-5 * theirs.abs().max()


def test_outputs_come_in_the_order_of_the_sources(sources: list[Adapter]) -> None:
    z = torch.randn(2, 5, WIDTH, generator=torch.Generator().manual_seed(0))
    for layer in range(LAYERS):
        outputs = StackedSources(sources).outputs(layer, z)
        for source, output in zip(sources, outputs, strict=True):
            assert torch.allclose(output, source.output(layer, z), atol=1e-5), source.name


def test_a_left_out_layer_adds_nothing() -> None:
    stack = StackedSources([random_adapter("a", left_out=(0,)), random_adapter("b", left_out=(0,), seed=1)])
    z = torch.randn(2, 5, WIDTH, generator=torch.Generator().manual_seed(0))
    assert not stack.scaled_sum(0, z, torch.ones(2, 1)).any()
    assert stack.scaled_sum(1, z, torch.ones(2, 1)).any()


def test_it_keeps_its_own_frozen_copy(sources: list[Adapter]) -> None:
    stack = StackedSources(sources)
    assert not list(stack.parameters())
    before = stack.get_buffer("down_weight_0").clone()
    sources[0].bottleneck(0).down_weight.zero_()
    assert torch.equal(stack.get_buffer("down_weight_0"), before)


@pytest.mark.parametrize("first_kind", ["relu", "tanh"])
def test_many_sources_of_few_kinds(first_kind: str) -> None:
    kinds = [first_kind, "gelu", "swish", "relu", "tanh", "gelu_new", "relu", "sigmoid", "leakyrelu"]
    sources = [random_adapter(f"s{i}", seed=i, rank=1 + i % 5, non_linearity=kind) for i, kind in enumerate(kinds)]
    z = torch.randn(2, 5, WIDTH, generator=torch.Generator().manual_seed(0))
    omega = torch.randn(len(kinds), WIDTH, generator=torch.Generator().manual_seed(1))
    ours = StackedSources(sources).scaled_sum(0, z, omega)
    theirs = naive(sources, 0, z, omega)
    assert (ours - theirs).abs().max() < 1e-5 * theirs.abs().max()


class Largest(TorchDispatchMode):
    """Notes the size of the largest tensor that any operation gives."""

    def __init__(self) -> None:
        super().__init__()
        self.numel = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        self.numel = max([self.numel, *(t.numel() for t in tree_leaves(result) if isinstance(t, torch.Tensor))])
        return result


@pytest.mark.parametrize("per_dimension", [True, False])
def test_no_tensor_per_source(per_dimension: bool) -> None:
    """Many sources of rank 1: `[batch, seq, sources, width]` would be by far the largest tensor."""
    sources = [random_adapter(f"s{i}", seed=i, rank=1) for i in range(12)]
    stack, omega = StackedSources(sources), torch.randn(12, WIDTH if per_dimension else 1, requires_grad=True)
    z = torch.randn(4, 9, WIDTH, requires_grad=True)
    with Largest() as ours:
        stack.scaled_sum(0, z, omega).square().sum().backward()
    with Largest() as theirs:
        naive(sources, 0, z, omega).square().sum().backward()
    assert ours.numel == z.numel()
    assert theirs.numel == 12 * z.numel()


def test_frozen_scales_and_inputs_need_no_gradient(sources: list[Adapter]) -> None:
    stack = StackedSources(sources)
    z, omega = torch.randn(2, 5, WIDTH), torch.randn(3, WIDTH)
    for needs_z, needs_omega in ((True, False), (False, True)):
        given, scales = z.clone().requires_grad_(needs_z), omega.clone().requires_grad_(needs_omega)
        stack.scaled_sum(0, given, scales).sum().backward()
        assert (given.grad is not None, scales.grad is not None) == (needs_z, needs_omega)


def test_the_first_layer_of_any_source(sources: list[Adapter]) -> None:
    late = [random_adapter("a", left_out=(0,)), random_adapter("b", left_out=(0,))]
    assert StackedSources(late).first_layer == 1
    assert StackedSources([*late, random_adapter("c")]).first_layer == 0


def test_folding_once_gives_the_same_sum(sources: list[Adapter]) -> None:
    stack, omega = StackedSources(sources), torch.randn(LAYERS, 3, WIDTH)
    z = torch.randn(2, 5, WIDTH)
    folded = stack.folded_by(lambda layer: omega[layer])
    for layer in range(LAYERS):
        assert torch.allclose(folded.output(layer, z), stack.scaled_sum(layer, z, omega[layer]), atol=1e-5)
