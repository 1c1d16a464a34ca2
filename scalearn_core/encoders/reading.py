"""How an encoder reads texts: as token ids, cut to what it takes. Needs no torch, nor does a prediction then."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from scalearn_core.config import MOST_WINDOWS
from scalearn_core.encoders.long_texts import shortened


@dataclass(frozen=True)
class Tokens:
    """Documents as token ids, not yet padded; `segments` tells the two texts of a pair apart."""

    ids: list[list[int]]
    segments: list[list[int]]
    cut: list[bool]
    """Whether something of a document is left unread, as the encoder reads no more."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def lengths(self) -> list[int]:
        return [len(ids) for ids in self.ids]

    def take(self, rows: Sequence[int]) -> Tokens:
        ids, segments = ([values[row] for row in rows] for values in (self.ids, self.segments))
        return Tokens(ids, segments, [self.cut[row] for row in rows])

    def followed_by(self, others: Tokens) -> Tokens:
        return Tokens(self.ids + others.ids, self.segments + others.segments, self.cut + others.cut)


class Reader:
    """The tokenizer of an encoder with what stands before a text and what becomes of a long one.

    Attributes:
        prefix: stands before every text.
        max_length: tokens it reads at a time.
        pad_id: the token that fills up a batch.
        long_texts: what becomes of longer documents, one of `config.LONG_TEXTS` (`encoders/long_texts.py`).
    """

    long_texts = "head"

    def __init__(self, tokenizer: Any, *, prefix: str, max_length: int, pad_id: int) -> None:
        self.tokenizer = tokenizer
        self.prefix = prefix
        self.max_length = max_length
        self.pad_id = pad_id

    def reading(self, long_texts: str) -> Self:
        """The same encoder, its weights shared, that reads long documents in another way."""
        other = copy.copy(self)
        other.long_texts = long_texts
        return other

    @property
    def reach(self) -> int:
        """Tokens of a document that are read at most."""
        return self.max_length * (MOST_WINDOWS if self.long_texts == "windows" else 1)

    def tokenize(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> Tokens:
        """Token ids of each document (or text pair), not padded; cut to `reach` tokens, pairs to `max_length`."""
        if not texts:
            return Tokens([], [], [])
        begun = [self.prefix + text for text in texts]
        ends = None if pairs is None else [self.prefix + text for text in pairs]
        if self.long_texts != "head" and pairs is None:
            return Tokens(*shortened(self.tokenizer, begun, self.prefix, self.max_length, self.long_texts))
        batch = self.tokenizer(
            begun, ends, truncation=True, max_length=self.max_length, return_token_type_ids=True,
        )  # fmt: skip
        return Tokens(batch["input_ids"], batch["token_type_ids"], self._cut(begun, ends, batch))

    def _cut(self, begun: Sequence[str], ends: Sequence[str] | None, batch: Any) -> list[bool]:
        """Which documents the tokenizer cut when it made `batch` of them."""
        if batch.encodings is not None:
            return [bool(encoding.overflowing) for encoding in batch.encodings]
        # A tokenizer without a backend keeps nothing of what it cut: those that fill the length are read again.
        cut = [len(ids) >= self.max_length for ids in batch["input_ids"]]
        for row in (row for row, filled in enumerate(cut) if filled):
            whole = self.tokenizer(begun[row], ends and ends[row], verbose=False)["input_ids"]
            cut[row] = len(whole) > self.max_length
        return cut

    def unknown_share(self, tokens: Tokens) -> float:
        """Share of the tokens (0 to 1) that stand for words the encoder does not know, as in a foreign script."""
        unknown = self.tokenizer.unk_token_id
        return sum(ids.count(unknown) for ids in tokens.ids) / max(1, sum(tokens.lengths))
