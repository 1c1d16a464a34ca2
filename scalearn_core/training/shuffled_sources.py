"""Sources without knowledge: the control of a training that has no task adapter beside the sources.

Shuffling the numbers within each weight keeps shape, mean and spread of an adapter and destroys what it learned.
A model that is no better than the same training on such sources owes nothing to the earlier tasks.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch

from scalearn_core.adapters.bottleneck import Adapter


@torch.no_grad()
def shuffled(sources: Sequence[Adapter], *, seed: int) -> list[Adapter]:
    """Copies of `sources` whose numbers are permuted within each weight and bias; same names, same order."""
    generator = torch.Generator().manual_seed(seed)
    copies = copy.deepcopy(list(sources))
    for source in copies:
        for parameter in source.layers.parameters():
            order = torch.randperm(parameter.numel(), generator=generator).to(parameter.device)
            parameter.copy_(parameter.flatten()[order].view_as(parameter))
    return copies
