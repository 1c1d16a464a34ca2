"""Which sources have the same effect on these documents."""

from __future__ import annotations

import streamlit as st

from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import outcomes, text
from scalearn_ui.charts import sources as drawn
from scalearn_ui.parts import figure, study
from scalearn_ui.text import t

ALIKE, STRANGE = 0.8, 0.3
"""Similarity from which two sources do nearly the same, and below which they have little in common."""


def draw(run: Run, record: TrainingRecord) -> None:
    """The most alike pair in a sentence, and the map of all."""
    measured = study.found_or_offered(run, record, "sources", record.studies.sources)
    if measured is None:
        return
    similar, names = measured.overlap.similarity, outcomes.source_titles(record)
    acting = [place for place in measured.overlap.order if similar[place][place] is not None]
    pairs = [
        (alike, first, second)
        for number, first in enumerate(acting)
        for second in acting[number + 1 :]
        if (alike := similar[first][second]) is not None
    ]
    if not pairs:
        st.info(t("overlap.nothing"), icon=":material/info:")
        return
    value, first, second = max(pairs)
    code = "same" if value >= ALIKE else "apart" if value < STRANGE else "some"
    st.info(
        t(f"overlap.{code}", first=names[first], second=names[second], value=f"{100 * value:.0f}"),
        icon=":material/join_inner:",
    )
    st.markdown(t("overlap.reading"))
    chart = drawn.overlap(
        [[similar[row][column] for column in acting] for row in acting],
        [names[place] for place in acting],
        x_title=t("axis.sources"),
        palette=figure.palette(),
    )
    show = figure.show if len(acting) <= drawn.MANY_CELLS else figure.show_wide_map
    show(chart, alt=t("overlap.alt"), key="overlap")
    still = [names[place] for place in range(len(names)) if place not in acting]
    if still:
        st.caption(t("overlap.still", names=text.listed([t("list.name", name=name) for name in still])))
    with st.expander(t("results.method"), icon=":material/info:"):
        st.markdown(t("overlap.method", documents=text.count("documents", measured.overlap.documents)))
