"""Which classes go well, what is mistaken for what, and the documents behind it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from scalearn_core.runs import Run
from scalearn_ui import charts, outcomes
from scalearn_ui.text import count, plain, t
from scalearn_ui.widgets import figure

LONG_TABLE = 15
"""With more classes than this, the table scrolls in a box of its own."""


def draw(run: Run, found: dict[str, Any]) -> None:
    """All of it, for one model."""
    st.subheader(t("results.classes"), anchor=False)
    per_class(found)
    st.subheader(t("results.confusion"), anchor=False)
    confusion(found)
    st.subheader(t("results.wrong"), anchor=False)
    wrong(run.id, found)


def per_class(found: dict[str, Any]) -> None:
    """Precision, recall, F1 and documents of each class."""
    st.markdown(t("results.classes_reading"))
    class_table(found["scores"]["scalearn"]["per_class"])


def class_table(rows: list[dict[str, Any]]) -> None:
    """The classes of a report, one per row."""
    table = pd.DataFrame(
        {
            t("column.class"): [plain(row["label"]) for row in rows],
            t("column.recall"): [f"{100 * row['recall']:.0f}" for row in rows],
            t("column.precision"): [f"{100 * row['precision']:.0f}" for row in rows],
            t("column.f1"): [f"{100 * row['f1']:.0f}" for row in rows],
            t("column.support"): [f"{row['support']}" for row in rows],
        }
    )
    with st.container(height="content" if len(rows) <= LONG_TABLE else 560, border=False):
        st.table(table, hide_index=True, border="horizontal", alt=t("results.classes"))


def confusion(found: dict[str, Any]) -> None:
    """Which classes are taken for which."""
    labels = [row["label"] for row in found["scores"]["scalearn"]["per_class"]]
    st.markdown(t("results.confusion_reading"))
    drawn = charts.confusion(
        found["scores"]["scalearn"]["confusion"],
        labels,
        x_title=t("axis.predicted"),
        y_title=t("axis.true"),
        palette=figure.palette(),
    )
    figure.show(drawn, alt=t("results.confusion_alt"), key="confusion")


def wrong(run_id: str, found: dict[str, Any]) -> None:
    """The documents behind the mistakes."""
    table = outcomes.wrong_documents(run_id)
    tested = found["dataset"]["counts"]["test"]
    if table.empty:
        st.markdown(t("results.none_wrong", documents=count("test_documents", tested)))
        return
    st.markdown(t("results.wrong_reading", wrong=len(table), documents=count("test_documents", tested)))
    shown = table.assign(confidence=100 * table["confidence"])
    st.dataframe(
        shown,
        hide_index=True,
        alt=t("results.wrong"),
        row_height=72,
        column_order=["label", "predicted", "text", "confidence", "row"],
        column_config={
            "text": st.column_config.TextColumn(t("column.text"), width=380),
            "label": t("column.label"),
            "predicted": t("column.predicted"),
            "confidence": st.column_config.NumberColumn(t("column.confidence"), format="%.0f%%"),
            "row": st.column_config.NumberColumn(t("column.row"), format="%d"),
        },
    )
