"""What a document costs a person today: asked once, wherever money is first named."""

from __future__ import annotations

import streamlit as st

from scalearn_core.workspace.price import LONGEST_CURRENCY, Price, keep_price, load_price
from scalearn_ui.text import language, t

FIRST = {"en": Price(3.0, 40.0, 20.0, "EUR"), "ja": Price(3.0, 4000.0, 2000.0, "円")}
"""What stands in the form until somebody answered."""


def ask() -> Price | None:
    """A small form behind one button; what was answered before stands in it. Returns what is kept."""
    kept = load_price()
    shown = kept or FIRST.get(language(), FIRST["en"])
    with (
        st.popover(t("price.open" if kept is None else "price.change"), icon=":material/savings:"),
        st.form("price"),
    ):
        st.markdown(t("price.lead"))
        minutes = st.number_input(t("price.minutes"), min_value=0.0, value=shown.minutes, step=0.5, format="%g")
        hourly = st.number_input(t("price.hourly"), min_value=0.0, value=shown.hourly, step=1.0, format="%g")
        mistake = st.number_input(t("price.mistake"), min_value=0.0, value=shown.mistake, step=1.0, format="%g")
        currency = st.text_input(t("price.currency"), value=shown.currency, max_chars=LONGEST_CURRENCY)
        if st.form_submit_button(t("price.keep"), type="primary"):
            keep_price(Price(minutes, hourly, mistake, currency.strip()))
            st.rerun()
    return kept
