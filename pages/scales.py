"""Which source was turned up or down, and at which layer."""

from __future__ import annotations

import streamlit as st

from scalearn_ui import outcomes, shell
from scalearn_ui.text import t
from scalearn_ui.widgets import model_choice, scale_view

shell.enter("scales")

run = model_choice.trained_model()
if run is None:
    st.stop()
found = outcomes.result(run.id)

scale_view.summary(found)
view = st.segmented_control(
    t("scales.view"),
    ["contribution", "raw"],
    default="contribution",
    required=True,
    format_func=lambda choice: t(f"view.{choice}"),
    key="scale_view",
)
scale_view.reading(view, found)
if view == "contribution":
    scale_view.contribution(found)
else:
    scale_view.raw(found)
scale_view.notes(found)

if st.button(t("action.classify"), type="primary", key="to_classify", icon=":material/label:"):
    shell.go("classify", run=run.id)
