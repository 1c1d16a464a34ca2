"""Who labels, reviews and decides: a name asked once, kept in the session and in the workspace."""

from __future__ import annotations

import streamlit as st

from scalearn_core.audit import person
from scalearn_core.audit.person import Person
from scalearn_ui.text import t

SLOT = "who_am_i"


def known() -> str | None:
    """The name of this session, as two people may be at work side by side in one workspace; else the one kept."""
    kept = person.kept()
    found: str | None = st.session_state.get(SLOT) or (kept.name if kept else None)
    return found


def field(key: str) -> str:
    """Where a name is typed; filled with the one that is known."""
    return st.text_input(t("who.name"), value=known() or "", key=key, max_chars=person.LONGEST, help=t("who.help"))


def keep(typed: str) -> Person:
    """Who acts from now on; remembered. Raises AuditError `person.no_name`."""
    who = person.person(typed)
    if person.kept() is None:
        person.keep(who)
    st.session_state[SLOT] = who.name
    return who


def ask() -> None:
    """Whoever has not given a name yet is asked for it, and no more is shown; from then on it stands beside all
    that is said."""
    name = known()
    if name is None:
        with st.form("who", border=True):
            typed = field("who_name")
            if not st.form_submit_button(t("who.keep"), type="primary", key="who_keep"):
                st.stop()
        keep(typed)
        st.rerun()
    st.session_state[SLOT] = name
    person.act_as(person.person(name))
    with st.popover(t("who.me", name=name), icon=":material/person:"):
        other = st.text_input(t("who.other"), key="who_other", max_chars=person.LONGEST)
        if st.button(t("who.change"), key="who_change") and other.strip():
            keep(other)
            st.rerun()


def act() -> None:
    """In a callback, which runs before the page: who acts."""
    name = st.session_state.get(SLOT)
    person.act_as(person.person(str(name)) if name else None)
