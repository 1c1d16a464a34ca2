"""The ways on from a run that has ended: its outcome, another try, or deleting it."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.runs import Run
from scalearn_ui import kinds, shell, state
from scalearn_ui.text import t


def draw(run: Run) -> None:
    """The main way on of a run that has ended, and its deletion."""
    if run.active:
        return
    with st.container(horizontal=True):
        if run.kind in kinds.WAYS_ON:
            _main(run)
        if st.button(t("action.delete"), key="delete_run", type="tertiary", icon=":material/delete:"):
            _confirm_delete(run)


def _main(run: Run) -> None:
    way, target = kinds.WAYS_ON[run.kind], kinds.target(run)
    if run.status != "succeeded":
        if st.button(t("action.again"), type="primary", key="again"):
            shell.go(way.start)
        return
    if target is None:
        return
    if way.of == "dataset":
        state.choose_dataset(target)
    if st.button(t(f"action.{way.action}"), type="primary", key=f"to_{way.page}", icon=way.icon):
        shell.go(way.page, **({way.parameter: target} if way.parameter else {}))


def _confirm_delete(run: Run) -> None:
    """Ask before a run is gone, with the model it made."""

    @st.dialog(t("run.delete_title"))
    def ask() -> None:
        st.markdown(t("run.delete_text", title=run.title or run.id))
        with st.container(horizontal=True):
            if st.button(t("action.delete"), type="primary", key="confirm_delete_run"):
                runs.delete(run.id)
                state.choose_run(None)
                shell.go("home")
            if st.button(t("action.keep"), key="keep_run"):
                st.rerun()

    ask()
