"""The scales: what a target task learns of its sources (paper, section 4; the four variants).

    ScaLearn            ω [layers, sources, width]   one number per layer, source and dimension
    ScaLearnUniform     ω [layers, sources, 1]       one per layer and source
    ScaLearn++          ω [1, sources, width]        shared by all layers
    ScaLearnUniform++   ω [1, sources, 1]            one per source

Nothing constrains them: they may be negative, above one, and need not sum to one.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from scalearn_core.errors import ConfigError


@dataclass(frozen=True)
class Variant:
    """What is shared, and the dropout on the scales that the paper uses with it."""

    shared: bool
    """One set for all layers (the "++" variants)."""
    uniform: bool
    """One number per source instead of one per dimension."""
    dropout: float

    def shape(self, layers: int, sources: int, width: int) -> tuple[int, int, int]:
        """Shape of ω: `[layers or 1, sources, width or 1]`."""
        return (1 if self.shared else layers, sources, 1 if self.uniform else width)


VARIANTS: dict[str, Variant] = {
    "scalearn": Variant(shared=False, uniform=False, dropout=0.3),
    "scalearn_uniform": Variant(shared=False, uniform=True, dropout=0.3),
    "scalearn_pp": Variant(shared=True, uniform=False, dropout=0.3),
    "scalearn_uniform_pp": Variant(shared=True, uniform=True, dropout=0.0),
}

PAPER_TOTAL = 2.0
PAPER_DEVIATION = 0.001
"""The paper's start: ω ~ N(2/T, 0.001²) for T sources."""


def find_variant(name: str) -> Variant:
    if name not in VARIANTS:
        raise ConfigError("config.unknown_variant", found=name, known=", ".join(VARIANTS))
    return VARIANTS[name]


class Scales(nn.Module):
    """The parameter ω with its dropout."""

    omega: nn.Parameter

    def __init__(self, variant: Variant, *, layers: int, sources: int, width: int) -> None:
        super().__init__()
        self.variant = variant
        self.omega = nn.Parameter(torch.zeros(variant.shape(layers, sources, width)))
        self.layers = layers
        self._kept: torch.Tensor | None = None

    @torch.no_grad()
    def start_at_zero(self) -> None:
        """With ω = 0 the model is the plain frozen encoder, exactly."""
        self.omega.zero_()

    @torch.no_grad()
    def start_as_in_paper(self, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        mean = PAPER_TOTAL / self.omega.shape[1]
        self.omega.copy_(torch.normal(mean, PAPER_DEVIATION, self.omega.shape, generator=generator))

    @torch.no_grad()
    def draw_dropout(self) -> None:
        """Draw what training drops from now on, so that a step computed in parts drops the same in each."""
        if self.variant.dropout == 0:
            return
        shape = (self.layers, *self.omega.shape[1:])
        self._kept = F.dropout(torch.ones(shape, device=self.omega.device), self.variant.dropout)

    def forward(self, layer: int) -> torch.Tensor:
        """ω of one layer, `[sources, width or 1]`; in training each layer drops its own entries, shared or not.

        What is dropped is what `draw_dropout` drew last, or drawn anew where it was never called.
        """
        omega = self.omega[0 if self.variant.shared else layer]
        if not self.training or self.variant.dropout == 0:
            return omega
        return F.dropout(omega, self.variant.dropout) if self._kept is None else omega * self._kept[layer]
