"""Which encoder suits a table: the one that reads its languages, and of these the fastest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scalearn_core.encoders.cards import CARDS, DEFAULT

ALMOST_ALL = 0.95
"""Share of the documents that must be in languages an encoder reads."""


@dataclass(frozen=True)
class EncoderChoice:
    """An encoder by its key, and why.

    `reason` is "one_language" (all in one that it reads), "several_languages", "unread" (no encoder here lists the
    language; the one of most languages is taken), or "unknown" (the documents do not tell; the default is taken).
    """

    key: str
    reason: str
    languages: tuple[str, ...]
    """ISO 639-1, most frequent first."""


def choose_encoder(shares: Mapping[str, float]) -> EncoderChoice:
    """The fastest encoder that reads almost all documents.

    Args:
        shares: of the languages, from `data.languages.shares_of`.
    """
    languages = tuple(shares)
    if not languages:
        return EncoderChoice(DEFAULT, "unknown", ())
    by_speed = sorted(CARDS.values(), key=lambda card: -card.relative_speed)
    for card in by_speed:
        if sum(shares[language] for language in languages if language in card.languages) >= ALMOST_ALL * sum(
            shares.values()
        ):
            reason = "one_language" if len(languages) == 1 else "several_languages"
            return EncoderChoice(card.key, reason, languages)
    widest = max(by_speed, key=lambda card: len(card.languages))
    return EncoderChoice(widest.key, "unread", languages)
