"""A run in progress: how far it is, how long it will still take, and a way to stop it."""

from __future__ import annotations

import time
from contextlib import suppress

import streamlit as st

from scalearn_core import runs
from scalearn_core.errors import DataError
from scalearn_core.evidence.time_estimates import stages
from scalearn_core.runs import Run
from scalearn_core.runs.around import place_of
from scalearn_core.workspace import datasets
from scalearn_ui import shell, text
from scalearn_ui.letters import letters
from scalearn_ui.parts import first_scores, history
from scalearn_ui.text import Markdown, t

STATUS_LOOK = {
    "queued": ("gray", ":material/schedule:"),
    "running": ("blue", ":material/progress_activity:"),
    "succeeded": ("green", ":material/check_circle:"),
    "failed": ("red", ":material/error:"),
    "cancelled": ("gray", ":material/cancel:"),
    "interrupted": ("orange", ":material/power_off:"),
}
"""Colour and icon of each status; the word stands beside them."""


def badge(run: Run) -> None:
    """Status of a run as a word with an icon."""
    colour, icon = STATUS_LOOK[run.status]
    st.badge(t(f"status.{run.status}"), icon=icon, color=colour)  # type: ignore[arg-type]


def stage_of(run: Run) -> Markdown:
    """What a run does now."""
    known = f"stage.{run.stage}" in text.sentences(text.language())
    return t(f"stage.{run.stage}") if known else t(f"status.{run.status}")


def step(run: Run) -> Markdown | None:
    """ "Step 3 of 6: Forecasting"; None for a run that is no training, or has not begun."""
    place = step_of(run)
    return place and t("run.step", step=place[0], steps=place[1], stage=stage_of(run))


def step_of(run: Run) -> tuple[int, int] | None:
    """Which of how many steps a training is at."""
    if run.kind != "train" or "recipe" not in run.config:
        return None
    with suppress(DataError):
        unlabelled = datasets.get_dataset_info(run.config["dataset"]).unlabelled > 0
        own = run.config.get("own_adapter", run.config["recipe"] == "auto")
        every = stages(run.config["recipe"], own, unlabelled)
        if run.stage in every:
            return every.index(run.stage) + 1, len(every)
    return None


def follow(run: Run) -> None:
    """Progress of `run`, polled every other second while it is active; the page reruns once when it ends."""

    @st.fragment(run_every="2s" if run.active else None, key="progress")
    def poll() -> None:
        with shell.in_words():
            now = runs.get(run.id)
            _title_of(now)
            _state_of(now)
            if now.active:
                first_scores.draw(now)
                history.draw(now)
            elif run.active:
                st.rerun()

    poll()


def outcome(run: Run) -> None:
    """What went wrong with a run that did not succeed, and what to do."""
    if run.status == "failed":
        st.error(reason(run), icon=":material/error:")
    elif run.status in ("cancelled", "interrupted"):
        st.warning(t(f"ended.{run.status}"), icon=STATUS_LOOK[run.status][1])


def reason(run: Run) -> str:
    """Why a run failed, in the reader's words where the error is one of ours."""
    key = f"error.{run.error_code}"
    if run.error_code and key in text.sentences(text.language()):
        with suppress(LookupError):  # of another version, a sentence may have other gaps
            return t(key, **run.error_values)
    return t("run.failed_unknown", reason=run.error_text or "")


def _time_left(now: Run) -> str:
    """Time to go where the run can say, else the time it has taken so far; of one that waits, its place."""
    if now.cancel_requested:
        return t("run.stopping")
    if (place := place_of(now.id)) is not None:
        if not place.ahead:
            return t("run.place_first")
        waiting = text.count("runs", place.ahead)
        if place.seconds is None:
            return t("run.place", runs=waiting)
        return t("run.place_time", runs=waiting, time=text.duration(place.seconds))
    if now.eta_seconds:
        return t("run.eta", time=text.duration(now.eta_seconds))
    return t("run.elapsed", time=text.duration(time.time() - (now.started_at or now.created_at)))


def _title_of(now: Run) -> None:
    """The browser's tab tells how far a run is, for who has gone to another one."""
    standing = f"{now.progress:.0%}" if now.status == "running" else t(f"status.{now.status}")
    st.set_page_config(page_title=f"{standing} · {letters(now.title or now.id)}")


def _state_of(now: Run) -> None:
    """Badge, bar, time left, cancel button."""
    stage = step(now) or stage_of(now)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            badge(now)
            if now.active:
                st.caption(_time_left(now), width="content")
        if now.active:
            st.progress(now.progress, text=stage)
            st.button(
                t("action.cancel"),
                on_click=runs.cancel,
                args=(now.id,),
                key="cancel_run",
                disabled=now.cancel_requested,
            )
        elif now.started_at and now.finished_at:
            st.caption(t("run.took", time=text.duration(now.finished_at - now.started_at)))
