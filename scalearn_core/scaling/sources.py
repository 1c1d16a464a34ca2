"""All source adapters stacked, so that any number of them costs two matrix products per layer."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from scalearn_core.adapters.bottleneck import ACTIVATIONS, Adapter
from scalearn_core.encoders.encoder import Adapt
from scalearn_core.encoders.quick import frozen_product


class ScaledUp(torch.autograd.Function):
    """`s = a · (ω ⊙ W_up) + Σ_t ω_t b_up_t` for one scale per source, with its gradient in one matrix product.

    With `g = dL/ds` and `p = g · W_upᵀ`, in which each column belongs to a source:

        dL/da = ω ⊙ p        dL/dω_t = Σ (a ⊙ p)_t + b_up_t · Σ g

    Autograd would also compute `aᵀ g`, and keep the folded weights. For one scale per dimension that product is
    needed, and autograd is as fast (`python -m benchmarks.speed folding`).
    """

    @staticmethod
    def forward(
        ctx: Any, a: torch.Tensor, omega: torch.Tensor, up: torch.Tensor, bias: torch.Tensor, owner: torch.Tensor
    ) -> torch.Tensor:
        """`a [tokens, R]`, `omega [T, 1]`, `up [R, width]`, `bias [T, width]`, `owner [R]`."""
        ctx.save_for_backward(a, omega, up, bias, owner)
        weight, total = scaled_up_projection(omega, up, bias, owner)
        return torch.addmm(total.to(a.dtype), a, weight.to(a.dtype))

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        a, omega, up, bias, owner = ctx.saved_tensors
        p = g @ up.to(g.dtype).T  # [tokens, R]; on a GPU of lower precision, unlike the sums
        grad_omega = (bias @ g.sum(0, dtype=omega.dtype)).index_add(
            0, owner, torch.linalg.vecdot(a, p, dim=0).to(omega.dtype)
        )
        grad_a = p.mul_(omega[owner].T.to(p.dtype)) if ctx.needs_input_grad[0] else None
        return grad_a, grad_omega.unsqueeze(1), None, None, None


def scaled_up_projection(
    omega: torch.Tensor, up: torch.Tensor, bias: torch.Tensor, owner: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The scales in the up-projections: weight `[R, width]` and bias `[width]` of one wide adapter."""
    return omega[owner] * up, (omega * bias).sum(0)


class UpProjections(NamedTuple):
    """The upper halves of all sources in one layer, stacked: R rows, whose sources are in `owner`."""

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

    quick = False
    """Whether the products are made in bfloat16, see `encoders/quick.py`."""

    def in_bfloat16(self) -> StackedSources:
        """The same sources, whose products are made in bfloat16; for training steps."""
        other = copy.copy(self)
        other.quick = True
        other._buffers = {
            name: buffer.to(torch.bfloat16)
            if buffer is not None and name.startswith(("down_", "up_weight"))
            else buffer
            for name, buffer in self._buffers.items()
        }
        return other

    def _buffer(self, name: str, layer: int) -> torch.Tensor:
        return self.get_buffer(f"{name}_{layer}")

    def inner(self, layer: int, z: torch.Tensor) -> torch.Tensor:
        """`a = act(W_down z + b_down)` of all sources: `[batch, seq, width]` -> `[batch, seq, R]`."""
        down, bias = self._buffer("down_weight", layer), self._buffer("down_bias", layer)
        wide = frozen_product(z, down, bias) if self.quick else F.linear(z, down, bias)
        parts = [ACTIVATIONS[kind](wide[..., start:end]) for kind, start, end in self.slices[layer]]
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=-1)

    @property
    def first_layer(self) -> int:
        """The first layer in which a source has a bottleneck: nothing below depends on the scales."""
        ranks = [self._buffer("owner", layer).numel() for layer in range(len(self.slices))]
        return next((layer for layer, rank in enumerate(ranks) if rank), 0)

    def down_projections(self, layer: int) -> tuple[torch.Tensor, torch.Tensor]:
        """What `inner` is made with: weight `[R, width]` and bias `[R]`, in the order of `up_projections`."""
        return self._buffer("down_weight", layer), self._buffer("down_bias", layer)

    def up_projections(self, layer: int) -> UpProjections:
        """What turns `inner` into the outputs of the sources."""
        return UpProjections(*(self._buffer(name, layer) for name in ("up_weight", "up_bias", "owner")))

    def scaled_sum(self, layer: int, z: torch.Tensor, omega: torch.Tensor) -> torch.Tensor:
        """`Σ_t ω_t ⊙ A_t(z)`, the sum of the paper's section 4, without a tensor per source.

        Args:
            z: adapter input, `[batch, seq, width]`.
            omega: `[sources, width or 1]`.

        Returns:
            `[batch, seq, width]`.
        """
        inner = self.inner(layer, z).flatten(0, -2)
        frozen = [self._buffer(name, layer) for name in ("up_weight", "up_bias", "owner")]
        if self.quick:
            inner = inner.to(torch.bfloat16)
        if omega.shape[1] == 1:
            scaled: torch.Tensor = ScaledUp.apply(inner, omega, *frozen)  # type: ignore[no-untyped-call]
        else:
            weight, bias = scaled_up_projection(omega, *frozen)
            scaled = torch.addmm(bias.to(inner.dtype), inner, weight.to(inner.dtype))
        return (scaled.to(z.dtype) if self.quick else scaled).view(z.shape)

    @torch.no_grad()
    def folded_by(self, omegas: Callable[[int], torch.Tensor]) -> FoldedSources:
        """Fold the scales of every layer once, for all that is predicted with them."""
        return FoldedSources(
            self,
            [
                scaled_up_projection(
                    omegas(layer), *(self._buffer(name, layer) for name in ("up_weight", "up_bias", "owner"))
                )
                for layer in range(len(self.slices))
            ],
        )

    def outputs(self, layer: int, z: torch.Tensor) -> list[torch.Tensor]:
        """`A_t(z)` of each source, unscaled, in the order of `names`: T times `[batch, seq, width]`."""
        inner, owner = self.inner(layer, z), self._buffer("owner", layer)
        up_weight, up_bias = self._buffer("up_weight", layer), self._buffer("up_bias", layer)
        return [inner[..., owner == t] @ up_weight[owner == t] + up_bias[t] for t in range(len(self.names))]


class FoldedSources:
    """Sources whose scales are fixed: one ordinary wide adapter per layer."""

    def __init__(self, stack: StackedSources, layers: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
        self.stack = stack
        self.layers = layers

    def output(self, layer: int, z: torch.Tensor) -> torch.Tensor:
        """`Σ_t ω_t ⊙ A_t(z)`: `[batch, seq, width]` -> the same shape."""
        weight, bias = self.layers[layer]
        return F.linear(self.stack.inner(layer, z), weight.T, bias)


def mixed(sources: Sequence[Adapter], omega: torch.Tensor) -> Adapt | None:
    """`Σ_t ω_t ⊙ A_t(z)` for fixed scales: only the sources that act are computed.

    Args:
        omega: `[layers or 1, sources, width or 1]`, on the device to compute on.

    Returns:
        What an encoder adds in its layers; None where no scale differs from 0, and then it is the plain encoder.
    """
    acting = [number for number in range(len(sources)) if bool(omega[:, number].any())]
    if not acting:
        return None
    stack = StackedSources([sources[number] for number in acting]).to(omega.device)
    folded = stack.folded_by(lambda layer: omega[min(layer, len(omega) - 1), acting])
    return lambda layer, z, f: folded.output(layer, z)
