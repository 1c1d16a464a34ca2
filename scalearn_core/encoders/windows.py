"""Long documents on their way through an encoder: run window by window, and whole again behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F


class Windows:
    """Runs a batch `[batch, seq]` as windows `[batch * windows, length]`; with no length, as it is.

    Only what looks from token to token must know of windows; all else takes documents as they are.
    """

    def __init__(self, seq: int, length: int | None) -> None:
        self.seq = seq
        self.length = length

    def split(self, tensor: torch.Tensor) -> torch.Tensor:
        """`[batch, seq, ...]` -> `[batch * windows, length, ...]`, zeros behind the end."""
        if self.length is None:
            return tensor
        missing = -self.seq % self.length
        padded = F.pad(tensor, (0, 0) * (tensor.dim() - 2) + (0, missing)) if missing else tensor
        return padded.reshape(-1, self.length, *tensor.shape[2:])

    def join(self, tensor: torch.Tensor) -> torch.Tensor:
        """The way back: `[batch * windows, length, ...]` -> `[batch, seq, ...]`."""
        if self.length is None:
            return tensor
        whole = -(-self.seq // self.length) * self.length
        return tensor.reshape(-1, whole, *tensor.shape[2:])[:, : self.seq]

    def mask(self, attention_mask: torch.Tensor) -> torch.Tensor:
        """The windows' mask. One behind a document's end sees a token, as attention over none has no value."""
        windows = self.split(attention_mask)
        if self.length is not None:
            windows = windows.clone()
            windows[:, 0] = 1
        return windows

    def apply(
        self,
        run: Callable[[torch.Tensor, Any], tuple[torch.Tensor, torch.Tensor]],
        hidden: torch.Tensor,
        context: Any,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """`run(hidden, context)` window by window."""
        f, rest = run(self.split(hidden), context)
        return self.join(f), self.join(rest)
