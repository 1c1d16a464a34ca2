"""A model comes into the registry: from a training of this workspace, or as a zip from elsewhere."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from scalearn_core import runs
from scalearn_core.errors import ScaLearnError
from scalearn_core.governance.records import Version
from scalearn_ui import shell, state, text
from scalearn_ui.letters import letters
from scalearn_ui.parts import who
from scalearn_ui.text import t


def first() -> None:
    """The page while no model is registered."""
    if not state.trained_runs():
        shell.nothing_yet(t("model.none"), "home", t("action.start"))
        with st.expander(t("models.import"), icon=":material/upload:"):
            _from_zip()
        return
    st.markdown(t("models.empty"))
    draw()


def draw() -> None:
    """The form for a trained model, and the one for a zip."""
    trained = {run.id: run for run in state.trained_runs()}
    if trained:
        titles = {key: f"{letters(run.title)} · {text.moment(run.created_at)}" for key, run in trained.items()}
        chosen = st.selectbox(t("models.trained"), list(titles), format_func=titles.__getitem__, key="add_run")
        with st.form("register"):
            called = st.text_input(t("models.called"), value=trained[chosen].title, key=f"add_name_{chosen}")
            typed = who.field("name_add")
            if st.form_submit_button(t("models.register"), type="primary", key="add_register"):
                _register(runs.folder(chosen), called, typed)
    st.markdown(t("models.import_lead"))
    _from_zip()


def _register(folder: Path, called: str, typed: str) -> None:
    from scalearn_core.governance.register import register

    try:
        with st.spinner(t("models.checking")):
            _show(register(folder, called, who=who.keep(typed)))
    except ScaLearnError as problem:
        st.error(text.error(problem), icon=":material/error:")


def _from_zip() -> None:
    uploaded = st.file_uploader(t("models.zip"), type="zip", key="add_zip")
    if uploaded is None or not st.button(t("models.import_now"), key="add_import"):
        return
    from scalearn_core.governance.importing import import_zip

    try:
        with st.spinner(t("models.checking")), tempfile.TemporaryDirectory() as scratch:
            packed = Path(scratch) / "model.zip"
            packed.write_bytes(uploaded.getbuffer())
            _show(import_zip(packed))
    except ScaLearnError as problem:
        st.error(text.error(problem), icon=":material/error:")


def _show(version: Version) -> None:
    st.query_params["model"] = version.model
    st.query_params[f"version_{version.model}"] = str(version.version)
    st.rerun()
