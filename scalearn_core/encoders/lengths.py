"""How much of a table's documents an encoder would not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scalearn_core.encoders.reading import Reader

MOST = 2_000
"""Documents that are looked at, at most."""


@dataclass(frozen=True)
class LengthReport:
    """What does not fit into one reading of the encoder."""

    documents_over: int
    """Of those looked at, how many are longer than the encoder reads at a time."""
    share_cut: float
    """Share of the text of all that were looked at, in tokens, that lies behind that length (0 to 1)."""
    max_length: int
    """Tokens the encoder reads at a time, those it adds itself among them."""
    looked_at: int


def text_lengths(texts: Sequence[str], encoder: Reader) -> LengthReport:
    """Tokenise at most `MOST` of `texts`, spread evenly over them, and count what "head" would cut."""
    places = np.linspace(0, len(texts) - 1, min(len(texts), MOST)).round().astype(int).tolist()
    chosen = [encoder.prefix + texts[place] for place in places]
    ids = encoder.tokenizer(chosen, verbose=False)["input_ids"] if chosen else []
    lengths = np.array([len(tokens) for tokens in ids], dtype=np.int64)
    behind = np.maximum(lengths - encoder.max_length, 0)
    return LengthReport(
        documents_over=int((behind > 0).sum()),
        share_cut=float(behind.sum() / max(1, lengths.sum())),
        max_length=encoder.max_length,
        looked_at=len(chosen),
    )
