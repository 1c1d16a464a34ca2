"""Each class against the rest: ROC and precision-recall curves, and the areas under them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from scalearn_core.evaluation.ranking import RankingCurves
from scalearn_ui import text
from scalearn_ui.charts import confidence as confidence_charts
from scalearn_ui.letters import letters
from scalearn_ui.parts import figure
from scalearn_ui.text import plain, t


def draw(curves: Sequence[RankingCurves], documents: int) -> None:
    """A table of all classes, and both curves of one of them."""
    st.markdown(t("curves.reading"))
    table = pd.DataFrame(
        {
            t("column.class"): [plain(row.label) for row in curves],
            t("curves.auc"): [text.compact(row.auc) for row in curves],
            t("curves.ap"): [text.compact(row.average_precision) for row in curves],
            t("mistakes.tested"): [f"{row.positives}" for row in curves],
        }
    )
    st.table(table, hide_index=True, border="horizontal", alt=t("confidence.curves"))
    place = st.selectbox(
        t("curves.choose"),
        range(len(curves)),
        format_func=lambda place: letters(curves[place].label),
        key="curve_of",
    )
    row = curves[place]
    base = row.positives / documents
    left, right = st.columns(2)
    with left:
        drawn = confidence_charts.ranking(
            row.roc.x,
            row.roc.y,
            chance=(0.0, 1.0),
            steps=False,
            x_title=t("axis.false_alarms"),
            y_title=t("axis.found"),
            palette=figure.palette(),
        )
        figure.show(drawn, alt=t("curves.roc_alt"), key="roc")
    with right:
        drawn = confidence_charts.ranking(
            row.pr.x,
            row.pr.y,
            chance=(base, base),
            steps=True,
            x_title=t("axis.found"),
            y_title=t("axis.precision"),
            palette=figure.palette(),
        )
        figure.show(drawn, alt=t("curves.pr_alt"), key="precision_recall")
