"""The scales: how much of each source a target task uses (paper, section 4; the four variants).

    ScaLearn            ω [layers, sources, width]   one number per layer, source and dimension
    ScaLearnUniform     ω [layers, sources, 1]       one per layer and source
    ScaLearn++          ω [1, sources, width]        shared by all layers
    ScaLearnUniform++   ω [1, sources, 1]            one per source

Nothing constrains them: they may be negative, above one, and need not sum to one. `Ablation` holds what the
paper's code can do otherwise; by default it does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import nn
from torch.nn import functional as F

from scalearn_core.config import VARIANTS, Variant
from scalearn_core.errors import ConfigError

PAPER_TOTAL = 2.0
PAPER_DEVIATION = 0.001
"""The paper's start: ω ~ N(2/T, 0.001²) for T sources."""

Combination = Literal["free", "mean", "softmax"]


@dataclass(frozen=True)
class Ablation:
    """Departures from the method that the paper's code offers; for every variant, each one off by default."""

    combination: Combination = "free"
    """What of ω is used: ω itself, ω / Σ_t ω ("mean"), or its softmax over the sources; per layer and dimension.
    The mean has no bound where the sum is near zero. The paper's code has no dropout (0.0) with either."""
    dropout: float | None = None
    """On the scales in use; None is the variant's own."""
    start_total: float = PAPER_TOTAL
    start_deviation: float = PAPER_DEVIATION
    """`start_as_in_paper` draws ω ~ N(total / T, deviation²)."""
    regularization: float = 0.0
    """λ of `Scales.regularization`; the paper's code has ids for 0.1 and 0.01."""

    def __post_init__(self) -> None:
        if self.combination not in get_args(Combination):
            known = ", ".join(get_args(Combination))
            raise ConfigError("config.unknown_combination", found=self.combination, known=known)
        if self.dropout is not None and not 0 <= self.dropout < 1:
            raise ConfigError("config.not_a_share", name="dropout", found=self.dropout)
        for name in ("start_deviation", "regularization"):
            if getattr(self, name) < 0:
                raise ConfigError("config.negative", name=name, found=getattr(self, name))


NO_ABLATION = Ablation()


def find_variant(name: str) -> Variant:
    if name not in VARIANTS:
        raise ConfigError("config.unknown_variant", found=name, known=", ".join(VARIANTS))
    return VARIANTS[name]


class Scales(nn.Module):
    """The parameter ω with its dropout. What acts in a layer is `scales(layer)`, not `omega` itself."""

    omega: nn.Parameter

    def __init__(
        self, variant: Variant, *, layers: int, sources: int, width: int, ablation: Ablation = NO_ABLATION
    ) -> None:
        super().__init__()
        self.variant = variant
        self.ablation = ablation
        self.omega = nn.Parameter(torch.zeros(variant.shape(layers, sources, width)))
        self.layers = layers
        self._kept: torch.Tensor | None = None

    @torch.no_grad()
    def start_at_zero(self) -> None:
        """With ω = 0 the model is the plain frozen encoder, exactly.

        Raises:
            ConfigError: the scales in use always sum to one.
        """
        if self.ablation.combination != "free":
            raise ConfigError("config.no_zero_start", found=self.ablation.combination)
        self.omega.zero_()

    @torch.no_grad()
    def start_as_in_paper(self, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        mean = self.ablation.start_total / self.omega.shape[1]
        self.omega.copy_(
            torch.normal(mean, self.ablation.start_deviation, self.omega.shape, generator=generator)
        )  # fmt: skip

    @torch.no_grad()
    def draw_dropout(self) -> None:
        """Draw what training drops from now on, so that a step computed in parts drops the same in each."""
        if self.dropout == 0:
            return
        shape = (self.layers, *self.omega.shape[1:])
        self._kept = F.dropout(torch.ones(shape, device=self.omega.device), self.dropout)

    def forward(self, layer: int) -> torch.Tensor:
        """ω of one layer, `[sources, width or 1]`; in training each layer drops its own entries, shared or not.

        What is dropped is what `draw_dropout` drew last, or drawn anew where it was never called.
        """
        omega = self.omega[0 if self.variant.shared else layer]
        if self.ablation.combination == "mean":
            omega = omega / omega.sum(0)
        elif self.ablation.combination == "softmax":
            omega = omega.softmax(0)
        if not self.training or self.dropout == 0:
            return omega
        return F.dropout(omega, self.dropout) if self._kept is None else omega * self._kept[layer]

    @property
    def dropout(self) -> float:
        """Share of the scales (0 to 1) that training drops."""
        return self.variant.dropout if self.ablation.dropout is None else self.ablation.dropout

    def regularization(self) -> torch.Tensor:
        """`(λ/T) Σ_l Σ_t (1 - mean_d ω)²`, to be added to the loss of each batch; a scalar, 0 without λ.

        The sum is over the sets of ω there are, so a shared one counts once. The paper's code differs for shared
        scales (the sum over d, and no T), and applies the gradient a step late; see `docs/paper.md`.
        """
        distance = (1 - self.omega.mean(-1)).square().sum()
        return self.ablation.regularization / self.omega.shape[1] * distance
