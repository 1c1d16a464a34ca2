"""Above a result that came with the studio: that it did, and the one click that trains the same here."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.evidence import ready
from scalearn_core.runs import Run
from scalearn_core.workspace import datasets
from scalearn_ui import shell, state
from scalearn_ui.text import t


def draw(run: Run) -> None:
    """Nothing, unless the run came with the studio."""
    if ready.KEY not in run.config:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(t("ready.note"), width="stretch")
        st.button(t("ready.train"), key="train_here", icon=":material/play_arrow:", on_click=_train, args=(run,))
    if started := st.session_state.pop("started_here", None):
        state.choose_run(started)  # not in the callback: this page would then have no trained model to show
        shell.go("run", run=started)


def _train(run: Run) -> None:
    """Start the training that the result is of, in a process of its own; nothing is loaded here."""
    dataset = run.config["dataset"]
    with shell.in_words():
        name = datasets.get_dataset_info(dataset).name
        config = ready.default_training(dataset, own_adapter=run.config["own_adapter"])
        started = runs.submit("train", config, title=name)
        st.session_state["started_here"] = started
