"""Runs as a short list: what, how it went, when, and a way in."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from scalearn_core.runs import Run
from scalearn_ui import kinds, shell, text
from scalearn_ui.parts import progress
from scalearn_ui.text import plain, t


def draw(listed: Sequence[Run], most: int) -> None:
    """One row per run, those kept on top first; a narrow window puts a row's parts below each other."""
    for run in sorted(listed, key=lambda run: not run.pinned)[:most]:
        with st.container(border=True):
            name, standing = st.columns([7, 4], vertical_alignment="center")
            pin = ":material/keep: " if run.pinned else ""
            name.markdown(f"{pin}**{plain(run.title or run.id)}**")
            name.caption(f"{kinds.called(run.kind)} · {text.moment(run.created_at)}")
            with standing.container(horizontal=True, vertical_alignment="center"):
                progress.badge(run)
                if st.button(t("action.open"), key=f"open_{run.id}", type="tertiary"):
                    shell.go("run", run=run.id)
