"""One text in, a class and its probabilities out."""

from __future__ import annotations

import time

import streamlit as st

from scalearn_core.jobs import warm
from scalearn_core.jobs.warm import WarmPredictor
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import charts, outcomes
from scalearn_ui.parts import figure, label_sets, language_note, why
from scalearn_ui.text import count, t

LONGEST = 20_000
"""Letters accepted in the box; the encoder reads a part of a long text."""
MOST_BARS = 12
"""Classes drawn, the likeliest first."""
TELLING = 20
"""Fewer Latin letters than this, alone, are too easily taken for another language."""


@st.cache_resource(max_entries=2, ttl="30m", show_spinner=False, on_release=warm.close)
def predictor(run_id: str) -> Predictor | WarmPredictor:
    """A trained model in memory; the two used last stay."""
    return warm.open_predictor(run_id)


def draw(run: Run) -> None:
    """Box, button, answer."""
    with st.form("one_text", border=False):
        typed = st.text_area(t("classify.text"), key="one_text", height=140, max_chars=LONGEST)
        record = outcomes.result(run.id)
        st.caption(t(f"classify.reads.{record.long_texts}", reach=outcomes.reach(record)))
        pressed = st.form_submit_button(t("classify.button"), type="primary", key="classify_text")
    if pressed:
        # Kept, so that the answer is still there after a change of language or theme.
        st.session_state["asked_text"] = typed.strip()
    wanted = st.session_state.get("asked_text")
    if wanted is None:
        return
    if not wanted:
        st.info(t("classify.empty"))
        return
    with st.spinner(t("classify.loading")):
        ready = predictor(run.id)
        started = time.perf_counter()
        prediction = ready.predict([wanted])[0]
        took = time.perf_counter() - started
    st.subheader(label_sets.named(prediction.labels), anchor=False)
    kind = "sure" if prediction.confidence >= record.check_below else "unsure"
    multi_label = record.dataset.multi_label
    confidence = charts.percent(prediction.confidence)
    unlike = t("classify.unlike.text", confidence=confidence) if prediction.unlike else None
    if multi_label and not unlike:
        st.markdown(t(f"multi_label.certainty.{kind}", confidence=confidence))
    elif not unlike:
        st.markdown(t(f"certainty.{kind}", confidence=confidence))
    tested = outcomes.tested_languages(run.id)
    language_note.draw(record, _language(wanted, record), tested, what="text", unlike=unlike)
    likeliest = sorted(prediction.probabilities.items(), key=lambda item: -item[1])
    shown = likeliest[: max(MOST_BARS, len(prediction.labels))]
    drawn = charts.probabilities(
        dict(shown), prediction.labels, x_title=t("axis.probability"), palette=figure.palette()
    )
    figure.show(drawn, alt=t("classify.alt"), key="probabilities")
    if multi_label:
        st.caption(label_sets.limits(record))
    if rest := len(likeliest) - len(shown):
        st.caption(t("multi_label.less_likely", classes=count("classes", rest)))
    st.caption(t("classify.took", milliseconds=f"{1000 * took:.0f}"))
    if prediction.unlike is None:
        st.caption(t("classify.unlike.unknown"))
    why.draw(run.id, wanted)


def _language(document: str, record: TrainingRecord) -> dict[str, float]:
    """The language of one text, as shares; empty where it is too short to tell."""
    from scalearn_core.data.languages import UNKNOWN, language_of

    language = language_of(document)
    written_alike = language == "zh" and "ja" in record.languages  # Han characters alone
    return (
        {}
        if language == UNKNOWN or written_alike or (document.isascii() and len(document) < TELLING)
        else {language: 1.0}
    )
