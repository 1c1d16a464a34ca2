"""What the studio is, the one next step, and what ran lately."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.evidence import ready
from scalearn_core.workspace import datasets as workspace
from scalearn_ui import shell
from scalearn_ui.parts import run_list
from scalearn_ui.text import t
from scalearn_ui.views.home import samples

shell.enter("home")

latest = runs.recent(limit=50)
datasets = workspace.list_datasets()
sample, *other_samples = samples.offered()
here = [run for run in latest if run.kind == "train" and ready.KEY not in run.config]
trained = next((run for run in here if run.status != "cancelled"), None)
seen = any(run.config.get(ready.KEY) == sample and run.status == "succeeded" for run in latest)

with st.container(border=True):
    if trained is None:
        step = "first" if not datasets else "train"
    else:
        step = "watch" if trained.active else "results" if trained.status == "succeeded" else "failed"
    st.subheader(t(f"home.next.{step}.title"), anchor=False)
    st.markdown(t(f"home.next.{step}.text", sample=t(f"sample.{sample}"), **samples.time_needed(step, sample)))
    with st.container(horizontal=True):
        if trained is not None:
            page = "results" if step == "results" else "run"
            if st.button(t(f"home.next.{step}.button"), type="primary", key="next_step"):
                shell.go(page, run=trained.id)
        elif datasets and st.button(t("home.next.train.button"), type="primary", key="next_step"):
            shell.go("train")
        samples.try_button(sample, primary=step == "first", seen=seen)
        if st.button(t("home.own_table"), key="own_table", type="tertiary", icon=":material/upload_file:"):
            shell.go("data")
    samples.other_offers(other_samples)
done = trained is not None and trained.status == "succeeded"
if done and st.button(t("home.path"), key="home_path", type="tertiary", icon=":material/stairs:"):
    shell.go("path", run=trained.id)

if latest:
    st.subheader(t("home.recent"), anchor=False)
    run_list.draw(latest, 6)
else:
    st.subheader(t("home.how"), anchor=False)
    for column, part in zip(st.columns(3), ("table", "sources", "answer"), strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(t(f"home.how.{part}"))
