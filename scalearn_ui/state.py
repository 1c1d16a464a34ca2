"""The dataset and the run chosen in this session. Anything worth keeping is in the workspace."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.runs import Run

RUN_PARAMETER = "run"
"""Name of the run in a link: `/run?run=...` shows the same run after a refresh or to a colleague."""


DATASET_PARAMETER = "use"
"""Name of the dataset in use in a link, so that it is still in use after a refresh."""


def dataset_id() -> str | None:
    """The dataset in use: the one chosen in this session, else the one in the link."""
    chosen: str | None = st.session_state.get("current_dataset") or st.query_params.get(DATASET_PARAMETER)
    return chosen


def choose_dataset(chosen: str | None) -> None:
    """Make a dataset the current one (None: none), in the session and in the link."""
    st.session_state["current_dataset"] = chosen
    if chosen:
        st.query_params[DATASET_PARAMETER] = chosen
    else:
        st.query_params.pop(DATASET_PARAMETER, None)


def link_dataset() -> None:
    """Put the dataset in use into the link, which every other page begins without."""
    if chosen := dataset_id():
        choose_dataset(chosen)


def run_id() -> str | None:
    """The run in the link, else the one this session viewed last."""
    linked: str | None = st.query_params.get(RUN_PARAMETER)
    return linked or st.session_state.get("current_run")


def choose_run(chosen: str | None) -> None:
    """Make a run the current one, in the session and in the link."""
    st.session_state["current_run"] = chosen
    if chosen:
        st.query_params[RUN_PARAMETER] = chosen
    else:
        st.query_params.pop(RUN_PARAMETER, None)


MANY_RUNS = 100_000
"""More than a workspace has."""


def trained_runs() -> list[Run]:
    """Train runs that succeeded, newest first."""
    return [run for run in runs.recent(MANY_RUNS, "train") if run.status == "succeeded"]
