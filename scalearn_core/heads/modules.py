"""The classifier on top: one linear layer, or the paper's two layers with tanh."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class UnitLength(nn.Module):
    """Brings each row to length 1: what an embedding says lies in its direction."""

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """`[batch, width]` -> the same shape."""
        return F.normalize(embeddings, dim=1)


def unit_linear_head(width: int, outputs: int) -> nn.Sequential:
    """`[batch, width]` -> `[batch, outputs]`: a logistic regression on embeddings of length 1; recipe "auto"."""
    return nn.Sequential(UnitLength(), nn.Linear(width, outputs))


def two_layer_head(width: int, outputs: int, *, generator: torch.Generator) -> nn.Sequential:
    """The head of the paper's code: dropout, dense, tanh, dropout, out; weights N(0, 0.02²), biases 0."""
    head = nn.Sequential(
        nn.Dropout(0.1), nn.Linear(width, width), nn.Tanh(), nn.Dropout(0.1), nn.Linear(width, outputs)
    )
    for key, parameter in head.named_parameters():
        with torch.no_grad():
            if key.endswith("weight"):
                parameter.normal_(0.0, 0.02, generator=generator)
            else:
                parameter.zero_()
    return head


def empty_head(kind: str, width: int, outputs: int) -> nn.Sequential:
    """A head of the kind `kind_of` tells, to be filled from a file. Raises KeyError for a kind there is not."""
    if kind == "two_layer":
        return two_layer_head(width, outputs, generator=torch.Generator())
    if kind == "linear":  # models of version 0.1
        return nn.Sequential(nn.Linear(width, outputs))
    return {"unit_linear": unit_linear_head}[kind](width, outputs)


def numbers_in(kind: str, width: int, outputs: int) -> list[int]:
    """How many numbers each tensor of such a head holds. Raises KeyError for a kind there is not."""
    last = [width * outputs, outputs]
    return {"linear": last, "unit_linear": last, "two_layer": [width * width, width, *last]}[kind]


def kind_of(head: nn.Sequential) -> str:
    """What a model folder calls this head."""
    return {1: "linear", 2: "unit_linear", 5: "two_layer"}[len(head)]
