"""What the languages of texts mean for a trained model: whether it can read them, and was tested on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from scalearn_core.encoders.cards import CARDS, EncoderCard
from scalearn_core.encoders.choice import ALMOST_ALL
from scalearn_core.records.training import TrainingRecord
from scalearn_ui import text
from scalearn_ui.text import Markdown, t

ICON = ":material/translate:"


def card_of(record: TrainingRecord) -> EncoderCard | None:
    """The card of a trained model's encoder; None for an encoder of one's own."""
    key = record.encoder.key
    return None if key is None else CARDS[key]


def names(codes: Sequence[str]) -> Markdown:
    """Languages in the reader's words: "English and Japanese"."""
    return text.listed([text.language_name(code) for code in codes])


def unread(record: TrainingRecord, shares: Mapping[str, float]) -> list[str]:
    """The languages of texts that the model's encoder does not read; none where they are a few texts only."""
    card = card_of(record)
    missing = [code for code in shares if card and code not in card.languages]
    return missing if sum(shares[code] for code in missing) > 1 - ALMOST_ALL else []


def advice(record: TrainingRecord, missing: Sequence[str]) -> Markdown:
    """That the encoder does not read the `missing` languages, and what to do."""
    card, widest = card_of(record), max(CARDS.values(), key=lambda card: len(card.languages))
    if card == widest:
        return t("classify.unread_by_all", languages=names(missing))
    return t("classify.unread", languages=names(missing), encoder=text.local(widest.title))


def draw(
    record: TrainingRecord,
    shares: Mapping[str, float],
    tested: Collection[str],
    *,
    what: str,
    unlike: Markdown | None = None,
) -> None:
    """A warning for texts the encoder does not read, or unlike anything learned; else a note for new languages.

    Args:
        found: the result of the model's training.
        shares: of the texts' languages; empty where they do not tell.
        tested: languages the model was tested on since.
        what: "text" or "table".
        unlike: what to say of texts that are unlike anything the model learned from; None: they are not.
    """
    missing = unread(record, shares)
    if missing:
        st.warning(advice(record, missing), icon=ICON)
        return
    if unlike is not None:
        st.warning(unlike, icon=":material/travel_explore:")
        return
    learned = list(record.languages)
    new = [code for code in shares if code not in learned and code not in tested]
    if learned and card_of(record) and new and sum(shares[code] for code in new) > 1 - ALMOST_ALL:
        st.info(
            t(f"classify.untested.{what}", here=names(list(shares)), learned=names(learned), new=names(new)),
            icon=ICON,
        )
