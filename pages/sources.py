"""The library of source adapters: what earlier tasks can contribute."""

from __future__ import annotations

import streamlit as st

from scalearn_core.adapters import catalog
from scalearn_core.encoders.cards import CARDS
from scalearn_ui import shell
from scalearn_ui.parts import encoder_choice
from scalearn_ui.text import count, t
from scalearn_ui.views.sources import source_card

shell.enter("sources")

suggested = encoder_choice.in_use()
library = st.segmented_control(
    t("sources.library"),
    list(CARDS),
    default=suggested,
    required=True,
    format_func=lambda key: encoder_choice.title(CARDS[key]),
    help=t("sources.library_help"),
    key=f"library_{suggested}",  # another dataset may suggest another
    persist_state="session",
)
encoder = CARDS[library or suggested]
encoder_choice.about(encoder)

cards = catalog.cards(encoder.key)
if not cards:
    st.info(t("sources.none"))
    st.stop()

licence = st.segmented_control(
    t("sources.licence"),
    ["permissive", "all"],
    default="permissive",
    required=True,
    format_func=lambda choice: t(f"licence.{choice}"),
    help=t("sources.licence_help"),
    key="licence",
    persist_state="session",
)
groups = sorted({card.group for card in cards})
chosen_groups = st.pills(
    t("sources.group"),
    groups,
    selection_mode="multi",
    format_func=lambda group: t(f"group.{group}"),
    key=f"groups_{encoder.key}",
    wrap=True,
)
shown = [
    card
    for card in cards
    if (licence == "all" or not card.research_use) and (not chosen_groups or card.group in chosen_groups)
]
st.caption(t("sources.shown", shown=count("sources", len(shown)), total=len(cards)))
if not shown:
    st.info(t("sources.no_match"))
with st.grid("auto", min_column_width=250):
    for card in shown:
        source_card.draw(card)
