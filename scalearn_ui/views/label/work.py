"""One document after the other: its text, the categories as keys, undo, and how far the labels have come."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from scalearn_core.audit.person import acting
from scalearn_core.data.mapping import Mapping
from scalearn_core.records.labelling import Category, PileInfo
from scalearn_core.review import session, store
from scalearn_core.review.outlook import MORE, Outlook, outlook
from scalearn_core.review.standing import Standing, standing
from scalearn_core.workspace import datasets
from scalearn_ui import shell, state
from scalearn_ui.charts import percent
from scalearn_ui.letters import letters
from scalearn_ui.parts import who
from scalearn_ui.text import count, plain, t
from scalearn_ui.views.label import overview

LONGEST = 4_000
"""Letters of a document that are shown at once."""
TOLD_EACH = 5
Embeddings = NDArray[np.float32]


def draw(info: PileInfo, embeddings: Embeddings) -> None:
    """The next document with its categories, then how far it is."""
    categories = store.codebook(info.id)
    names = [each.name for each in categories]
    second = len({entry.who for entry in store.entries(info.id)} - {acting().name}) and st.toggle(
        t("label.second"), key="label_second", help=t("label.second_help")
    )
    found = session.next_document(info.id, embeddings, names, "second" if second else "proposed")
    now = standing(store.entries(info.id))
    if found is None:
        st.success(t("label.all_done"))
    else:
        document = store.documents_of(info.id)[found.place]
        wide, narrow = st.columns([3, 2], gap="large")
        with wide:
            st.caption(t(f"label.why.{found.why}"))
            with st.container(border=True):
                st.text(document.text[:LONGEST])
            _answer(info, found, categories)
            _after(info, embeddings, names, now, found)
        with narrow:
            overview.explained(categories)
    _progress(info, embeddings, names, now)


def _answer(info: PileInfo, found: session.Next, categories: tuple[Category, ...]) -> None:
    """The categories as buttons with keys; of several labels to be ticked and saved.

    The buttons are this document's own: a key pressed while the next one is drawn must not label this one again.
    """
    note = st.session_state.get(f"note_{found.place}", "")
    say = partial(_say, info.id, found.place, found.why)
    if info.separator is None:
        with st.container(horizontal=True):
            for number, each in enumerate(categories, 1):
                st.button(
                    plain(each.name), key=f"say_{number}_{found.place}",
                    shortcut=str(number) if number <= 9 else None, on_click=say, args=((each.name,), note),
                )  # fmt: skip
    else:
        key = f"several_{found.place}"
        chosen = st.pills(t("label.choose"), [each.name for each in categories], selection_mode="multi", key=key)
        st.button(t("label.save"), key="say_several", type="primary", shortcut="Enter", on_click=say,
                  args=(tuple(chosen), note))  # fmt: skip


def _say(pile: str, place: int, why: str, labels: tuple[str, ...], note: str) -> None:
    """Saved before the page goes on."""
    with shell.in_words():
        who.act()
        store.add_entry(pile, place, "label", labels, note=note, why=why)


def _skip(pile: str, place: int) -> None:
    with shell.in_words():
        who.act()
        store.add_entry(pile, place, "skip")


def _undo(pile: str) -> None:
    """What was said last, also where the page does not show it yet."""
    with shell.in_words():
        who.act()
        if last := standing(store.entries(pile)).last_of(acting().name):
            store.add_entry(pile, last.place, "undo")
            store.add_entry(pile, last.place, "take", why="undo")


def _after(info: PileInfo, embeddings: Embeddings, names: list[str], now: Standing, found: session.Next) -> None:
    """Skip, undo, note, and what the model would say, which is shown only if asked."""
    last = now.last_of(acting().name)
    with st.container(horizontal=True):
        st.button(t("label.skip"), key="skip", shortcut="s", on_click=_skip, args=(info.id, found.place))
        if last is not None:
            st.button(t("label.undo"), key="undo", shortcut="u", on_click=_undo, args=(info.id,))
        with st.popover(t("label.note")):
            st.text_input(t("label.note_text"), key=f"note_{found.place}", max_chars=500)
        if st.toggle(t("label.show_model"), key="show_model", help=t("label.sway")):
            head = session.background_model(embeddings, now, names, info.separator)
            if head is None:
                st.caption(t("label.no_model"))
            else:
                decided = head.predict(embeddings[[found.place]])[0]
                given = names[int(decided)] if np.ndim(decided) == 0 else ", ".join(np.array(names)[decided == 1])
                st.caption(t("label.model_says", category=given or str(t("label.none"))))


def _progress(info: PileInfo, embeddings: Embeddings, names: list[str], now: Standing) -> None:
    """In words: what is missing to begin, then what the model is worth; a full training where it pays."""
    counts = now.counts()
    missing = sum(max(0, session.ENOUGH_EACH - counts.get(name, 0)) for name in names)
    labelled = len(now.labelled)
    left = info.documents - labelled
    st.divider()
    done = t("label.done", labelled=labelled, documents=count("documents", info.documents))
    if missing and missing > left:
        st.markdown(f"{done} " + (t("label.few_left", left=left) if left else t("label.none_left")))
    elif missing:
        st.markdown(f"{done} " + t("label.missing", each=session.ENOUGH_EACH, missing=missing))
    else:
        st.markdown(done)
    st.caption(" · ".join(f"{plain(name)} {counts.get(name, 0)}" for name in names))
    found = session.worth(embeddings, now, names, info.separator)
    if found is None:
        st.caption(t("label.too_few_random"))
    else:
        shown = {
            "right": percent(found.right.value),
            "low": percent(found.right.low),
            "high": percent(found.right.high),
        }
        st.markdown(t("label.worth", documents=count("documents", found.documents), **shown))
        _more(info, embeddings, names, now, min(MORE, left))
    repeated = sum(number > 1 for number in counts.values())
    if repeated >= 2 and st.button(t("label.train"), key="label_train", type="secondary" if missing else "primary",
                                   icon=":material/model_training:"):  # fmt: skip
        documents = store.documents_of(info.id)
        mapping = Mapping(info.text_column, info.label_column, separator=info.separator)
        content = session.table_of(info, documents, now)
        state.choose_dataset(datasets.save_dataset(content, mapping, filename=f"{info.name}.csv", name=info.name))
        shell.go("train")


def _more(info: PileInfo, embeddings: Embeddings, names: list[str], now: Standing, more: int) -> None:
    """What so many labels more would bring, told anew after every fifth label."""
    if more <= 0:
        return
    found = _outlook(info.id, len(now.labelled) // TOLD_EACH, tuple(names), more, embeddings, now, info.separator)
    if found is None:
        st.caption(t("label.outlook_unknown", more=count("documents", more)))
        return
    values = {
        "right": percent(found.right.value),
        "low": percent(found.right.low),
        "high": percent(found.right.high),
    }
    gain = {f"gain_{name}": f"{100 * value:+.0f}" for name, value in vars(found.gain).items()}
    st.markdown(t("label.outlook", more=count("documents", more), **values))
    st.caption(t("label.outlook_gain", low=gain["gain_low"], high=gain["gain_high"]))


@st.cache_data(max_entries=16, show_spinner=False)
def _outlook(
    pile: str, fifth: int, names: tuple[str, ...], more: int, _embeddings: Embeddings, _now: Standing,
    _separator: str | None,
) -> Outlook | None:  # fmt: skip
    return outlook(_embeddings, _now, names, _separator, more=more)


def search(info: PileInfo, embeddings: Embeddings) -> None:
    """Documents by words, or by what they are like: for categories that hardly come up."""
    st.caption(t("label.search_help"))
    documents, names = store.documents_of(info.id), [each.name for each in store.codebook(info.id)]
    now = standing(store.entries(info.id))
    gone = set(now.said)
    words = st.text_input(t("label.words"), key="label_words", icon=":material/search:").strip()
    of = [name for name in names if now.counts().get(name)]
    like = st.selectbox(t("label.like"), of, index=None, format_func=letters, key="label_like") if of else None
    places: list[int] = []
    if words:
        places = session.with_words(documents, words, gone)
    elif like:
        mine = [place for place, entry in now.labelled.items() if like in entry.labels]
        middle = embeddings[mine].mean(0)
        order = np.argsort(-(embeddings @ middle), kind="stable").tolist()
        places = [place for place in order if place not in gone][:5]
    if (words or like) and not places:
        st.info(t("label.nothing_found"))
    for place in places:
        with st.container(border=True):
            st.text(documents[place].text[:600])
            chosen = st.pills(t("label.choose"), names, key=f"found_{place}",
                              selection_mode="single" if info.separator is None else "multi")  # fmt: skip
            labels = tuple([chosen] if isinstance(chosen, str) else chosen or ())
            if labels:
                st.button(
                    t("label.save"),
                    key=f"save_{place}",
                    on_click=_say,
                    args=(info.id, place, "search", labels, ""),
                )
