"""What people say of a run: its name, a note, and whether lists show it first."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.runs import Run
from scalearn_ui.text import plain, t

LONGEST_NAME, LONGEST_NOTE = 120, 2000


def draw(run: Run) -> None:
    """The note, and a way to change all three."""
    if run.note:
        st.markdown(f":material/sticky_note_2: {plain(run.note)}")
    with st.popover(t("run.about"), icon=":material/edit:"):
        name = st.text_input(t("run.name"), run.title, max_chars=LONGEST_NAME, key=f"name_{run.id}")
        note = st.text_area(t("run.note"), run.note, max_chars=LONGEST_NOTE, key=f"note_{run.id}")
        pinned = st.toggle(t("run.pinned"), run.pinned, help=t("run.pinned_help"), key=f"pinned_{run.id}")
        if st.button(t("action.save_about"), key="save_about"):
            runs.describe(run.id, title=name.strip(), note=note.strip(), pinned=pinned)
            st.rerun()
