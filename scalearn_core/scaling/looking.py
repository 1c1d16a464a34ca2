"""A look at documents on their way through the encoder, for what tells texts unlike anything learned."""

from __future__ import annotations

from collections.abc import Callable

import torch

from scalearn_core.encoders.encoder import Adapt


class Looking:
    """What `adapt` adds, and the mean states before the adapter of one layer, once the encoder came by there."""

    def __init__(self, adapt: Adapt, layer: int, pool: Callable[[torch.Tensor], torch.Tensor]) -> None:
        """Takes a layer (`heads.unlike.layer_of`), and what makes `[batch, seq, width]` one vector each."""
        self._adapt, self._layer, self._pool = adapt, layer, pool
        self.states = torch.empty(0)
        """`[documents, width]`."""

    def __call__(self, layer: int, z: torch.Tensor, f: torch.Tensor | None) -> torch.Tensor:
        if layer == self._layer:
            self.states = self._pool(z)
        return self._adapt(layer, z, f)
