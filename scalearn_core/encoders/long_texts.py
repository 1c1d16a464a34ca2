"""Documents longer than an encoder reads at once: which part of them is read.

- "head": the first tokens, and nothing else.
- "head_tail": half from the beginning and half from the end.
- "windows": up to `MOST_WINDOWS` passages of the encoder's length, spread evenly from the first token to the last;
  neighbours overlap where they need not lie apart. Each is run by itself, with the special tokens and the prefix
  of a whole document, and the document's embedding is the mean over all its windows. Such a document is the tokens
  of its windows one after another, each window of exactly the encoder's length.

Shorter documents are the same tokens in every way of reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from scalearn_core.config import MOST_WINDOWS


class Frame(NamedTuple):
    """The special tokens around the text of a document."""

    before: int
    """Special tokens and the prefix."""
    after: int
    """Special tokens."""


def frame_of(tokenizer: Any, special: Sequence[int], prefix: str) -> Frame:
    """The frame of a document.

    Args:
        special: 1 for each token that the tokenizer put around the document.
        prefix: of the encoder; its last space belongs to the text, as tokenizers that keep spaces have it.
    """
    begun = len(tokenizer(prefix.rstrip(), add_special_tokens=False)["input_ids"]) if prefix else 0
    before = next((place for place, put in enumerate(special) if not put), len(special))
    after = next((place for place, put in enumerate(reversed(special)) if not put), 0)
    return Frame(before + begun, after)


def passages(length: int, frame: Frame, limit: int, how: str) -> list[list[slice]]:
    """Which tokens of a document of `length` > `limit` are read: for each window, its parts in order."""
    room = limit - frame.before - frame.after
    if how == "head_tail":
        return [[slice(0, frame.before + room - room // 2), slice(length - frame.after - room // 2, length)]]
    text = length - frame.before - frame.after
    count = min(MOST_WINDOWS, -(-text // room))
    starts = np.linspace(0, text - room, count).round().astype(int) + frame.before
    end = slice(length - frame.after, length)
    return [[slice(0, frame.before), slice(start, start + room), end] for start in starts.tolist()]


def shortened(
    tokenizer: Any, texts: Sequence[str], prefix: str, limit: int, how: str
) -> tuple[list[list[int]], list[list[int]], list[bool]]:
    """Ids and segments of `texts`, which begin with `prefix`, and whether something of them is left unread.

    Those beyond `limit` tokens are read as `how` says.
    """
    batch = tokenizer(
        list(texts), return_token_type_ids=True, return_special_tokens_mask=True, verbose=False
    )  # fmt: skip
    ids, segments = list(batch["input_ids"]), list(batch["token_type_ids"])
    cut = [False] * len(ids)
    for row, tokens in enumerate(ids):
        if len(tokens) <= limit:
            continue
        frame = frame_of(tokenizer, batch["special_tokens_mask"][row], prefix)
        parts = [part for window in passages(len(tokens), frame, limit, how) for part in window]
        segments[row] = [number for part in parts for number in segments[row][part]]
        ids[row] = [number for part in parts for number in tokens[part]]
        read = limit if how == "head_tail" else MOST_WINDOWS * (limit - sum(frame)) + sum(frame)
        cut[row] = len(tokens) > read
    return ids, segments, cut
