"""Which classes are recognised well, which are confused, and the documents behind that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pandas as pd
import streamlit as st

from scalearn_core.evaluation.intervals import Interval, f1_interval
from scalearn_core.evaluation.report import ClassScore, EvaluationReport
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_core.tables.export import written_forms
from scalearn_ui import outcomes, text
from scalearn_ui.charts import confidence as confidence_charts
from scalearn_ui.letters import letters
from scalearn_ui.parts import figure, label_sets
from scalearn_ui.text import count, plain, t

Counts = Sequence[Sequence[int]]
"""Documents by true category (rows) and predicted category (columns)."""
LONG_TABLE = 15
"""With more classes than this, the table scrolls in a box of its own."""
FEW_OF_A_CLASS = 10
"""Test documents of a class below which its numbers are hardly more than a hint."""
TRUE, PREDICTED, CELLS = "cell_true", "cell_predicted", "confusion"
"""Keys of the cell that is read, each a class or None for any; they stand in the link."""


def draw(run: Run, record: TrainingRecord) -> None:
    """All of it, for one model."""
    score = record.scores["scalearn"]
    if record.dataset.multi_label:
        _multi_label(run, record, score)
        return
    labels = [row.label for row in score.per_class]
    st.markdown(_commonest(score.confusion, labels))
    st.subheader(t("results.confusion"), anchor=False)
    confusion(score.confusion, labels)
    st.subheader(t("mistakes.documents"), anchor=False)
    documents(run.id, labels)
    st.subheader(t("results.classes"), anchor=False)
    st.markdown(t("results.classes_reading"))
    class_table(score.per_class, score.confusion)
    if min(row.support for row in score.per_class) < FEW_OF_A_CLASS:
        st.caption(t("mistakes.few_of_a_class"))


def _multi_label(run: Run, record: TrainingRecord, score: EvaluationReport) -> None:
    """The same where documents have several labels, of which each is right or wrong by itself."""
    st.markdown(label_sets.sentence(score))
    st.caption(label_sets.limits(record))
    st.subheader(t("multi_label.labels"), anchor=False)
    st.markdown(t("multi_label.labels_reading"))
    label_sets.bars(score.per_class, key=label_sets.BARS, pick=True)
    st.subheader(t("mistakes.documents"), anchor=False)
    label_sets.documents(run, record)
    with st.expander(t("multi_label.numbers"), icon=":material/table:"):
        st.markdown(t("multi_label.numbers_reading"))
        class_table(score.per_class, first=t("multi_label.label"))
    if min(row.support for row in score.per_class) < FEW_OF_A_CLASS:
        st.caption(t("multi_label.few"))


def _commonest(counts: Counts, labels: list[str]) -> str:
    """How many were wrong, and what is mistaken for what most often, in a sentence."""
    total = sum(map(sum, counts))
    cells = [
        (n, row, column) for row, line in enumerate(counts) for column, n in enumerate(line) if row != column and n
    ]
    wrong = sum(n for n, _, _ in cells)
    if not wrong:
        return t("results.none_wrong", documents=count("test_documents", total))
    most, row, column = max(cells, key=lambda cell: cell[0])
    phrase = t("mistakes.wrong", wrong=wrong, documents=count("test_documents", total))
    if most == 1:
        return t("mistakes.scattered", wrong=phrase)
    return t("mistakes.commonest", wrong=phrase, true=labels[row], predicted=labels[column], n=most)


def class_table(rows: Sequence[ClassScore], counts: Counts | None = None, *, first: str | None = None) -> None:
    """The classes of a report, one per row; F1 with its interval where that is known."""
    scores = [_f1(row) for row in rows] if counts is None else _f1_with_intervals(counts)
    table = pd.DataFrame(
        {
            first or t("column.class"): [plain(row.label) for row in rows],
            t("column.recall"): [f"{100 * row.recall:.0f}" if row.support else "–" for row in rows],
            t("column.precision"): [f"{100 * row.precision:.0f}" for row in rows],
            t("column.f1"): scores,
            t("mistakes.tested"): [f"{row.support}" for row in rows],
        }
    )
    with st.container(height="content" if len(rows) <= LONG_TABLE else 560, border=False):
        st.table(table, hide_index=True, border="horizontal", alt=t("results.classes"))


def _f1(row: ClassScore) -> str:
    """ "83 (70–91)", or without the interval where it is not known; "–" without a test document."""
    if not row.support:
        return "–"
    if row.f1_interval is None:
        return f"{100 * row.f1:.0f}"
    return text.compact(Interval(row.f1, *row.f1_interval))


def _f1_with_intervals(counts: Counts) -> list[str]:
    """ "83 (70–91)" of each class; a class without a test document has none."""
    cells = []
    for place, row in enumerate(counts):
        hits, missed = row[place], sum(row) - row[place]
        wrongly = sum(line[place] for line in counts) - hits
        if hits + missed == 0:
            cells.append("–")
            continue
        cells.append(text.compact(f1_interval(hits, missed, wrongly)))
    return cells


def confusion(counts: Counts, labels: list[str]) -> None:
    """Which classes are mistaken for which, as documents or as shares; a click shows the documents below."""
    for key in (TRUE, PREDICTED):  # another model has other classes
        if st.session_state.get(key) not in labels:
            st.session_state.pop(key, None)
    st.markdown(t("mistakes.reading"))
    shares = st.segmented_control(
        t("mistakes.cells"),
        ["counts", "shares"],
        default="counts",
        required=True,
        format_func=lambda way: t(f"mistakes.cells.{way}"),
        key="cells_as",
        label_visibility="collapsed",
    )
    true, predicted = st.session_state.get(TRUE), st.session_state.get(PREDICTED)
    drawn = confidence_charts.pickable_confusion(
        counts,
        labels,
        shares=shares == "shares",
        picked=(labels.index(true), labels.index(predicted)) if true and predicted else None,
        x_title=t("axis.predicted"),
        y_title=t("axis.true"),
        palette=figure.palette(),
    )
    figure.show(drawn, alt=t("results.confusion_alt"), key=CELLS, on_pick=lambda: _picked(labels))


def _picked(labels: list[str]) -> None:
    """Put the cell that was clicked into the two boxes below."""
    points = cast(dict[str, Any], st.session_state[CELLS])["selection"]["points"]
    if points:
        row, column, _ = points[0]["customdata"]
        st.session_state[TRUE], st.session_state[PREDICTED] = labels[row], labels[column]


def documents(run_id: str, labels: list[str]) -> None:
    """The documents of a cell, else all mistakes, the surest first, or those that were right but barely."""
    left, right = st.columns(2)
    for column, key in ((left, TRUE), (right, PREDICTED)):
        column.selectbox(
            t(f"mistakes.{key}"), labels, index=None, placeholder=t("mistakes.any"), key=key, bind="query-params",
            format_func=letters,
        )  # fmt: skip
    true, predicted = st.session_state[TRUE], st.session_state[PREDICTED]
    table = outcomes.test_documents(run_id)
    if true:
        table = table[table["label"].isin(written_forms(true))]  # as the file has it
    if predicted:
        table = table[table["predicted"].isin(written_forms(predicted))]
    if not (true and predicted):
        kind = st.segmented_control(
            t("mistakes.which"),
            ["wrong", "barely"],
            default="wrong",
            required=True,
            format_func=lambda kind: t(f"mistakes.which.{kind}"),
            key="which_documents",
            label_visibility="collapsed",
        )
        wrong = table["label"] != table["predicted"]
        table = table[~wrong].iloc[::-1] if kind == "barely" else table[wrong]
        reading = t(f"mistakes.which.{kind}_reading", documents=count("documents", len(table)))
    else:
        reading = t("mistakes.cell_reading", documents=count("documents", len(table)))
    if table.empty:
        st.markdown(t("mistakes.none"))
        return
    st.markdown(reading)
    label_sets.document_table(table, label=t("column.label"), predicted=t("column.predicted"), text_width=330)
