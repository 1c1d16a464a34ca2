"""Use a trained model: one text at once, or a whole table as a run."""

from __future__ import annotations

import streamlit as st

from scalearn_ui import shell
from scalearn_ui.parts import model_choice
from scalearn_ui.text import t
from scalearn_ui.views.classify import batch, single_text

shell.enter("classify")

run = model_choice.trained_model()
if run is None:
    st.stop()

way = st.segmented_control(
    t("classify.way"),
    ["one", "table"],
    default="table" if batch.linked() else "one",
    required=True,
    format_func=lambda choice: t(f"way.{choice}"),
    key="classify_way",
)
if way == "one":
    single_text.draw(run)
else:
    batch.draw(run)
