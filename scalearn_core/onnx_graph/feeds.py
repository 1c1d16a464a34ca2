"""What a graph is given: token ids, mask and segments of documents, padded. Without torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scalearn_core.encoders.reading import Reader, Tokens

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "probabilities"
STATES = "states"
"""The second output: by which texts unlike anything learned are told (`heads/unlike.py`). Graphs of models before
format 4 lack it."""
OWNERS = "owners"
"""One more input where a model reads long documents in windows: float32 `[documents, batch]`, 1 where a row of the
others is a window of the document. Other models take a document a row."""


def feeds(encoder: Reader, tokens: Tokens, rows: Sequence[int], names: Sequence[str]) -> dict[str, np.ndarray]:
    """The given documents as what a session takes: int64 `[batch, seq]` for each of `names`, and `OWNERS`."""
    limit = encoder.max_length if OWNERS in names else max(len(tokens.ids[row]) for row in rows)
    pieces = [
        (place, slice(start, start + limit))
        for place, row in enumerate(rows)
        for start in range(0, len(tokens.ids[row]), limit)
    ]
    longest = max(len(tokens.ids[rows[place]][piece]) for place, piece in pieces)
    columns = dict(
        zip(INPUTS, (np.full((len(pieces), longest), fill) for fill in (encoder.pad_id, 0, 0)), strict=True)
    )
    owners = np.zeros((len(rows), len(pieces)), dtype=np.float32)
    for number, (place, piece) in enumerate(pieces):
        ids = tokens.ids[rows[place]][piece]
        columns["input_ids"][number, : len(ids)] = ids
        columns["attention_mask"][number, : len(ids)] = 1
        columns["token_type_ids"][number, : len(ids)] = tokens.segments[rows[place]][piece]
        owners[place, number] = 1
    return {name: owners if name == OWNERS else columns[name] for name in names}
