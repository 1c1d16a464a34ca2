"""The name under which decisions are recorded: asked once, kept in the session and the workspace."""

from __future__ import annotations

import streamlit as st

from scalearn_core.audit import person
from scalearn_core.audit.person import Person
from scalearn_ui.text import t

SLOT = "who_am_i"


def field(key: str) -> str:
    """Where it is typed; filled with the name that is known."""
    kept = person.kept()
    known = st.session_state.get(SLOT) or (kept.name if kept else "")
    return st.text_input(
        t("models.name"), value=known, key=f"name_{key}", max_chars=person.LONGEST, help=t("models.name_help")
    )


def keep(typed: str) -> Person:
    """Who acts; remembered. Raises AuditError `person.no_name`."""
    who = person.person(typed)
    if person.kept() is None:
        person.keep(who)
    st.session_state[SLOT] = who.name
    return who
