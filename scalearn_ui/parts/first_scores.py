"""What a training has scored before its result is there."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.runs import Run
from scalearn_ui.text import t


def draw(run: Run) -> None:
    """The balanced score of the plain classifier, then of the model too; without intervals, which take longer."""
    reported = {metric.name: f"{100 * metric.value:.0f}" for metric in runs.metrics(run.id)}
    plain, model = (reported.get(name) for name in ("first_score_plain", "first_score"))
    if plain is None:
        return
    if model is None:
        st.markdown(t("run.first_score_plain", plain=plain))
    else:
        st.markdown(t("run.first_scores", model=model, plain=plain))
