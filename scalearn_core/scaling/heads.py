"""The classifier on top: one linear layer, or the paper's two layers with tanh."""

from __future__ import annotations

import torch
from torch import nn


def linear_head(width: int, outputs: int) -> nn.Sequential:
    """`[batch, width]` -> `[batch, outputs]`, one layer; starts from a logistic regression in recipe "auto"."""
    return nn.Sequential(nn.Linear(width, outputs))


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
