"""AdapterFusion (Pfeiffer et al. 2021, arXiv 2005.00247): at each token the sources are weighed by attention.

Per layer, with `u_t = A_t(z)` the outputs of the frozen sources (Q, K, V are `[width, width]`, V without bias):

    p = softmax_t((Q z + b_Q) · (K u_t + b_K)),    y = LN(f + Σ_t p_t V u_t + x)

as in the public code of the ScaLearn paper: no division by the root of the width, dropout on the products, V from
the identity and held near it by 0.01 · Σ (V - 1)². The parameters are many: 3 width² + 2 width per layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.baselines.classifier import Classifier, train_from_linear_head
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.scaling.sources import StackedSources

if TYPE_CHECKING:
    from scalearn_core.data.split import Split

DROPOUT = 0.1
"""On the products of query and key."""
PENALTY = 0.01
"""Weight of the squared distance of V from the identity."""
LEARNING_RATE = 5e-5
"""The published one."""
HEAD_LEARNING_RATE = 5e-5


class FusionLayer(nn.Module):
    """The attention of one layer; queries and keys start from N(0, 0.02²), values from the identity."""

    def __init__(self, width: int, generator: torch.Generator) -> None:
        super().__init__()
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.value = nn.Linear(width, width, bias=False)
        with torch.no_grad():
            for linear in (self.query, self.key):
                linear.weight.normal_(0.0, 0.02, generator=generator)
                linear.bias.zero_()
            nn.init.eye_(self.value.weight)


class Fusion(nn.Module):
    """The attention of all layers over the stacked sources."""

    def __init__(self, sources: Sequence[Adapter], *, seed: int) -> None:
        super().__init__()
        self.stack = StackedSources(sources)
        generator = torch.Generator().manual_seed(seed)
        self.layers = nn.ModuleList(FusionLayer(sources[0].width, generator) for _ in sources[0].layers)

    def forward(self, layer: int, z: torch.Tensor) -> torch.Tensor:
        """`Σ_t p_t V u_t`: `[batch, seq, width]` -> the same shape.

        Nothing of the size of all sources' outputs is made: products and sums pass the up-projections, as those
        of the scales do.
        """
        attention = self.layers[layer]
        assert isinstance(attention, FusionLayer)
        inner, up = self.stack.inner(layer, z), self.stack.up_projections(layer)
        members = F.one_hot(up.owner, len(self.stack.names)).to(z.dtype)  # [R, sources]
        query = attention.query(z)
        keyed = query @ attention.key.weight  # [batch, seq, width]: (Q z) · (K u) = (Kᵀ Q z) · u
        products = (inner * (keyed @ up.weight.T)) @ members + keyed @ up.bias.T  # [batch, seq, sources]
        products = products + (query @ attention.key.bias).unsqueeze(-1)
        shares = F.dropout(products, DROPOUT, self.training).softmax(-1)
        mixed = (inner * (shares @ members.T)) @ up.weight + shares @ up.bias
        output: torch.Tensor = attention.value(mixed)
        return output

    def penalty(self) -> torch.Tensor:
        """0.01 · Σ (V - 1)² over all layers, a scalar."""
        distances = []
        for layer in self.layers:
            assert isinstance(layer, FusionLayer)
            weight = layer.value.weight
            distances.append((weight - torch.eye(len(weight), device=weight.device)).square().sum())
        return PENALTY * torch.stack(distances).sum()


def fit_fusion(
    encoder: Encoder, sources: Sequence[Adapter], train: Split, validation: Split, *, seed: int
) -> Classifier:
    """Train the attention and a head; encoder and sources stay frozen."""
    fusion = Fusion(sources, seed=seed).to(encoder.device)
    return train_from_linear_head(
        encoder, lambda layer, z, f: fusion(layer, z), dict(fusion.named_parameters()), fusion.train,
        train, validation, penalty=fusion.penalty,
        learning_rate=LEARNING_RATE, head_learning_rate=HEAD_LEARNING_RATE, seed=seed,
    )  # fmt: skip
