"""Bring a table in, say which columns count, and see what is in it."""

from __future__ import annotations

import streamlit as st

from scalearn_core.data import workspace
from scalearn_ui import shell, state
from scalearn_ui.text import count, t
from scalearn_ui.widgets import dataset_view, table_input

shell.enter("data")

given = table_input.ask_table("data")
if given is None:
    st.caption(t("data.shape"))
else:
    filename, content, table = given
    st.caption(t("data.read_as", rows=count("rows", len(table.frame)), how=dataset_view.reading(table)))
    table_input.preview(table.frame, alt=t("table.preview_alt"))
    columns = list(table.frame.columns)
    guessed_text, guessed_label = table_input.guess_columns(table.frame)
    left, right = st.columns(2)
    text_column = left.selectbox(
        t("data.text_column"),
        columns,
        index=columns.index(guessed_text),
        help=t("data.text_help"),
        key="text_column",
    )
    label_column = right.selectbox(
        t("data.label_column"),
        columns,
        index=columns.index(guessed_label) if guessed_label else None,
        help=t("data.label_help"),
        key="label_column",
    )
    if label_column is None or label_column == text_column:
        st.info(t("data.choose_two"))
    else:
        separator = dataset_view.ask_separator(content, table.sheet, label_column)
        dataset_view.summary(*dataset_view.checked(content, text_column, label_column, table.sheet, separator))
        if st.button(t("data.save"), type="primary", key="save_dataset"):
            stored = workspace.save_dataset(
                content,
                filename=filename,
                text=text_column,
                label=label_column,
                sheet=table.sheet,
                separator=separator,
            )
            state.choose_dataset(stored)
            shell.go("train")

stored_datasets = workspace.list_datasets()
if stored_datasets:
    st.subheader(t("data.stored"), anchor=False)
    for info in stored_datasets:
        dataset_view.stored(info)
