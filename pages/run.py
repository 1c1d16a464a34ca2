"""One run while it is in progress, and where to go when it is done."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_ui import kinds, shell, state, text
from scalearn_ui.parts import history, progress, run_list
from scalearn_ui.text import plain, t
from scalearn_ui.views.run import about, advice, repeated, ways_on

shell.enter("run")

latest = runs.recent(limit=20)
wanted = state.run_id() or (latest[0].id if latest else None)
if wanted is None:
    shell.nothing_yet(t("run.none"), "home", t("action.start"))
    st.stop()

run = runs.get(wanted)
state.choose_run(run.id)
st.subheader(plain(run.title or run.id), anchor=False)
st.caption(f"{kinds.called(run.kind)} · {text.moment(run.created_at)}")
progress.follow(run)
progress.outcome(run)
advice.draw(run)

ways_on.draw(run)
about.draw(run)
others = [other for other in latest if other.id != run.id]
repeated.draw(run, others)

if run.kind == "train" and not run.active:
    with shell.in_words():  # a result that cannot be read is one sentence, above the log that may tell why
        history.draw(run)

log = st.expander(t("run.log"), icon=":material/terminal:", on_change="rerun", key="log")
if log.open:
    with shell.in_words():
        log.code(runs.log_tail(run.id) or t("run.log_empty"), language=None, wrap_lines=True, height=320)

if others:
    st.subheader(t("run.others"), anchor=False)
    run_list.draw(others, 5)
