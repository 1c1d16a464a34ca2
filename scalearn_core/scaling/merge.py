"""Fold a trained model's sources and scales into one adapter (method of the paper, section 5.6).

`Σ_t ω_t ⊙ (W_up,t a_t + b_up,t)` is `W_fold a + b_fold` with `W_fold = [ω_1 ⊙ W_up,1 | … | ω_T ⊙ W_up,T]`: one
ordinary bottleneck of the summed ranks. Rows that scales have made zero are left out.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import nn
from torch.nn import functional as F

from scalearn_core.adapters.bottleneck import ACTIVATIONS, Adapter, BottleneckLayer
from scalearn_core.errors import AdapterError
from scalearn_core.scaling.model import ScaLearnModel


class Part(nn.Module):
    """The rows of one non-linearity in one layer; `up_weight` has the scales multiplied in."""

    down_weight: torch.Tensor
    down_bias: torch.Tensor
    up_weight: torch.Tensor

    def __init__(self, kind: str, down_weight: torch.Tensor, down_bias: torch.Tensor, up: torch.Tensor) -> None:
        """Takes `[R, width]`, `[R]` and `[R, width]`."""
        super().__init__()
        self.non_linearity = kind
        self.register_buffer("down_weight", down_weight.contiguous())
        self.register_buffer("down_bias", down_bias.contiguous())
        self.register_buffer("up_weight", up.contiguous())

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        inner = ACTIVATIONS[self.non_linearity](F.linear(z, self.down_weight, self.down_bias))
        return inner @ self.up_weight


class FoldedLayer(nn.Module):
    """One layer's sources as a bottleneck per non-linearity; no part where no source does anything."""

    bias: torch.Tensor

    def __init__(self, parts: list[Part], bias: torch.Tensor) -> None:
        """Takes the bias `Σ_t ω_t ⊙ b_up,t`, `[width]`."""
        super().__init__()
        self._parts = nn.ModuleList(parts)
        self.register_buffer("bias", bias)

    @property
    def parts(self) -> list[Part]:
        return [cast(Part, part) for part in self._parts]

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """What the layer adds to the feed-forward output: `[batch, seq, width]` -> the same shape."""
        total = self.bias
        for part in self.parts:
            total = part(z) + total
        return total if self.parts else total.expand_as(z)


@torch.no_grad()
def folded_layers(model: ScaLearnModel) -> list[FoldedLayer]:
    """The model's sources and scales, folded per layer, on the CPU."""
    model.train_mode(False)
    layers = []
    for index in range(len(model.encoder.layers)):
        bottlenecks = [source.bottleneck(index) for source in model.sources]
        omega = model.scales(index).cpu()  # [sources, width or 1]
        up_bias = torch.stack([layer.up_bias.cpu() for layer in bottlenecks])
        parts = []
        for kind in sorted({source.non_linearity for source in model.sources}):
            chosen = [t for t, source in enumerate(model.sources) if source.non_linearity == kind]
            up = torch.cat([omega[t] * bottlenecks[t].up_weight.cpu().T for t in chosen])  # [R, width]
            down = torch.cat([bottlenecks[t].down_weight.cpu() for t in chosen])
            down_bias = torch.cat([bottlenecks[t].down_bias.cpu() for t in chosen])
            kept = up.any(dim=1)
            if kept.any():
                parts.append(Part(kind, down[kept], down_bias[kept], up[kept]))
        layers.append(FoldedLayer(parts, (omega * up_bias).sum(0)))
    return layers


def merge(model: ScaLearnModel, name: str) -> Adapter:
    """The model as one ordinary adapter that computes the same.

    Raises:
        AdapterError: its sources have different non-linearities, and an adapter has one.
    """
    folded = folded_layers(model)
    kinds = sorted({part.non_linearity for layer in folded for part in layer.parts})
    if len(kinds) > 1:
        raise AdapterError("adapter.mixed_non_linearities", found=", ".join(kinds))
    modules = nn.ModuleList()
    for layer in folded:
        # A reader gives every layer at least one row, and the bias needs a layer to stand in.
        bottleneck = BottleneckLayer(model.encoder.width, max(1, sum(len(p.down_bias) for p in layer.parts)))
        for part in layer.parts:
            bottleneck.down_weight.data.copy_(part.down_weight)
            bottleneck.down_bias.data.copy_(part.down_bias)
            bottleneck.up_weight.data.copy_(part.up_weight.T)
        bottleneck.up_bias.data.copy_(layer.bias)
        modules.append(bottleneck)
    widest = max(len(module.down_bias) for module in modules if isinstance(module, BottleneckLayer))
    return Adapter(
        name, modules, non_linearity=kinds[0] if kinds else "relu", model_type=model.encoder.model_type,
        # Readers take int(width // factor); the half keeps rounding from taking one away.
        reduction_factor=model.encoder.width / (widest + 0.5),
        encoder_fingerprint=model.encoder.fingerprint, label_names=model.labels,
    ).frozen()  # fmt: skip
