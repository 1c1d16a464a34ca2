"""Which source tasks help: what was forecast, what was measured, where they overlap, and levers to try."""

from __future__ import annotations

import streamlit as st

from scalearn_ui import outcomes, shell
from scalearn_ui.parts import model_choice
from scalearn_ui.text import t
from scalearn_ui.views.transfer import levers, track_record, which_sources

shell.enter("transfer")

VIEWS = ("sources", "overlap", "strength", "levers", "record")

run = model_choice.trained_model()
if run is None:
    st.stop()
record = outcomes.result(run.id)
view = shell.choose_view("transfer", VIEWS)

if view == "sources":
    which_sources.draw(run, record)
elif view == "overlap":
    which_sources.overlap(run, record)
elif view == "strength":
    which_sources.strength(run, record)
elif view == "levers":
    levers.draw(run, record)
else:
    track_record.draw(run, record)

if st.button(t("action.scales"), key="to_scales", icon=":material/tune:"):
    shell.go("scales", run=run.id)
