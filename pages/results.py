"""Did it help, how good is it, where is it wrong, and what did it cost."""

from __future__ import annotations

import streamlit as st

from scalearn_ui import outcomes, shell
from scalearn_ui.text import t
from scalearn_ui.widgets import elsewhere, evidence, model_choice

shell.enter("results")

run = model_choice.trained_model()
if run is None:
    st.stop()
found = outcomes.result(run.id)

evidence.verdict(found)
with st.container(horizontal=True):
    if st.button(t("action.scales"), type="primary", key="to_scales", icon=":material/tune:"):
        shell.go("scales", run=run.id)
    if st.button(t("action.classify"), key="to_classify", icon=":material/label:"):
        shell.go("classify", run=run.id)

st.subheader(t("results.scores"), anchor=False)
evidence.scores(found)

if found.get("scores_by_language"):  # results of before lack it
    st.subheader(t("results.languages"), anchor=False)
    evidence.by_language(found)

st.subheader(t("results.classes"), anchor=False)
evidence.per_class(found)

st.subheader(t("results.confusion"), anchor=False)
evidence.confusion(found)

st.subheader(t("results.wrong"), anchor=False)
evidence.wrong(run.id, found)

st.subheader(t("elsewhere.title"), anchor=False)
elsewhere.draw(run, found)

st.subheader(t("results.cost"), anchor=False)
evidence.cost(found)

with st.expander(t("results.method"), icon=":material/info:"):
    evidence.method(found)
