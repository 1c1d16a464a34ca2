"""Reading a table in the browser: upload, sheet, columns."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scalearn_core.data.labels import SEPARATORS, find_separator
from scalearn_core.data.tables import Table, read_table
from scalearn_ui.text import t

FILE_TYPES = ["csv", "tsv", "txt", "xlsx", "ods", "jsonl", "json", "parquet", "gz"]
"""Offered by the file dialog; the core decides by content."""

MAX_LABELS = 100
"""A column with more different values than this is not guessed to hold the classes."""


@st.cache_data(max_entries=4, ttl="30m", show_spinner=False)
def parsed(content: bytes, sheet: str | None) -> Table:
    """`read_table`, once per file and sheet instead of at every click."""
    return read_table(content, sheet=sheet)


def ask_table(key: str) -> tuple[str, bytes, Table] | None:
    """File name, bytes and rows of an uploaded table; None until there is one."""
    upload = st.file_uploader(t("table.upload"), type=FILE_TYPES, key=f"{key}_file", help=t("table.upload_help"))
    if upload is None:
        return None
    content = upload.getvalue()
    with st.spinner(t("table.reading")):
        table = parsed(content, None)
    if len(table.sheets) > 1:
        sheet = st.selectbox(t("table.sheet"), table.sheets, key=f"{key}_sheet")
        table = parsed(content, sheet)
    return upload.name, content, table


def preview(frame: pd.DataFrame, *, alt: str) -> None:
    """The first rows, as read."""
    st.dataframe(frame.head(5), hide_index=True, alt=alt)


def guess_columns(frame: pd.DataFrame) -> tuple[str, str | None]:
    """The columns most likely to hold the documents and the classes.

    Classes first: fewest different values, but two or more and repeated. Then documents: the longest of the
    others. The other way round, long class names would be taken for the documents. Where cells hold several
    classes there may be too many different ones: then a column whose cells are put together of parts.
    """
    columns = list(frame.columns)
    variety = {column: frame[column].nunique() for column in columns}
    most = min(MAX_LABELS, max(2, len(frame) // 2))
    fitting = [column for column in columns if 2 <= variety[column] <= most] if len(columns) > 1 else []
    label = min(fitting, key=variety.__getitem__) if fitting else None
    lengths = {column: frame[column].astype(str).str.len().mean() for column in columns if column != label}
    text = max(lengths, key=lengths.__getitem__)
    others = [column for column in columns if column != text]
    if label is None:
        combined = [column for column in others if find_separator([c for c in frame[column] if c], SEPARATORS)]
        label = min(combined, key=variety.__getitem__, default=others[0] if others else None)
    return text, label
