"""The first words of the Results page: did it help, and what to beware of."""

from __future__ import annotations

from typing import Any

import streamlit as st

from scalearn_ui import charts, outcomes, text
from scalearn_ui.text import count, t
from scalearn_ui.widgets import language_note

VERDICT_BOX = {
    "better": (st.success, ":material/trending_up:"),
    "no_difference": (st.info, ":material/trending_flat:"),
    "same_answers": (st.info, ":material/trending_flat:"),
    "plain": (st.info, ":material/trending_flat:"),
    "worse": (st.warning, ":material/trending_down:"),
}


FOREIGN = 0.05
"""Share of unknown words above which texts are hardly in the encoder's language; the samples have under 0.1%.
Looked at where the texts do not tell their language, or the encoder its own."""


def verdict(found: dict[str, Any]) -> None:
    """Whether the model is worth it, and what the sources add, in words, with differences and intervals."""
    against = found["comparison"]
    code = _verdict_code(found)
    box, icon = VERDICT_BOX[code]
    values = {
        "documents": count("test_documents", found["dataset"]["counts"]["test"]),
        **_difference(against),
        "score": text.points(found["scores"]["scalearn"]["macro_f1"]["value"]),
        "other": text.points(found["scores"]["frozen_head"]["macro_f1"]["value"]),
    }
    box(t(f"verdict.{code}.text", **values), title=t(f"verdict.{code}"), icon=icon)
    share = found.get("comparison_own_adapter")
    if share and code != "plain":
        st.markdown(t(f"verdict.sources.{same_or(share)}", **_difference(share)))
    for note in found["scores"]["scalearn"]["notes"]:
        st.caption(t(f"note.{note}"))
    _languages(found)
    cut = found["dataset"].get("cut", 0)  # results of before it was counted lack it
    if cut:
        st.caption(t("results.cut", documents=count("documents", cut), reach=outcomes.reach(found)))


def _languages(found: dict[str, Any]) -> None:
    """A warning where the encoder does not read the documents."""
    shares, unknown = found.get("languages", {}), found["dataset"].get("unknown_share", 0.0)
    if shares and language_note.card_of(found):
        missing = language_note.unread(found, shares)
        if missing:
            share = f"{100 * sum(shares[code] for code in missing):.0f}"
            told = t("results.unread", share=share, advice=language_note.advice(found, missing))
            st.warning(told, icon=language_note.ICON)
    elif unknown > FOREIGN:
        st.warning(t("results.foreign", share=f"{100 * unknown:.0f}"), icon=language_note.ICON)


def _verdict_code(found: dict[str, Any]) -> str:
    """The comparison's verdict, or why there is nothing to compare: the same model, or the same answers."""
    code = same_or(found["comparison"])
    untrained = found["best_epoch"] == 0 and found["scales"]["start"] == 0
    return "plain" if code == "same_answers" and untrained else code


def same_or(against: dict[str, Any]) -> str:
    """The verdict of a comparison, or "same_answers"."""
    same = against["difference"] == 0 and against.get("disagreements") == 0
    return "same_answers" if same else str(against["verdict"])


def _difference(against: dict[str, Any]) -> dict[str, str]:
    """A difference and its interval in points, with their signs."""
    return {bound: charts.signed(100 * against[bound], 1) for bound in ("difference", "low", "high")}
