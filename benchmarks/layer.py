"""What `benchmarks/speed.py` asks of one layer of sources, and of the process: passes and bytes."""

from __future__ import annotations

import sys
from collections.abc import Callable

import torch

from scalearn_core.scaling.sources import StackedSources, scaled_up_projection


def by_autograd(stack: StackedSources) -> Callable[[int, torch.Tensor, torch.Tensor], torch.Tensor]:
    """The scaled sum of all sources, whose gradient autograd finds."""

    def scaled_sum(layer: int, z: torch.Tensor, omega: torch.Tensor) -> torch.Tensor:
        buffers = (stack.get_buffer(f"{name}_{layer}") for name in ("up_weight", "up_bias", "owner"))
        weight, bias = scaled_up_projection(omega, *buffers)
        return torch.addmm(bias, stack.inner(layer, z), weight)

    return scaled_sum


def forward_and_backward(way: Callable[..., torch.Tensor], z: torch.Tensor, omega: torch.Tensor) -> None:
    """One pass through a layer's sources and back."""
    z, omega = z.detach().requires_grad_(), omega.detach().requires_grad_()
    way(0, z, omega).square().mean().backward()


def kept_bytes(
    way: Callable[..., torch.Tensor], z: torch.Tensor, omega: torch.Tensor, stack: StackedSources
) -> int:
    """Bytes kept for backward that the forward pass itself has made."""
    kept: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    z, omega = z.detach().requires_grad_(), omega.detach().requires_grad_()
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        output = way(0, z, omega)
    frozen = {tensor.data_ptr() for tensor in (z, omega, *stack.buffers())}
    del output
    return sum(size for pointer, size in kept.items() if pointer not in frozen)


def peak_bytes() -> int:
    """The most memory this process ever held; the unit of the system's figure differs."""
    import resource  # not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
