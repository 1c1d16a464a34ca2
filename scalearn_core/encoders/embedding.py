"""Pooled embeddings of documents, of the plain encoder or of an adapted one."""

from __future__ import annotations

import numpy as np
import torch

from scalearn_core.encoders.batching import forward_batches
from scalearn_core.encoders.encoder import Adapt, Encoder, Tokens
from scalearn_core.encoders.prefix_cache import CachedDocuments, batch_of


@torch.no_grad()
def embed(encoder: Encoder, documents: Tokens | CachedDocuments, adapt: Adapt | None = None) -> np.ndarray:
    """Pooled embeddings `[documents, width]` float32, of the plain encoder or with what `adapt` adds."""
    embeddings = np.zeros((len(documents), encoder.width), dtype=np.float32)
    for rows in forward_batches(documents.lengths, encoder.device.type):
        batch, start = batch_of(encoder, documents, rows)
        hidden = encoder.hidden_states(*batch, adapt=adapt, start=start)
        embeddings[rows] = encoder.pool(hidden, batch.attention_mask).cpu().numpy()
    return embeddings
