"""Frozen matrix products in bfloat16, on processors that have units for them: about twice as fast a training step.

The weights are cast once; what flows between the products, and all that learns, stays float32. autocast casts the
weights anew at every call, and attention in bfloat16 has a slow backward pass: both cost more than they bring.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any, Literal

import torch
from torch import nn
from torch.nn import functional as F

from scalearn_core.devices import autocast, has_bfloat16_units
from scalearn_core.encoders.encoder import Encoder


class FrozenProduct(torch.autograd.Function):
    """`x Wᵀ + b` in the type of the frozen `W`, from and to the type of `x`; `dL/dx = g W` likewise."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        """`x [..., in]`, `weight [out, in]`, `bias [out]`."""
        ctx.save_for_backward(weight)
        return F.linear(x.to(weight.dtype), weight, bias).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (weight,) = ctx.saved_tensors
        return (g.to(weight.dtype) @ weight).to(g.dtype), None, None


def frozen_product(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """`x Wᵀ + b` of frozen weights of lower precision, `[..., in]` -> `[..., out]`."""
    product: torch.Tensor = FrozenProduct.apply(x, weight, bias)  # type: ignore[no-untyped-call]
    return product


class QuickLinear(nn.Module):
    """A frozen linear layer whose product is made in bfloat16; `weight` and `bias` stay as they were."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.weight, self.bias = linear.weight, linear.bias
        self.cast_weight = linear.weight.detach().to(torch.bfloat16)
        self.cast_bias = None if linear.bias is None else linear.bias.detach().to(torch.bfloat16)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """`[..., in]` -> `[..., out]`"""
        return frozen_product(x, self.cast_weight, self.cast_bias)


def products(encoder: Encoder, wanted: bool) -> Literal["float32", "bfloat16"]:
    """What training steps with this encoder make their products in; a GPU that can always uses bfloat16."""
    if encoder.device.type == "cuda":
        return "bfloat16" if isinstance(autocast(encoder.device), torch.autocast) else "float32"
    return "bfloat16" if runs_in_bfloat16(encoder, wanted) else "float32"


def runs_in_bfloat16(encoder: Encoder, wanted: bool) -> bool:
    """Whether training steps with this encoder are made in bfloat16, if its processor has units for it."""
    return wanted and has_bfloat16_units(encoder.device)


def quick(encoder: Encoder) -> Encoder:
    """The same encoder, all else shared, whose layers make their products in bfloat16. For training steps and
    the forecast: where a document is classified, the encoder itself computes."""
    other = copy.copy(encoder)
    other.layers = [replace(layer, module=_cast(layer.module)) for layer in encoder.layers]
    return other


def _cast(module: nn.Module) -> nn.Module:
    if isinstance(module, nn.Linear):
        return QuickLinear(module)
    other = copy.copy(module)
    other._modules = {name: part and _cast(part) for name, part in module._modules.items()}
    return other
