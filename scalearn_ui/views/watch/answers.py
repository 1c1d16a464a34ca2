"""Whether a model's answers are kept, and with or without texts."""

from __future__ import annotations

import streamlit as st

from scalearn_core.watch import log
from scalearn_ui.text import t


def choose(model_id: str) -> None:
    """Off, hashed or full; and a button that deletes what was kept."""
    mode = log.mode_of(model_id)
    chosen = st.segmented_control(
        t("watch.mode"),
        list(log.MODES),
        default=mode,
        required=True,
        format_func=lambda each: t(f"watch.mode.{each}"),
        key="watch_mode",
        label_visibility="collapsed",
    )
    st.caption(t(f"watch.mode.{chosen or mode}.text"))
    if chosen and chosen != mode:
        log.set_mode(model_id, chosen)
        st.rerun()
    if log.answers(model_id):
        with st.popover(t("watch.forget"), icon=":material/delete:"):
            st.markdown(t("watch.forget.text"))
            if st.button(t("action.delete"), type="primary", key="watch_forget"):
                log.forget(model_id)
                st.rerun()
