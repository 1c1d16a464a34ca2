"""Which trained model a page is about: the one in the link, else the last one viewed, else the newest."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import outcomes, shell, state, text
from scalearn_ui.letters import letters
from scalearn_ui.parts import progress, ready_note
from scalearn_ui.text import Markdown, count, t

KEY = "chosen_model"


def trained_model() -> Run | None:
    """The chosen train run; None after an empty state was drawn instead.

    Raises:
        RunError: the link names a run that does not exist.
    """
    trained = state.trained_runs()
    wanted = runs.get(linked) if (linked := state.run_id()) else None
    if wanted is not None and "model_run" in wanted.config:  # a run that used a model stands for it
        wanted = runs.get(wanted.config["model_run"])
    if wanted is None and not trained:
        wanted = next((run for run in runs.active() if run.kind == "train"), None)
    if wanted is not None and wanted.kind == "train" and wanted.status != "succeeded":
        state.choose_run(wanted.id)
        shell.nothing_yet(_unfinished(wanted), "run", t("action.open_run"))
        return None
    if not trained:
        shell.nothing_yet(t("model.none"), "home", t("action.start"))
        return None
    ids = [run.id for run in trained]
    chosen = wanted.id if wanted is not None and wanted.id in ids else ids[0]
    state.choose_run(chosen)
    st.session_state[KEY] = chosen
    names = {run.id: f"{letters(run.title)} · {text.moment(run.created_at)}" for run in trained}
    st.selectbox(t("model.choose"), ids, format_func=names.__getitem__, key=KEY, on_change=_follow)
    run = trained[ids.index(chosen)]
    ready_note.draw(run)
    if "levers" in run.config:
        _levers(outcomes.result(run.id))
    return run


def linked_model() -> Run:
    """The trained model of the link or of the session, without a choice.

    Raises:
        RunError: `run.unknown`, also where there is none.
    """
    return runs.get(state.run_id() or "")


def _unfinished(run: Run) -> Markdown:
    """How far a training is that has not left a model yet, or that it never will."""
    if not run.active:
        return t("model.failed", title=run.title)
    if place := progress.step_of(run):
        return t("model.step", title=run.title, step=place[0], steps=place[1], stage=progress.stage_of(run))
    return t("model.unfinished", title=run.title)


def _follow() -> None:
    """Put the selected model into the link."""
    state.choose_run(st.session_state[KEY])


def _levers(record: TrainingRecord) -> None:
    """Of a model that was saved with levers: where it comes from, and what it is worth on unwatched documents."""
    made = record.levers
    if made is None:
        return
    st.caption(
        t(
            "levers.origin",
            title=made.from_title,
            seen=text.points(made.watched.scores.macro_f1.value),
            watched=count("documents", made.watched.documents),
            judged=text.points(record.scores["scalearn"].macro_f1.value),
            learned=text.points(made.learned.macro_f1.value),
            documents=count("documents", record.dataset.counts.test),
        )
    )
