"""Frozen matrix products in float32 whose weights are packed once, not anew at every call.

PyTorch hands a product in float32 to MKL, which runs at less than half of its speed on processors of other makers;
oneDNN, which comes with PyTorch too, does not, and takes weights in the form it likes best. The operation is the
one that `torch.compile` uses, and has no public name. On other processors and on a GPU all stays as it was.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import torch


class PackedWeight:
    """A frozen `W [out, in]` in oneDNN's form, and `Wᵀ` for gradients when one is first asked for.

    Attributes:
        version: of the tensor it was made of, which changes with every change in place.
    """

    def __init__(self, weight: torch.Tensor) -> None:
        self.weight, self.version = weight, weight._version

    @cached_property
    def forward(self) -> torch.Tensor:
        return _pack(self.weight.detach())

    @cached_property
    def backward(self) -> torch.Tensor:
        return _pack(self.weight.detach().T.contiguous())

    def fits(self, weight: torch.Tensor) -> bool:
        """Whether it is still that of `weight`."""
        return weight is self.weight and weight._version == self.version


class PackedProduct(torch.autograd.Function):
    """`x Wᵀ + b` of a frozen `W`; `dL/dx = g W`."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: PackedWeight, bias: torch.Tensor | None) -> torch.Tensor:
        """`x [..., in]`, `bias [out]` -> `[..., out]`."""
        ctx.weight = weight
        return _product(x, weight.forward, bias)

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        return _product(g, ctx.weight.backward, None), None, None


def packed_product(x: torch.Tensor, weight: PackedWeight, bias: torch.Tensor | None) -> torch.Tensor:
    """`x Wᵀ + b`, `[..., in]` -> `[..., out]`, all in float32."""
    product: torch.Tensor = PackedProduct.apply(x, weight, bias)  # type: ignore[no-untyped-call]
    return product


def can_pack(x: torch.Tensor, weight: torch.Tensor) -> bool:
    """Whether their product is made so: frozen float32 weights, on a CPU, and not while a graph is recorded."""
    return (
        not weight.requires_grad
        and x.dtype == weight.dtype == torch.float32
        and x.device.type == weight.device.type == "cpu"
        and _AVAILABLE
        and not torch.jit.is_tracing()  # type: ignore[attr-defined,no-untyped-call]
    )


def _pack(weight: torch.Tensor) -> torch.Tensor:
    packed: torch.Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, None)
    return packed


def _product(x: torch.Tensor, packed: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(x, packed, bias, "none", [], "")
    return product


_AVAILABLE = torch.backends.mkldnn.is_available() and torch.cpu._is_avx2_supported()  # type: ignore[no-untyped-call]
