"""The first words of the Results page: did it help, and what to beware of."""

from __future__ import annotations

import streamlit as st

from scalearn_core.evaluation.comparison import Comparison
from scalearn_core.records.training import TrainingRecord, UnlabelledFacts
from scalearn_ui import charts, outcomes, text
from scalearn_ui.parts import language_note
from scalearn_ui.text import Markdown, count, t
from scalearn_ui.views.results import tested_on

VERDICT_BOX = {
    "helped": (st.success, ":material/trending_up:"),
    "not_by_sources": (st.info, ":material/trending_up:"),
    "no_control": (st.info, ":material/help:"),
    "not_promised": (st.info, ":material/help:"),
    "no_difference": (st.info, ":material/trending_flat:"),
    "same_answers": (st.info, ":material/trending_flat:"),
    "plain": (st.info, ":material/trending_flat:"),
    "few_documents": (st.info, ":material/help:"),
    "worse": (st.warning, ":material/trending_down:"),
}

FOREIGN = 0.05
"""Share of unknown words above which texts are hardly in the encoder's language; the samples have under 0.1%.
Looked at where the texts do not tell their language, or the encoder its own."""


def verdict(record: TrainingRecord) -> None:
    """Did reusing sources help: one sentence, what the sources add, and what to do next."""
    code = _code(record)
    box, icon = VERDICT_BOX[code]
    control = record.comparison_control
    values = {
        "documents": count("test_documents", record.dataset.counts.test),
        **charts.signed_points(record.comparison),
        "score": _score(record, "scalearn"),
        "other": _score(record, "frozen_head"),
        "control": _score(record, control.against or "own_adapter") if control else "",
    }
    sentence = t(f"verdict.{code}.text", **values)
    if code == "helped" and (carrier := _carrier(record)):
        sentence = Markdown(f"{sentence} {carrier}")
    box(sentence, title=t(f"verdict.{code}"), icon=icon)
    if control and code not in ("plain", "few_documents"):
        st.markdown(t(f"verdict.sources.{same_or(control)}", **charts.signed_points(control)))
    if perfect(record):
        documents = count("test_documents", record.dataset.counts.test)
        st.warning(
            t("verdict.perfect.text"), title=t("verdict.perfect", documents=documents), icon=":material/help:"
        )
    unlabelled(record)
    if code not in ("plain", "same_answers"):
        st.markdown(t(f"verdict.{code}.next"))
    tested_on.notes(record.scores["scalearn"])
    _languages(record)
    cut = record.dataset.cut
    if cut:
        how = record.long_texts
        st.caption(t(f"results.cut.{how}", documents=count("documents", cut), reach=outcomes.reach(record)))


def perfect(record: TrainingRecord) -> bool:
    """Whether the model and the plain classifier are right on every test document: a score to be questioned."""
    return all(record.scores[name].accuracy.value == 1 for name in ("scalearn", "frozen_head"))


def unlabelled(record: TrainingRecord) -> None:
    """What the documents without label brought, or why none was learned from."""
    facts = record.unlabelled
    if facts is None:
        return
    with st.container(border=True):
        st.markdown(f":material/note_stack: **{t('verdict.unlabelled.title')}**")
        st.markdown(_unlabelled(facts))


def _unlabelled(facts: UnlabelledFacts) -> Markdown:
    documents = count("unlabelled", facts.documents)
    if facts.comparison is None:
        return t(f"verdict.unlabelled.{facts.joining}", documents=documents)
    effect = t(f"verdict.unlabelled.{same_or(facts.comparison)}", **charts.signed_points(facts.comparison))
    if facts.used == facts.documents:
        return Markdown(f"{effect} {t('verdict.unlabelled.learned_all', documents=documents)}")
    return Markdown(f"{effect} {t('verdict.unlabelled.learned', documents=documents, used=f'{facts.used:,}')}")


def _score(record: TrainingRecord, method: str) -> str:
    """Balanced score of a method, 0 to 100."""
    return text.points(record.scores[method].macro_f1.value)


def _carrier(record: TrainingRecord) -> Markdown | None:
    """The source without which most of the gain over the control would be lost, if one alone does that."""
    lost = record.verdict.carried_by
    control = record.comparison_control
    if not lost or control is None or lost[0].lost < 100 * control.difference / 2:
        return None
    names = dict(zip(record.source_names, outcomes.source_titles(record), strict=True))
    return t("verdict.carried_most", name=names[lost[0].source])


def _languages(record: TrainingRecord) -> None:
    """A warning where the encoder does not read the documents."""
    shares, unknown = record.languages, record.dataset.unknown_share
    if shares and language_note.card_of(record):
        missing = language_note.unread(record, shares)
        if missing:
            share = f"{100 * sum(shares[code] for code in missing):.0f}"
            message = t("results.unread", share=share, advice=language_note.advice(record, missing))
            st.warning(message, icon=language_note.ICON)
    elif unknown > FOREIGN:
        st.warning(t("results.foreign", share=f"{100 * unknown:.0f}"), icon=language_note.ICON)


def _code(record: TrainingRecord) -> str:
    """The verdict's code, or why there is nothing to compare: the same model, or the same answers."""
    if same_or(record.comparison) != "same_answers":
        return record.verdict.code
    untrained = record.best_epoch == 0 and record.scales.start == 0
    return "plain" if untrained else "same_answers"


def same_or(against: Comparison) -> str:
    """The verdict of a comparison, or "same_answers"."""
    same = against.difference == 0 and against.disagreements == 0
    return "same_answers" if same else str(against.verdict)
