"""Label a pile of documents: categories, the next document, and what the labels are worth so far."""

from __future__ import annotations

import streamlit as st

from scalearn_core.review import store
from scalearn_ui import shell
from scalearn_ui.parts import query_choice, who
from scalearn_ui.text import t
from scalearn_ui.views.label import new_pile, overview, work

shell.enter("label")

with shell.in_words():
    who.ask()
    stored = [info for info in store.piles() if info.model_run is None]  # the others are reviews
    ids = [info.id for info in stored]
    wanted = st.query_params.get("pile")
    if wanted is not None and wanted != new_pile.NEW and wanted not in ids:
        store.folder_of(wanted)  # says that it is not there
    names = {info.id: info.name for info in stored} | {new_pile.NEW: t("label.new_pile")}
    chosen = new_pile.NEW
    if ids:
        chosen = query_choice.select(t("label.pile"), [*ids, new_pile.NEW], "pile", names.__getitem__)
    if chosen == new_pile.NEW:
        if made := new_pile.ask():
            st.query_params["pile"] = made
            st.rerun()
        st.stop()
    info = stored[ids.index(chosen)]
    embeddings = overview.embeddings(info.id)
    if embeddings is None:
        overview.reading(info)
        st.stop()
    view = shell.choose_view("label", ("work", "codebook", "search", "people"))
    if view == "work":
        work.draw(info, embeddings)
    elif view == "codebook":
        overview.codebook(info)
    elif view == "search":
        work.search(info, embeddings)
    else:
        overview.people(info)
