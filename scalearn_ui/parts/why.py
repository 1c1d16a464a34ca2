"""Why a text got its category: one true sentence, the words marked, what each source did, the nearest
documents."""

from __future__ import annotations

import time

import streamlit as st

from scalearn_core.jobs.warm import WarmExplainer
from scalearn_core.records.explanation import Explanation
from scalearn_core.records.training import TrainingRecord
from scalearn_ui import outcomes
from scalearn_ui.charts import percent
from scalearn_ui.parts import label_sets
from scalearn_ui.text import Markdown, plain, t

MOST_SOURCES = 4
LEAST = 0.01
"""Changes of the probability below one point are not shown."""
LONGEST = 300
MOST_BETWEEN = 2_000


@st.cache_resource(max_entries=2, ttl="30m", show_spinner=False, on_release=WarmExplainer.close)
def _explainer(run_id: str) -> WarmExplainer:
    return WarmExplainer(run_id)


@st.cache_data(max_entries=64, ttl="30m", show_spinner=False)
def _explained(run_id: str, text: str, nearest: bool) -> tuple[Explanation, float]:
    """Once per model and text, as the page is drawn many times; and the seconds it took."""
    asked, started = _explainer(run_id), time.perf_counter()
    return asked.explain(text, nearest=nearest), time.perf_counter() - started


def draw(run_id: str, text: str) -> None:
    """All that can be said of one text; the nearest documents only if asked, as they take a pass over all."""
    record = outcomes.result(run_id)
    with st.container(border=True):
        st.markdown(f"**{t('why.title')}**")
        with st.spinner(t("why.asking")):
            found, seconds = _explained(run_id, text, False)
        st.markdown(_sentence(found, record))
        st.markdown(_marked(text, found))
        st.caption(t("why.marked") if found.marked else t("why.none_marked"))
        _sources(found, record)
        st.caption(t("why.took", seconds=f"{seconds:.1f}"))
        if st.toggle(t("why.show_nearest"), key="why_nearest"):
            with st.spinner(t("why.reading")):
                near = _explained(run_id, text, True)[0].neighbours
            for each in near:
                with st.container(border=True):
                    st.text(each.text[:LONGEST])
                    category = label_sets.named((each.label,)) if each.label else t("label.none")
                    st.caption(t("why.near", category=category, row=each.row))


def _titles(record: TrainingRecord) -> dict[str, str]:
    return dict(zip(record.source_names, outcomes.source_titles(record), strict=True))


def _sentence(found: Explanation, record: TrainingRecord) -> Markdown:
    """The strongest statement that is true of this document."""
    words = plain(t("why.and").join(f"“{found.words[place].word}”" for place in found.marked[:4]))
    if found.reason == "source_flips":
        source = next(effect for effect in found.sources if effect.flips)
        return t("why.source_flips", source=_titles(record)[source.source], category=_named(source.without))
    if found.reason == "words_flip":
        return t("why.words_flip", words=words, category=_named(found.without_marked_label or ""))
    if found.reason == "words" and found.without_marked is not None:
        after, before = percent(found.without_marked), percent(found.probability)
        return t("why.words", words=words, category=found.explained, before=before, after=after)
    return t("why.whole")


def _named(label: str) -> Markdown:
    return plain(label) if label else t("label.none")


def _marked(text: str, found: Explanation) -> Markdown:
    """The text with the words that matter marked, in bold too: colour alone tells nobody who cannot see it."""
    parts, place = [], 0
    for number in found.marked:
        word = found.words[number]
        parts += [_between(text[place : word.start]), f":orange-background[**{plain(word.word)}**]"]
        place = word.end
    return Markdown("".join([*parts, _between(text[place:])]))


def _between(text: str) -> str:
    """A part of the text that is not marked, with the space at its ends."""
    shown = plain(text[:MOST_BETWEEN])
    return f"{' ' * text[:1].isspace()}{shown}{' ' * text[-1:].isspace()}" if shown else " " * bool(text)


def _sources(found: Explanation, record: TrainingRecord) -> None:
    """What each source did here, the strongest first."""
    titles = _titles(record)
    strong = sorted(found.sources, key=lambda effect: -abs(effect.change))[:MOST_SOURCES]
    strong = [effect for effect in strong if abs(effect.change) >= LEAST]
    if not strong:
        st.caption(t("why.no_source"))
        return
    st.caption(t("why.sources", category=found.explained))
    for effect in strong:
        points = f"{100 * effect.change:+.0f}"
        if effect.flips:
            line = t(
                "why.source_turns", source=titles[effect.source], points=points, category=_named(effect.without)
            )
        else:
            line = t("why.source", source=titles[effect.source], points=points)
        st.markdown(f"- {line}")
