"""One classified document after the other: what the model gave, confirmed or corrected."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from scalearn_core.audit.person import acting
from scalearn_core.evaluation.intervals import wilson_interval
from scalearn_core.records.labelling import PileDocument, PileInfo
from scalearn_core.review import session, store
from scalearn_core.review.standing import Standing, standing
from scalearn_core.review.words import labels_in
from scalearn_ui import shell
from scalearn_ui.charts import percent
from scalearn_ui.parts import query_choice, who
from scalearn_ui.text import count, plain, t

LONGEST = 4_000
ORDERS = ("least_sure", "useful", "random")


def draw(info: PileInfo) -> None:
    """The next document with what the model gave it, then what was found so far."""
    order = query_choice.buttons(t("review.order"), ORDERS, "order", lambda name: t(f"review.order.{name}"))
    st.caption(t(f"review.order.{order}.text"))
    documents = store.documents_of(info.id)
    names = [each.name for each in store.codebook(info.id)]
    found = session.next_document(info.id, np.zeros((len(documents), 1), dtype=np.float32), names, order)
    now = standing(store.entries(info.id))
    if found is None:
        st.success(t("review.all_done"))
    else:
        document = documents[found.place]
        with st.container(border=True):
            st.text(document.text[:LONGEST])
        given = plain(document.answer) if document.answer else t("label.none")
        st.markdown(t("review.model_gave", category=given, confidence=percent(document.confidence or 0.0)))
        _answer(info, found, document, names)
        last = now.last_of(acting().name)
        with st.container(horizontal=True):
            st.button(t("label.skip"), key="skip", shortcut="s", on_click=_do, args=(info.id, found.place, "skip"))
            if last is not None:
                st.button(
                    t("label.undo"), key="undo", shortcut="u", on_click=_do, args=(info.id, last.place, "undo")
                )
    _so_far(info, documents, now)


def _answer(info: PileInfo, found: session.Next, document: PileDocument, names: list[str]) -> None:
    """Confirm with one key; another category with another."""
    say = partial(_say, info.id, found.place, found.why)
    given = labels_in(document.answer or "", info.separator)
    st.button(
        t("review.confirm"), key="confirm", type="primary", shortcut="Enter", icon=":material/check:",
        on_click=say, args=(given,),
    )  # fmt: skip
    if info.separator is None:
        st.caption(t("review.or"))
        with st.container(horizontal=True):
            for number, name in enumerate(names, 1):
                if name not in given:
                    key = str(number) if number <= 9 else None
                    st.button(plain(name), key=f"say_{number}", shortcut=key, on_click=say, args=((name,),))
    else:
        chosen = st.pills(
            t("label.choose"), names, selection_mode="multi", default=list(given), key=f"several_{found.place}"
        )
        st.button(t("review.correct"), key="correct", on_click=say, args=(tuple(chosen),))


def _say(pile: str, place: int, why: str, labels: tuple[str, ...]) -> None:
    """Saved before the page goes on."""
    with shell.in_words():
        who.act()
        store.add_entry(pile, place, "label", labels, why=why)


def _do(pile: str, place: int, action: str) -> None:
    with shell.in_words():
        who.act()
        store.add_entry(pile, place, "skip" if action == "skip" else "undo")
        if action == "undo":
            store.add_entry(pile, place, "take", why="undo")


def _so_far(info: PileInfo, documents: list[PileDocument], now: Standing) -> None:
    """How many were confirmed and corrected, and, from those drawn at random alone, how often the model is
    right."""
    labelled = now.labelled
    right = {
        place: tuple(sorted(entry.labels)) == labels_in(documents[place].answer or "", info.separator)
        for place, entry in labelled.items()
    }
    st.divider()
    corrected = sum(not is_right for is_right in right.values())
    st.markdown(t("review.so_far", documents=count("documents", len(labelled)), corrected=corrected))
    random = [right[place] for place, entry in labelled.items() if entry.why == "random"]
    if len(random) >= session.FEWEST_RANDOM:
        found = wilson_interval(sum(random), len(random))
        values = {"right": percent(found.value), "low": percent(found.low), "high": percent(found.high)}
        st.markdown(t("review.right", documents=count("documents", len(random)), **values))
    else:
        st.caption(t("review.too_few_random", fewest=session.FEWEST_RANDOM))
