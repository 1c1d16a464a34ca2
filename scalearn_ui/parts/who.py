"""Who labels and reviews: a name asked once and kept."""

from __future__ import annotations

import streamlit as st

from scalearn_core.audit import person
from scalearn_ui.text import t

SLOT = "who_am_i"


def ask() -> None:
    """Whoever has not given a name yet is asked for it; from then on it stands beside all that is said.

    The name is this session's: two people may label side by side in one workspace.
    """
    known = st.session_state.get(SLOT)
    if known is None and (kept := person.kept()) is not None:
        known = st.session_state[SLOT] = kept.name
    if known is None:
        with st.form("who", border=True):
            typed = st.text_input(t("who.name"), key="who_name", max_chars=person.LONGEST, help=t("who.help"))
            if not st.form_submit_button(t("who.keep"), type="primary", key="who_keep"):
                st.stop()
        who = person.person(typed)
        person.keep(who)
        st.session_state[SLOT] = who.name
        st.rerun()
    person.act_as(person.person(str(known)))
    with st.popover(t("who.me", name=str(known)), icon=":material/person:"):
        other = st.text_input(t("who.other"), key="who_other", max_chars=person.LONGEST)
        if st.button(t("who.change"), key="who_change") and other.strip():
            st.session_state[SLOT] = person.person(other).name
            st.rerun()


def act() -> None:
    """In a callback, which runs before the page: who acts."""
    known = st.session_state.get(SLOT)
    person.act_as(person.person(str(known)) if known else None)
