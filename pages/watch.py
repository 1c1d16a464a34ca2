"""Is a model in use still as good as usual, and what should a person look at?"""

from __future__ import annotations

import streamlit as st

from scalearn_ui import outcomes, shell
from scalearn_ui.parts import model_choice
from scalearn_ui.text import t
from scalearn_ui.views.watch import answers, week

shell.enter("watch")

run = model_choice.trained_model()
if run is None:
    st.stop()
record = outcomes.result(run.id)
if record.model_id is None:
    st.info(t("watch.unsealed"))
    st.stop()
week.draw(run, record.model_id)
st.subheader(t("watch.keep"), anchor=False)
answers.choose(record.model_id)
