"""What is reviewed: a classified table, or the answers that a model's log has kept."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.records.labelling import PileInfo
from scalearn_core.review import store
from scalearn_core.review.from_run import pile_of_run
from scalearn_core.runs import Run
from scalearn_core.scaling.seal import is_sealed, read_seal
from scalearn_core.watch import log
from scalearn_core.watch.to_review import pile_of_log, waiting
from scalearn_ui import shell, state, text
from scalearn_ui.parts import query_choice, who
from scalearn_ui.text import count, t

NEW = "log-"
"""Before the id of a training, in the link: the answers of its model that wait for a review."""


def ask() -> PileInfo | None:
    """The chosen pile; while there is none, what to do."""
    classified = {run.id: run for run in runs.recent(state.MANY_RUNS, "predict") if run.status == "succeeded"}
    logs = {info.id: info for info in store.piles() if info.from_log}
    fresh = {f"{NEW}{run.id}": (run, model, number) for run, model, number in _logged()}
    names = {run.id: f"{run.title} · {text.moment(run.created_at)}" for run in classified.values()}
    for key, (run, _, number) in fresh.items():
        names[key] = f"{t('review.log_waiting', n=f'{number:,}')} · {run.title}"
    for info in logs.values():
        until = info.created[:16].replace("T", " ")
        names[info.id] = f"{t('review.log', n=f'{info.documents:,}', time=until)} · {info.name}"
    if not names:
        shell.nothing_yet(t("review.none"), "classify", t("review.to_classify"))
        return None
    who.ask()
    chosen = query_choice.select(t("review.table"), list(names), "batch", names.__getitem__)
    if chosen in classified:
        return store.pile_info(pile_of_run(classified[chosen]))
    if chosen in logs:
        return logs[chosen]
    run, model, number = fresh[chosen]
    st.markdown(t("review.log_lead", answers=count("documents", number)))
    if st.button(t("review.log_begin"), key="log_begin", type="primary"):
        st.query_params["batch"] = pile_of_log(run, model)
        st.rerun()
    return None


def _logged() -> list[tuple[Run, str, int]]:
    """Trainings whose model has answers with texts that no review has yet, its identity, and how many."""
    found = []
    for run in state.trained_runs():
        folder = runs.folder(run.id) / "model"
        if is_sealed(folder) and any(log.folder_of(model := read_seal(folder).model_id).glob("*.jsonl")):
            number = len(waiting(model))
            if number:
                found.append((run, model, number))
    return found
