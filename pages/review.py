"""Review what a model answered: confirm or correct, see what share each category has, update the model gently."""

from __future__ import annotations

import streamlit as st

from scalearn_ui import shell
from scalearn_ui.views.review import choose, one, shares, update

shell.enter("review")

with shell.in_words():
    pile = choose.ask()
    if pile is None:
        st.stop()
    view = shell.choose_view("review", ("one", "shares", "update"))
    if view == "one":
        one.draw(pile)
    elif view == "shares":
        shares.draw(pile)
    else:
        update.draw(pile)
