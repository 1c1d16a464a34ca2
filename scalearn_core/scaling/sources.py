"""All source adapters side by side, so that any number of them costs two matrix products per layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from scalearn_core.adapters.bottleneck import ACTIVATIONS, Adapter


class UpProjections(NamedTuple):
    """The upper halves of all sources in one layer, side by side: R rows, of which `owner` tells whose."""

    weight: torch.Tensor
    """`[R, width]`"""
    bias: torch.Tensor
    """`[sources, width]`"""
    owner: torch.Tensor
    """`[R]`, number of the source."""


class StackedSources(nn.Module):
    """T frozen adapters as one wide one.

    Row `i` of a layer's stacked bottleneck belongs to source `owner[i]`. Rows are ordered by non-linearity, so
    that each non-linearity is applied to one slice; sources may differ in rank.
    """

    def __init__(self, sources: Sequence[Adapter]) -> None:
        super().__init__()
        self.names = [source.name for source in sources]
        kinds = sorted({source.non_linearity for source in sources})
        order = sorted(range(len(sources)), key=lambda t: kinds.index(sources[t].non_linearity))
        # An own adapter may have been trained on a GPU while the others were read to the CPU.
        states = [{key: tensor.cpu() for key, tensor in source.layers.state_dict().items()} for source in sources]
        self.slices: list[list[tuple[str, int, int]]] = []
        for index in range(len(sources[0].layers)):
            ranks = [sources[t].bottleneck(index).rank for t in order]
            buffers = {
                "down_weight": torch.cat([states[t][f"{index}.down_weight"] for t in order]),  # [R, width]
                "down_bias": torch.cat([states[t][f"{index}.down_bias"] for t in order]),  # [R]
                "up_weight": torch.cat([states[t][f"{index}.up_weight"].T for t in order]),  # [R, width]
                "up_bias": torch.stack([state[f"{index}.up_bias"] for state in states]),  # [T, width]
                "owner": torch.tensor(order).repeat_interleave(torch.tensor(ranks)),  # [R]
            }
            for name, tensor in buffers.items():
                self.register_buffer(f"{name}_{index}", tensor.detach().contiguous(), persistent=False)
            ends = torch.tensor(ranks).cumsum(0).tolist()
            self.slices.append(
                [
                    (
                        kind,
                        min(end - rank for end, rank, t in zip(ends, ranks, order, strict=True)
                            if sources[t].non_linearity == kind),
                        max(end for end, t in zip(ends, order, strict=True) if sources[t].non_linearity == kind),
                    )
                    for kind in kinds
                ]
            )  # fmt: skip

    def _buffer(self, name: str, layer: int) -> torch.Tensor:
        return self.get_buffer(f"{name}_{layer}")

    def inner(self, layer: int, z: torch.Tensor) -> torch.Tensor:
        """`a = act(W_down z + b_down)` of all sources: `[batch, seq, width]` -> `[batch, seq, R]`."""
        wide = F.linear(z, self._buffer("down_weight", layer), self._buffer("down_bias", layer))
        parts = [ACTIVATIONS[kind](wide[..., start:end]) for kind, start, end in self.slices[layer]]
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=-1)

    def up_projections(self, layer: int) -> UpProjections:
        """What turns `inner` into the outputs of the sources."""
        return UpProjections(*(self._buffer(name, layer) for name in ("up_weight", "up_bias", "owner")))

    def scaled_sum(self, layer: int, z: torch.Tensor, omega: torch.Tensor) -> torch.Tensor:
        """`Σ_t ω_t ⊙ A_t(z)`, the sum of the paper's section 4, without a tensor per source.

        The scales are folded into the up-projections: `s = a · (ω ⊙ W_up) + Σ_t ω_t ⊙ b_up_t`.

        Args:
            z: adapter input, `[batch, seq, width]`.
            omega: `[sources, width or 1]`.

        Returns:
            `[batch, seq, width]`.
        """
        folded = omega[self._buffer("owner", layer)] * self._buffer("up_weight", layer)  # [R, width]
        bias = (omega * self._buffer("up_bias", layer)).sum(0)  # [width]
        return self.inner(layer, z) @ folded + bias

    def outputs(self, layer: int, z: torch.Tensor) -> list[torch.Tensor]:
        """`A_t(z)` of each source, unscaled, in the order of `names`: T times `[batch, seq, width]`."""
        inner, owner = self.inner(layer, z), self._buffer("owner", layer)
        up_weight, up_bias = self._buffer("up_weight", layer), self._buffer("up_bias", layer)
        return [inner[..., owner == t] @ up_weight[owner == t] + up_bias[t] for t in range(len(self.names))]
