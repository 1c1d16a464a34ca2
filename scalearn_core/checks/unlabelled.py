"""Documents without label that cannot help: in a language that is not read, there already, or too many."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from scalearn_core.checks.finding import Finding
from scalearn_core.checks.language import CHARACTERS
from scalearn_core.checks.scan import evenly, those
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.languages import LOOKED_AT, language_shares, languages_of, shares_of
from scalearn_core.data.unlabelled import MOST_UNLABELLED, are_new
from scalearn_core.encoders.cards import CARDS
from scalearn_core.encoders.choice import choose_encoder


def unlabelled_documents(
    dataset: TextDataset, encoder_key: str | None, on_progress: Callable[[float], None] = lambda share: None
) -> list[Finding]:
    """`unlabelled_language`, `unlabelled_copies` and `unlabelled_drawn`; none without such documents.

    Args:
        on_progress: told the share of the documents that is compared; raise in it to stop.
    """
    if dataset.unlabelled.empty:
        return []
    copies = _copies_and_more(dataset.unlabelled, dataset.frame["text"], on_progress)
    return [*unlabelled_language(dataset, encoder_key), *copies]


def unlabelled_language(dataset: TextDataset, encoder_key: str | None) -> list[Finding]:
    """`unlabelled_language`: some are in languages that the encoder was not trained on.

    Args:
        encoder_key: the chosen encoder; None: the one that suits the labelled documents. One without a card gives
            nothing.
    """
    texts = dataset.unlabelled
    card = CARDS.get(encoder_key or choose_encoder(shares_of(dataset.frame["text"].tolist())).key)
    if card is None or texts.empty:
        return []
    chosen = evenly(len(texts), LOOKED_AT)
    languages = languages_of(text[:CHARACTERS] for text in those(texts, chosen))
    unread = {code: share for code, share in language_shares(languages).items() if code not in card.languages}
    if not unread:
        return []
    places = [number for number, language in enumerate(languages) if language in unread]
    values = {
        "languages": tuple(unread),
        "share": sum(unread.values()),
        "encoder": card.key,
        "concerned": len(places),
        "looked_at": len(chosen),
        "documents": len(texts),
    }
    rows = tuple(texts.index[chosen[places]].tolist())
    return [Finding("unlabelled_language", "warning", values, rows, tuple(languages[number] for number in places))]


def _copies_and_more(
    texts: pd.Series[str], labelled: pd.Series[str], on_progress: Callable[[float], None]
) -> list[Finding]:
    """`unlabelled_copies`: the text is that of a labelled document, or of an earlier one without label;
    `unlabelled_drawn`: there are more than are learned from."""
    findings, new = [], are_new(texts, labelled, on_progress)
    if not new.all():
        copies = tuple(texts.index[~new].tolist())
        values = {"concerned": len(copies), "unlabelled": len(texts)}
        findings.append(Finding("unlabelled_copies", "hint" if new.any() else "warning", values, copies))
    if (number := int(np.count_nonzero(new))) > MOST_UNLABELLED:
        findings.append(Finding("unlabelled_drawn", "hint", {"unlabelled": number, "drawn": MOST_UNLABELLED}))
    return findings
