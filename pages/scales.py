"""Which source was turned up or down, and at which layer."""

from __future__ import annotations

import streamlit as st

from scalearn_ui import outcomes, shell
from scalearn_ui.parts import model_choice
from scalearn_ui.text import t
from scalearn_ui.views.scales import scale_change, scale_compare, scale_dimensions, scale_view, stability

shell.enter("scales")

VIEWS = ("contribution", "raw", "change", "dimensions", "seeds", "compare")

if shell.presenting():
    shown = model_choice.linked_model()
    with shell.in_words():
        scale_view.present(outcomes.result(shown.id), st.query_params.get(shell.VIEW, VIEWS[0]))
    st.stop()

run = model_choice.trained_model()
if run is None:
    st.stop()
record = outcomes.result(run.id)
view = shell.choose_view("scales", VIEWS)

if view in ("contribution", "raw"):
    scale_view.draw(run, record, view)
elif view == "change":
    scale_change.draw(run, record)
elif view == "dimensions":
    scale_dimensions.draw(run, record)
elif view == "seeds":
    stability.draw(run, record)
else:
    scale_compare.draw(run, record)

with st.container(horizontal=True):
    if st.button(t("action.levers"), type="primary", key="to_levers", icon=":material/tune:"):
        shell.go("transfer", run=run.id, view="levers")
    if st.button(t("action.classify"), key="to_classify", icon=":material/label:"):
        shell.go("classify", run=run.id)
