"""Documents in languages that the chosen encoder was not trained on."""

from __future__ import annotations

import pandas as pd

from scalearn_core.checks.finding import Finding
from scalearn_core.checks.scan import Scan, evenly, those
from scalearn_core.data.languages import LOOKED_AT, language_shares, languages_of
from scalearn_core.encoders.cards import CARDS
from scalearn_core.encoders.choice import choose_encoder

CHARACTERS = 1000
"""Of a document; enough to tell its language."""


def unread_language(scan: Scan, texts: pd.Series[str], encoder_key: str | None) -> list[Finding]:
    """`unread_language`, with the encoder that reads them; `unread_language_nowhere` if none here does.

    Args:
        encoder_key: the chosen encoder; None: the one that suits the table. One without a card gives nothing.
    """
    chosen = evenly(len(scan), LOOKED_AT)
    languages = languages_of(text[:CHARACTERS] for text in those(texts, chosen))
    shares = language_shares(languages)
    best = choose_encoder(shares)
    card = CARDS.get(encoder_key or best.key)
    if card is None:
        return []
    unread = {language: share for language, share in shares.items() if language not in card.languages}
    if not unread:
        return []
    numbers = [number for number, language in enumerate(languages) if language in unread]
    values = {
        "languages": tuple(unread),
        "share": sum(unread.values()),
        "encoder": card.key,
        "concerned": len(numbers),
        "looked_at": len(chosen),
        "documents": len(scan),
    }
    rows, notes = tuple(scan.rows[chosen[numbers]].tolist()), tuple(languages[number] for number in numbers)
    if best.reason == "unread" or best.key == card.key:
        return [Finding("unread_language_nowhere", "serious", values, rows, notes)]
    return [Finding("unread_language", "serious", {**values, "better": best.key}, rows, notes)]
