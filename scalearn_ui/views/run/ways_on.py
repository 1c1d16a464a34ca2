"""The ways on from a run that has ended: its outcome, going on, another try, or deleting it."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.runs import Run
from scalearn_core.runs.around import bytes_of, hanging_on
from scalearn_ui import kinds, shell, state, text
from scalearn_ui.text import count, t

SHOWN = 5
"""So many runs that would lose their model are named."""


def draw(run: Run) -> None:
    """The main way on of a run that has ended, its repetition, and its deletion."""
    if run.active:
        return
    with st.container(horizontal=True):
        if run.status != "succeeded":
            if st.button(
                t("action.resume"),
                type="primary",
                key="resume",
                icon=":material/resume:",
                help=t("run.resume_help"),
            ):
                runs.resume(run.id)
                st.rerun()
        elif run.kind in kinds.WAYS_ON:
            _main(run)
        if st.button(t("action.run_again"), key="run_again", icon=":material/replay:", help=t("run.again_help")):
            shell.go("run", run=runs.rerun(run.id))
        elsewhere = run.kind in kinds.WAYS_ON and run.status != "succeeded"
        if elsewhere and st.button(t("action.again"), key="again", type="tertiary"):
            shell.go(kinds.WAYS_ON[run.kind].start)
        if st.button(t("action.delete"), key="delete_run", type="tertiary", icon=":material/delete:"):
            _confirm_delete(run)


def _main(run: Run) -> None:
    way, target = kinds.WAYS_ON[run.kind], kinds.target(run)
    if target is None:
        return
    if way.of == "dataset":
        state.choose_dataset(target)
    if st.button(t(f"action.{way.action}"), type="primary", key=f"to_{way.page}", icon=way.icon):
        shell.go(way.page, **({way.parameter: target} if way.parameter else {}))


def _confirm_delete(run: Run) -> None:
    """Ask before a run is gone, with the model it made; what hangs on it is named."""

    @st.dialog(t("run.delete_title"))
    def ask() -> None:
        st.markdown(t("run.delete_text", title=run.title or run.id))
        st.caption(t("run.delete_size", size=text.size(bytes_of(run.id))))
        if hanging := hanging_on(run.id):
            names = text.listed([f"{kinds.called(other.kind)} {other.title}" for other in hanging[:SHOWN]])
            st.warning(t("run.delete_hanging", count=count("runs", len(hanging)), names=names))
        with st.container(horizontal=True):
            if st.button(t("action.delete"), type="primary", key="confirm_delete_run"):
                runs.delete(run.id)
                state.choose_run(None)
                shell.go("home")
            if st.button(t("action.keep"), key="keep_run"):
                st.rerun()

    ask()
