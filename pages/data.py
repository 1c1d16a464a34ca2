"""Upload a table, choose its columns, and see what is in it."""

from __future__ import annotations

import streamlit as st

from scalearn_core.workspace import datasets
from scalearn_ui import shell, state
from scalearn_ui.text import t
from scalearn_ui.views.data import new_dataset, stored_dataset

shell.enter("data")

looked_at = st.query_params.get(stored_dataset.LINK)
if looked_at:
    with shell.in_words():
        stored_dataset.detail(looked_at)
    st.stop()

stored = datasets.list_datasets()
with shell.in_words():  # whatever is wrong with a table, those that are stored stay within reach
    saved = new_dataset.ask(stored)
    if saved:
        state.choose_dataset(saved)
        shell.go("train")

unreadable = datasets.unreadable_datasets()
if stored or unreadable:
    st.subheader(t("data.stored"), anchor=False)
    for info in stored:
        stored_dataset.row(info)
    for dataset_id, problem in unreadable.items():
        stored_dataset.unreadable_row(dataset_id, problem)
