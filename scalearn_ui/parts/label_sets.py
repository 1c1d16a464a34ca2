"""Multi-label results: which labels are recognised well, and the documents behind that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pandas as pd
import streamlit as st

from scalearn_core.data.labels import split_labels
from scalearn_core.evaluation.report import ClassScore, EvaluationReport
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_core.tables.export import written_forms
from scalearn_core.targets import THRESHOLD
from scalearn_ui import charts, outcomes
from scalearn_ui.charts.multi_label import KINDS, parts
from scalearn_ui.letters import cells, letters
from scalearn_ui.parts import figure
from scalearn_ui.text import Markdown, count, plain, t

LABEL, KIND, BARS = "set_label", "set_kind", "label_bars"
"""Keys of the bar that is read: a label, or None for any, and one of `KINDS`; they stand in the link."""
TALL = 18
"""With more labels than this, the bars scroll in a box of their own."""


def sentence(score: EvaluationReport) -> Markdown:
    """How many documents got exactly their labels, and how many labels were missed or wrongly given."""
    rows = [parts(row) for row in score.per_class]
    return t(
        "multi_label.right",
        right=f"{round(score.n * score.accuracy.value):,}",
        documents=count("test_documents", score.n),
        labels=f"{sum(row.support for row in score.per_class):,}",
        missed=f"{sum(row['missed'] for row in rows):,}",
        wrongly=f"{sum(row['wrongly'] for row in rows):,}",
    )


def limits(record: TrainingRecord) -> Markdown:
    """From which probability on a label is given."""
    chosen = record.thresholds or {"": THRESHOLD}
    low, high = (charts.percent(value) for value in (min(chosen.values()), max(chosen.values())))
    if low == high:
        return t("multi_label.limits.all", low=low)
    return t("multi_label.limits.each", low=low, high=high)


def bars(rows: Sequence[ClassScore], *, key: str, pick: bool = False) -> None:
    """Found, missed and wrongly given by label; a click shows the documents below."""
    labels = [row.label for row in rows]
    names = {kind: t(f"multi_label.{kind}") for kind in KINDS}
    drawn = charts.label_bars(rows, names, x_title=t("axis.documents"), palette=figure.palette())
    with st.container(height="content" if len(rows) <= TALL else 620, border=False):
        on_pick = (lambda: _picked(labels, key)) if pick else None
        figure.show(drawn, alt=t("multi_label.bars_alt"), key=key, on_pick=on_pick)


def _picked(labels: list[str], key: str) -> None:
    """Put the bar that was clicked into the boxes below."""
    points = cast(dict[str, Any], st.session_state[key])["selection"]["points"]
    if points:
        label, kind = points[0]["customdata"]
        if label in labels:
            st.session_state[LABEL], st.session_state[KIND] = label, kind


def documents(run: Run, record: TrainingRecord) -> None:
    """The documents of a bar, else all that did not get exactly their labels, or those that barely did."""
    labels, separator = record.dataset.labels, record.dataset.separator or ""
    if st.session_state.get(LABEL) not in labels:  # another model has others
        st.session_state.pop(LABEL, None)
    chosen = st.selectbox(
        t("multi_label.label"),
        labels,
        index=None,
        placeholder=t("multi_label.any"),
        key=LABEL,
        bind="query-params",
        format_func=letters,
    )
    table = outcomes.test_documents(run.id)
    if chosen:
        kind = st.segmented_control(
            t("mistakes.which"), KINDS, default="missed", required=True, key=KIND,
            format_func=lambda kind: t(f"multi_label.{kind}"), label_visibility="collapsed",
        )  # fmt: skip
        has, predicted = (_with(table[column], chosen, separator) for column in ("label", "predicted"))
        table = table[{"found": has & predicted, "missed": has & ~predicted, "wrongly": predicted & ~has}[kind]]
        reading = t("mistakes.cell_reading", documents=count("documents", len(table)))
    else:
        kind = st.segmented_control(
            t("mistakes.which"), ["wrong", "barely"], default="wrong", required=True, key="which_documents",
            format_func=lambda kind: t(f"mistakes.which.{kind}"), label_visibility="collapsed",
        )  # fmt: skip
        wrong = table["label"] != table["predicted"]
        table = table[~wrong].iloc[::-1] if kind == "barely" else table[wrong]
        reading = t(f"mistakes.which.{kind}_reading", documents=count("documents", len(table)))
    if table.empty:
        st.markdown(t("mistakes.none"))
        return
    st.markdown(reading)
    readable = table.copy()
    for column in ("label", "predicted"):
        readable[column] = readable[column].map(lambda cell: _told(cell, separator) or [t("multi_label.no_label")])
    document_table(
        readable,
        label=st.column_config.ListColumn(t("multi_label.true"), width=180),
        predicted=st.column_config.ListColumn(t("multi_label.given"), width=180),
        text_width=270,
    )


def document_table(table: pd.DataFrame, *, label: Any, predicted: Any, text_width: int) -> None:
    """Test documents to read; columns as `outcomes.test_documents` has them.

    Args:
        label, predicted: what streamlit is told of these columns.
    """
    st.dataframe(
        cells(table.assign(confidence=100 * table["confidence"])),
        hide_index=True,
        alt=t("mistakes.documents"),
        row_height=72,
        column_order=["text", "label", "predicted", "confidence", "row"],
        column_config={
            "text": st.column_config.TextColumn(t("column.text"), width=text_width),
            "label": label,
            "predicted": predicted,
            "confidence": st.column_config.NumberColumn(t("column.confidence"), format="%.0f%%"),
            "row": st.column_config.NumberColumn(t("column.row"), format="%d"),
        },
    )


def named(labels: tuple[str, ...]) -> Markdown:
    """Labels given to one document, or that there are none."""
    return Markdown(" · ".join(plain(label) for label in labels)) if labels else t("multi_label.no_label")


def _with(cells: pd.Series[str], label: str, separator: str) -> pd.Series[bool]:
    return cells.map(lambda cell: label in _told(cell, separator))


def _told(cell: str, separator: str) -> list[str]:
    """The labels of a cell of our own tables, where what looks like a formula stands behind an apostrophe."""
    bare = cell.removeprefix("'")
    return list(split_labels(bare if cell in written_forms(bare) else cell, separator))
