"""Review a classified table: confirm or correct, see what share each category has, update the model gently."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.review import store
from scalearn_core.review.from_run import pile_of_run
from scalearn_ui import shell, state, text
from scalearn_ui.parts import query_choice, who
from scalearn_ui.text import t
from scalearn_ui.views.review import one, shares, update

shell.enter("review")

with shell.in_words():
    classified = [run for run in runs.recent(state.MANY_RUNS, "predict") if run.status == "succeeded"]
    if not classified:
        shell.nothing_yet(t("review.none"), "classify", t("review.to_classify"))
        st.stop()
    who.ask()
    names = {run.id: f"{run.title} · {text.moment(run.created_at)}" for run in classified}
    chosen = query_choice.select(t("review.table"), list(names), "batch", names.__getitem__)
    pile = store.pile_info(pile_of_run(next(run for run in classified if run.id == chosen)))
    view = shell.choose_view("review", ("one", "shares", "update"))
    if view == "one":
        one.draw(pile)
    elif view == "shares":
        shares.draw(pile)
    else:
        update.draw(pile)
