"""How documents longer than the encoder reads are handled: a choice shown only if there are some."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from scalearn_core.config import LONG_TEXTS
from scalearn_core.encoders.cards import CARDS
from scalearn_core.errors import EncoderError
from scalearn_core.storage.damage import DAMAGED_FILE
from scalearn_core.workspace import datasets
from scalearn_ui.text import t

if TYPE_CHECKING:
    from scalearn_core.encoders.lengths import LengthReport
    from scalearn_core.encoders.reading import Reader

MARKS = 8
"""Bytes that an encoder may make tokens of besides those of a document and its prefix."""


def choose(dataset: str, encoder: str) -> str:
    """One of `LONG_TEXTS` for a dataset; "head", and nothing drawn, where every document is read whole."""
    with st.spinner(t("long_texts.looking"), show_time=False):
        report = _lengths(dataset, encoder)
    if report is None or not report.documents_over:
        return "head"
    chosen = st.selectbox(
        t("long_texts.choose"),
        LONG_TEXTS,
        format_func=lambda how: t(f"long_texts.{how}"),
        help=t("long_texts.help"),
        key=f"long_texts_{dataset}",
    )
    share = f"{100 * report.share_cut:.0f}" if report.share_cut >= 0.01 else "< 1"
    st.caption(
        t("long_texts.cut", over=f"{report.documents_over:,}", looked_at=f"{report.looked_at:,}", share=share)
    )
    return chosen


@st.cache_data(max_entries=16, show_spinner=False)
def _lengths(dataset: str, key: str) -> LengthReport | None:
    """None where no document can be too long, or the encoder is not at hand."""
    card = CARDS[key]
    texts = datasets.load_dataset(dataset).frame["text"].tolist()
    # No tokenizer here makes more tokens than bytes, so short documents need no encoder.
    longest = max((len(text.encode("utf-8", "surrogatepass")) for text in texts), default=0)
    if longest + len(card.prefix) + MARKS <= card.max_length:
        return None
    from scalearn_core.encoders.lengths import text_lengths
    from scalearn_core.encoders.packaged import packaged_reader

    try:
        return text_lengths(texts, packaged_reader(card) if card.installed() else _from_hub(key))
    except (EncoderError, *DAMAGED_FILE):  # the training says what is wrong with it
        return None


def _from_hub(key: str) -> Reader:
    """Where there are no packages of the encoder, as it was downloaded; loads torch."""
    from scalearn_core.encoders.encoder import Encoder

    return Encoder.load(key, network=False)
