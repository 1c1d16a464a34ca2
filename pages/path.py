"""From a first try to a model in use that is watched: where one model stands, and what to say in the meeting."""

from __future__ import annotations

import streamlit as st

from scalearn_ui import outcomes, shell
from scalearn_ui.parts import model_choice, price_form, worth
from scalearn_ui.text import t
from scalearn_ui.views.path import stages

shell.enter("path")

run = model_choice.trained_model()
if run is None:
    st.stop()
stages.draw(run, outcomes.result(run.id))
st.subheader(t("path.worth"), anchor=False)
price_form.ask()
worth.draw(run, outcomes.result(run.id))
