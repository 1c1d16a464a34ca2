"""The library of source adapters: what earlier tasks can bring along."""

from __future__ import annotations

import streamlit as st

from scalearn_core.adapters import catalog
from scalearn_ui import shell
from scalearn_ui.text import count, t
from scalearn_ui.widgets import source_card

shell.enter("sources")

cards = catalog.cards()
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
    key="groups",
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
