"""A study of a trained model: offered, followed while it runs, and shown once it is done."""

from __future__ import annotations

from typing import Literal, TypeVar

import streamlit as st

from scalearn_core import runs
from scalearn_core.records.sources import SourcesStudy
from scalearn_core.records.studies import CrossValidation, Ladder, LearningCurve, Seeds
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_core.studies import TRAINS_AGAIN
from scalearn_core.studies.time_estimates import estimate_seconds
from scalearn_ui import text
from scalearn_ui.parts import progress
from scalearn_ui.text import t

Found = TypeVar("Found", SourcesStudy, Ladder, Seeds, LearningCurve, CrossValidation)
LOOKED_AT = 100
"""Studies of all models that are looked through for those of one."""


def found_or_offered(
    run: Run, record: TrainingRecord, name: str, done: Found | None, *, primary: bool = True
) -> Found | None:
    """What the study `name` found of a model; None after its offer, or its progress, was drawn instead.

    The offer says what the study asks (`study.<name>.text`) and about how long it takes; it is `primary` where the
    page has no other main action.

    Args:
        done: what it found before, as the result keeps it.
    """
    latest = next((study for study in _of(run.id) if study.config.get("study") == name), None)
    if latest is not None and latest.active:
        progress.follow(latest)
        return done
    if done is not None:
        return done
    if latest is not None:
        progress.outcome(latest)
    if name in TRAINS_AGAIN and record.levers is not None:
        st.info(t("error.study.levers"))
        return None
    if record.frozen_head is None:  # nothing to compare with
        st.info(t("study.too_old"))
        return None
    with st.container(border=True):
        st.markdown(t(f"study.{name}.text"))
        st.caption(t("study.time", time=text.duration(estimate_seconds(record, name))))
        look: Literal["primary", "secondary"] = "primary" if primary else "secondary"
        if st.button(t(f"study.{name}.start"), type=look, key=f"start_{name}", icon=":material/play_arrow:"):
            start(run, record, name)
    return None


def start(run: Run, record: TrainingRecord, name: str) -> None:
    """Queue a study and show its progress."""
    config = {"model_run": run.id, "study": name, "device": record.device.kind}
    runs.submit("study", config, title=run.title)
    st.rerun()


def _of(model: str) -> list[Run]:
    """Studies of a trained model, newest first."""
    return [run for run in runs.recent(LOOKED_AT, "study") if run.config.get("model_run") == model]
