"""Did it help, how good is it, where does it go wrong, and what did it cost."""

from __future__ import annotations

import streamlit as st

from scalearn_ui import outcomes, shell
from scalearn_ui.parts import glossary, model_choice
from scalearn_ui.text import t
from scalearn_ui.views.results import (
    classes,
    confidence,
    cross_validation,
    evidence,
    ladder,
    meeting_report,
    more_labels,
    other_table,
    tested_on,
    verdict,
)

shell.enter("results")

VIEWS = ("summary", "classes", "confidence", "labels", "ladder", "elsewhere")

run = model_choice.trained_model()
if run is None:
    st.stop()
record = outcomes.result(run.id)
view = shell.choose_view("results", VIEWS)

if view == "summary":
    verdict.verdict(record)
    helped = record.verdict.helped or record.verdict.code == "not_by_sources"
    with st.container(horizontal=True):
        if verdict.perfect(record):
            if st.button(t("other_table.title"), type="primary", key="to_elsewhere", icon=":material/table_view:"):
                shell.show_view("elsewhere")
        elif not helped and st.button(
            t("action.more_labels"), type="primary", key="to_labels", icon=":material/trending_up:"
        ):
            shell.show_view("labels")
        kind = "primary" if helped and not verdict.perfect(record) else "secondary"
        if st.button(t("action.transfer"), type=kind, key="to_transfer", icon=":material/hub:"):
            shell.go("transfer", run=run.id)
        if st.button(t("action.classify"), key="to_classify", icon=":material/label:"):
            shell.go("classify", run=run.id)
    st.subheader(t("results.scores"), anchor=False, help=glossary.meaning("balanced_score"))
    evidence.scores(record)
    tested_on.uses_in(record)
    cross_validation.draw(run, record)
    if record.scores_by_language:
        st.subheader(t("results.languages"), anchor=False)
        evidence.by_language(record)
    meeting_report.draw(run, record)
    with st.expander(t("results.method"), icon=":material/info:"):
        evidence.method(record)
elif view == "classes":
    classes.draw(run, record)
elif view == "confidence":
    confidence.draw(run, record)
elif view == "labels":
    more_labels.draw(run, record)
elif view == "ladder":
    ladder.draw(run, record)
else:
    other_table.draw(run, record)
