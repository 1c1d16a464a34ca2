"""One source adapter as a card: what it knows, how well, and under which terms."""

from __future__ import annotations

import streamlit as st

from scalearn_core.adapters.catalog import AdapterCard
from scalearn_core.evaluation.intervals import Interval
from scalearn_ui import text
from scalearn_ui.text import t


def draw(card: AdapterCard) -> None:
    """Plain words first, then the score with what it has to beat, then where it comes from."""
    with st.container(border=True, height="stretch", gap="small"):
        st.markdown(f"**{text.local(card.title)}**")
        st.markdown(text.local(card.purpose))
        if card.language != "en":
            st.caption(t("sources.language", language=text.language_name(card.language)))
        with st.container(horizontal=True, gap="xsmall"):
            st.badge(t(f"group.{card.group}"), color="gray")
            if card.research_use:
                st.badge(t("licence.research"), color="orange", icon=":material/science:")
            else:
                st.badge(t("licence.free"), color="green", icon=":material/check:")
        st.markdown(
            t(
                "sources.score",
                metric=t(f"metric.{card.metric}"),
                own=text.interval(Interval(**card.score)),
                head=text.interval(Interval(**card.frozen_head_score)),
                majority=text.points(card.majority_score),
            )
        )
        if not card.beats_frozen_head:
            st.caption(t("sources.not_better"))
        with st.expander(t("sources.details")):
            st.markdown(
                t(
                    "sources.origin",
                    dataset=card.dataset,
                    rows=f"{card.rows:,}",
                    evaluated=f"{card.evaluated_rows:,}",
                    licence=card.licence,
                    seed=card.seed,
                    encoder=card.encoder,
                )
            )
            st.code(card.command, language=None, wrap_lines=True)
