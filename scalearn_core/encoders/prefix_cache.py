"""A cache of what no scale can change for a set of documents: all states below the first adapter.

A training passes over its documents many times, and a sweep trains many models on them; all of them begin at
`z` of the first layer that has an adapter. Only where the encoder's own dropout is on (recipe "paper") does every
pass differ from the start.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from scalearn_core.devices import free_bytes
from scalearn_core.encoders.batching import forward_batches
from scalearn_core.encoders.encoder import Batch, Encoder, PrefixStates, Tokens

MEMORY = 512 * 2**20
"""Bytes that the states of one set of documents may take: about 350,000 tokens of the default encoder."""
FREE_SHARE = 0.25
"""Nor may they take more than this share of what the device has free."""


def batch_of(
    encoder: Encoder, documents: Tokens | CachedDocuments, rows: Sequence[int]
) -> tuple[Batch, PrefixStates | None]:
    """The given documents as one batch, and where their forward pass begins (None: with the tokens)."""
    return (
        documents.batch(rows) if isinstance(documents, CachedDocuments) else (encoder.pad(documents, rows), None)
    )


class CachedDocuments:
    """Tokenized documents on the encoder's device, with their states at the first adapter where these fit.

    Give the same object to every training on the same documents and encoder, and nothing of it is computed again.

    Attributes:
        layer: where a forward pass begins; None if it begins with the tokens.
        states: `f + x` of `layer`, before its norm, of all tokens one after another, `[tokens, width]`; None where
            they exceed the memory, and then a batch is computed up to `layer` when it is asked for.
    """

    def __init__(
        self, encoder: Encoder, tokens: Tokens, layer: int | None = 0, *, memory: int | None = None,
        states: torch.Tensor | None = None,
    ) -> None:  # fmt: skip
        """Run all documents up to `layer`, in batches of like length.

        Args:
            layer: at most the `first_layer` of every model that will use this; None opens nothing.
            memory: bytes the states may take, by default what `MEMORY` and `FREE_SHARE` allow.
            states: those of the same documents at this layer, where another process has computed them.
        """
        device = encoder.device
        self.encoder = encoder
        self.layer = layer
        self.lengths = tokens.lengths
        # The tokens lie on the device once and for all: a batch then costs no copy from the host.
        self._ids = torch.tensor([i for ids in tokens.ids for i in ids], device=device)
        self._segments = torch.tensor([i for ids in tokens.segments for i in ids], device=device)
        self._lengths = torch.tensor(self.lengths, dtype=torch.long, device=device)
        self._starts = self._lengths.cumsum(0) - self._lengths
        self.states: torch.Tensor | None = None
        needed = len(self._ids) * encoder.rest_width * torch.float32.itemsize
        allowed = min(MEMORY, int(FREE_SHARE * free_bytes(device))) if memory is None else memory
        if states is not None:
            self.states = states.to(device)
        elif layer is not None and needed <= allowed:
            self.states = self._run(layer)

    def __len__(self) -> int:
        return len(self.lengths)

    def batch(self, rows: Sequence[int]) -> tuple[Batch, PrefixStates | None]:
        """The given documents, padded to the longest of them, and where their forward pass begins."""
        chosen = torch.tensor(rows, device=self._lengths.device)
        lengths = self._lengths[chosen].unsqueeze(1)
        places = torch.arange(max(self.lengths[row] for row in rows), device=lengths.device).unsqueeze(0)
        mask = places < lengths  # [batch, seq]
        # Behind its end a document repeats its last token, which the mask hides: any finite value will do.
        index = self._starts[chosen].unsqueeze(1) + places.minimum(lengths - 1)
        pad = self.encoder.model.config.pad_token_id
        batch = Batch(self._ids[index].where(mask, pad), mask.to(torch.long), self._segments[index].where(mask, 0))
        if self.layer is None:
            return batch, None
        if self.states is None:
            return batch, self.encoder.prefix_states(batch, self.layer)
        states = self.states.index_select(0, index.flatten()).view(*index.shape, -1)
        return batch, PrefixStates(self.layer, states)

    @torch.no_grad()
    def _run(self, layer: int) -> torch.Tensor:
        states = torch.empty(len(self._ids), self.encoder.rest_width, device=self._ids.device)
        for rows in forward_batches(self.lengths, self.encoder.device.type):
            cached = self.batch(rows)[1]  # not kept yet: computed here
            assert cached is not None
            for row, state in zip(rows, cached.rest, strict=True):
                start, length = int(self._starts[row]), self.lengths[row]
                states[start : start + length] = state[:length]
        return states
