"""A study of a trained model: offered, followed while it runs, and shown once it is done."""

from __future__ import annotations

from typing import Any, Literal, cast

import streamlit as st

from scalearn_core import runs
from scalearn_core.runs import Run
from scalearn_core.studies import TRAINS_AGAIN
from scalearn_core.studies.time_estimates import estimate_seconds
from scalearn_ui import text
from scalearn_ui.parts import progress
from scalearn_ui.text import t

LOOKED_AT = 100
"""Studies of all models that are looked through for those of one."""


def found_or_offered(
    run: Run, found: dict[str, Any], name: str, *, primary: bool = True
) -> dict[str, Any] | None:  # fmt: skip
    """What the study `name` found of a model; None after its offer, or its progress, was drawn instead.

    The offer says what the study asks (`study.<name>.text`) and about how long it takes; it is `primary` where the
    page has no other main action.
    """
    done = found.get("studies", {}).get(name)
    latest = next((asked for asked in _of(run.id) if asked.config.get("study") == name), None)
    if latest is not None and latest.active:
        progress.follow(latest)
        return cast(dict[str, Any] | None, done)
    if done is not None:
        return cast(dict[str, Any], done)
    if latest is not None:
        progress.outcome(latest)
    if name in TRAINS_AGAIN and "levers" in found:
        st.info(t("error.study.levers"))
        return None
    if not found.get("frozen_head"):  # results of the first releases lack what a study compares with
        st.info(t("study.too_old"))
        return None
    with st.container(border=True):
        st.markdown(t(f"study.{name}.text"))
        st.caption(t("study.time", time=text.duration(estimate_seconds(found, name))))
        look: Literal["primary", "secondary"] = "primary" if primary else "secondary"
        if st.button(t(f"study.{name}.start"), type=look, key=f"start_{name}", icon=":material/play_arrow:"):
            start(run, found, name)
    return None


def start(run: Run, found: dict[str, Any], name: str) -> None:
    """Queue a study and show its progress."""
    config = {"model_run": run.id, "study": name, "device": found["device"]["kind"]}
    runs.submit("study", config, title=run.title)
    st.rerun()


def _of(model: str) -> list[Run]:
    """Studies of a trained model, newest first."""
    return [asked for asked in runs.recent(LOOKED_AT, "study") if asked.config.get("model_run") == model]
