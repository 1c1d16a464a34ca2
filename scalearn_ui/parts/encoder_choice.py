"""Which encoder reads the documents: the one that suits their language, with the reason; it can be changed."""

from __future__ import annotations

import streamlit as st

from scalearn_core.encoders.cards import CARDS, DEFAULT, EncoderCard
from scalearn_core.encoders.choice import EncoderChoice, choose_encoder
from scalearn_core.workspace import datasets
from scalearn_core.workspace.dataset_info import DatasetInfo
from scalearn_ui import state, text
from scalearn_ui.parts import dataset_view
from scalearn_ui.text import Markdown, t

AUTO = "auto"


def choose(info: DatasetInfo) -> EncoderCard:
    """The encoder for a dataset, by default the one that suits its languages. Each dataset keeps its choice."""
    suits = choose_encoder(dataset_view.languages(info))
    wanted = st.segmented_control(
        t("encoder.choose"),
        [AUTO, *CARDS],
        default=AUTO,
        required=True,
        format_func=lambda key: t("encoder.auto") if key == AUTO else title(CARDS[key]),
        help=t("encoder.help"),
        key=_key(info.id),
        persist_state="session",
    )
    card = _resolved(wanted, suits)
    _reason(card, suits, chosen=wanted in CARDS)
    if card.hub is not None and not card.installed():
        st.caption(t("encoder.download", hub=card.hub))
    return card


def in_use() -> str:
    """Key of the encoder for the dataset in use; without one, of the encoder that suits the reader's language."""
    for info in datasets.list_datasets():
        if info.id == state.dataset_id():
            suits = choose_encoder(dataset_view.languages(info))
            return _resolved(st.session_state.get(_key(info.id)), suits).key
    return choose_encoder({text.language(): 1.0}).key


def about(card: EncoderCard) -> None:
    """An encoder in two lines: what it is good at, and where it comes from."""
    facts = [t("encoder.learned", texts=text.local(card.learned_from)), card.name]
    if card.installed():
        facts.append(text.size(card.size()))
    facts.append(t("encoder.licence", licence=card.licence))
    with st.container(gap="xsmall"):
        st.markdown(described(card))
        st.caption(" · ".join(facts))


def title(card: EncoderCard) -> Markdown:
    """The encoder's name in the reader's language."""
    return Markdown(text.local(card.title))


def described(card: EncoderCard) -> str:
    """What an encoder is good at, and how long it takes against the default."""
    purpose = text.local(card.purpose)
    if card.key == DEFAULT:
        return purpose
    return t("encoder.purpose_and_time", purpose=Markdown(purpose), times=times(card), title=title(CARDS[DEFAULT]))


def _key(dataset: str) -> str:
    return f"encoder_{dataset}"


def _resolved(wanted: str | None, suits: EncoderChoice) -> EncoderCard:
    return CARDS[wanted if wanted in CARDS else suits.key]


def _reason(card: EncoderCard, suits: EncoderChoice, *, chosen: bool) -> None:
    """Which language was found and what follows from it; a warning where the encoder does not read it."""
    if not suits.languages:
        st.caption(t("encoder.unknown", title=title(card)))
        return
    names = {code: text.language_name(code) for code in suits.languages}
    languages = text.listed(list(names.values()))
    unread = [names[code] for code in suits.languages if code not in card.languages]
    if unread and card.key != suits.key:
        st.warning(
            t("encoder.wrong", title=title(card), languages=text.listed(unread), better=title(CARDS[suits.key])),
            icon=":material/translate:",
        )
    elif suits.reason == "unread":
        st.warning(
            t("encoder.unread", languages=text.listed(unread), title=title(card)), icon=":material/translate:"
        )
    elif chosen:
        st.caption("  \n".join([t("encoder.chosen", languages=languages), described(card)]))
    else:
        lines = [t("encoder.reason", languages=languages, title=title(card))]
        for other in CARDS.values():
            if other.relative_speed < card.relative_speed and set(suits.languages) <= set(other.languages):
                lines.append(t("encoder.offer", title=title(other), times=times(other)))
        st.caption("  \n".join(lines))


def times(card: EncoderCard) -> str:
    """How many times as long as the default it takes: "2.5", "2"."""
    return f"{CARDS[DEFAULT].relative_speed / card.relative_speed:.1f}".removesuffix(".0")
