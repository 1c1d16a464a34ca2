"""One run while it goes on, and where to go when it is done."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_ui import shell, state, text
from scalearn_ui.parts import history, progress, run_list
from scalearn_ui.text import plain, t

shell.enter("run")

latest = runs.recent(limit=20)
wanted = state.run_id() or (latest[0].id if latest else None)
if wanted is None:
    shell.nothing_yet(t("run.none"), "home", t("action.start"))
    st.stop()

run = runs.get(wanted)
state.choose_run(run.id)
st.subheader(plain(run.title or run.id), anchor=False)
st.caption(f"{t(f'kind.{run.kind}')} · {text.moment(run.created_at)}")
progress.follow(run)
progress.outcome(run)

if run.status == "succeeded" and run.kind == "train":
    if st.button(t("action.results"), type="primary", key="to_results", icon=":material/verified:"):
        shell.go("results", run=run.id)
elif run.status == "succeeded" and run.kind in ("evaluate", "study"):
    if st.button(t("action.results"), type="primary", key="to_results", icon=":material/verified:"):
        shell.go("results", run=run.config["model_run"])
elif run.status == "succeeded" and run.kind == "forecast":
    state.choose_dataset(run.config["dataset"])
    if st.button(t("action.to_training"), type="primary", key="to_training", icon=":material/model_training:"):
        shell.go("train")
elif run.status == "succeeded" and run.kind == "check":
    state.choose_dataset(run.config["dataset"])
    if st.button(t("action.to_data"), type="primary", key="to_data", icon=":material/table_view:"):
        shell.go("data")
elif run.status == "succeeded":
    if st.button(t("action.predictions"), type="primary", key="to_classify", icon=":material/label:"):
        shell.go("classify", batch=run.id)
elif not run.active and st.button(t("action.again"), type="primary", key="again"):
    shell.go(
        {"train": "train", "evaluate": "results", "study": "results", "forecast": "train", "check": "data"}.get(
            run.kind, "classify"
        )
    )

if run.kind == "train" and not run.active:
    history.draw(run)

log = st.expander(t("run.log"), icon=":material/terminal:", on_change="rerun", key="log")
if log.open:
    log.code(runs.log_tail(run.id) or t("run.log_empty"), language=None, wrap_lines=True, height=320)

others = [other for other in latest if other.id != run.id]
if others:
    st.subheader(t("run.others"), anchor=False)
    run_list.draw(others[:5])
