"""Which trained model a page is about: the one in the link, else the last one viewed, else the newest."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import outcomes, shell, state, text
from scalearn_ui.letters import letters
from scalearn_ui.text import count, t

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
    if wanted is not None and wanted.kind == "train" and wanted.status != "succeeded":
        message = t("model.unfinished" if wanted.active else "model.failed", title=wanted.title)
        shell.nothing_yet(message, "run", t("action.open_run"))
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
    if "levers" in run.config:
        _levers(outcomes.result(run.id))
    return run


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
