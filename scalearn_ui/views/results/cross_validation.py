"""A score from all documents, offered where the test documents are few."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scalearn_core.records.studies import CrossValidation
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import charts, text
from scalearn_ui.parts import study
from scalearn_ui.text import count, t

NAME = "cross_validation"
FEW = 50
"""Test documents below which it is offered: with an accuracy of 85% the 95% interval of so many is 73 to 92%."""


def draw(run: Run, record: TrainingRecord) -> None:
    """Offer to test all documents, or show the outcome; nothing where it is not needed or would not help."""
    at_random = record.plan.by == "random"
    if record.dataset.counts.test >= FEW or not at_random or record.levers is not None:
        return
    st.subheader(t("cross_validation.title"), anchor=False)
    measured = study.found_or_offered(run, record, NAME, record.studies.cross_validation, primary=False)
    if measured is not None:
        show(measured, multi_label=record.dataset.multi_label)


def show(measured: CrossValidation, *, multi_label: bool) -> None:
    """What it found.

    Args:
        multi_label: whether a document may have several labels.
    """
    scores, comparison = measured.scores, measured.comparison
    ours, plain = (text.points(scores[name].macro_f1.value) for name in ("scalearn", "frozen_head"))
    st.markdown(t("cross_validation.score", learned=measured.learned, ours=ours, plain=plain))
    difference = charts.signed_points(comparison)
    code = comparison.verdict if comparison.disagreements else "same_answers"
    st.markdown(t(f"cross_validation.{code}", **difference))
    table = pd.DataFrame(
        {
            t("column.method"): [t(f"method.{name}") for name in scores],
            t("metric.macro_f1"): [text.interval(score.macro_f1) for score in scores.values()],
            t("multi_label.metric" if multi_label else "metric.accuracy"): [
                text.interval(score.accuracy) for score in scores.values()
            ],
        }
    )
    st.table(table, hide_index=True, border="horizontal", alt=t("cross_validation.title"))
    st.caption(
        t(
            "cross_validation.method",
            tested=measured.tested,
            documents=count("documents", measured.documents),
            repeats=measured.repeats,
            trainings=len(measured.trainings),
        )
    )
