"""Runs as a short list: what, how it went, when, and a way in."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from scalearn_core.runs import Run
from scalearn_ui import kinds, shell, text
from scalearn_ui.parts import progress
from scalearn_ui.text import plain, t


def draw(listed: Sequence[Run]) -> None:
    """One row per run; a narrow window puts a row's parts below each other."""
    for run in listed:
        with st.container(border=True):
            name, standing = st.columns([7, 4], vertical_alignment="center")
            name.markdown(f"**{plain(run.title or run.id)}**")
            name.caption(f"{kinds.called(run.kind)} · {text.moment(run.created_at)}")
            with standing.container(horizontal=True, vertical_alignment="center"):
                progress.badge(run)
                if st.button(t("action.open"), key=f"open_{run.id}", type="tertiary"):
                    shell.go("run", run=run.id)
