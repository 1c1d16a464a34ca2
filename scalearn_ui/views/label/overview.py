"""Around the labelling: reading the pile, the codebook, and how far people agree."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from scalearn_core import runs
from scalearn_core.records.labelling import Category, PileInfo
from scalearn_core.review import store
from scalearn_core.review.standing import agreements, standing
from scalearn_ui.parts import progress
from scalearn_ui.text import count, plain, t
from scalearn_ui.views.label.new_pile import categories_of


@st.cache_data(max_entries=4, ttl="60m", show_spinner=False)
def _embeddings(pile_id: str, there: bool) -> NDArray[np.float32] | None:
    return store.load_embeddings(pile_id) if there else None


def embeddings(pile_id: str) -> NDArray[np.float32] | None:
    """Of the documents of a pile; None until they were read."""
    return _embeddings(pile_id, (store.folder_of(pile_id) / store.EMBEDDINGS).is_file())


def reading(info: PileInfo) -> None:
    """The run that reads the pile: started where there is none, then followed."""
    mine = [run for run in runs.recent(50, "pile") if run.config.get("pile") == info.id]
    if not mine:
        runs.submit("pile", {"pile": info.id}, title=info.name)
        st.rerun()
    run = mine[0]
    st.markdown(t("label.reading", documents=count("documents", info.documents)))
    progress.follow(run)
    progress.outcome(run)
    if not run.active and st.button(t("label.read_again"), key="label_read_again", type="primary"):
        runs.submit("pile", {"pile": info.id}, title=info.name)
        st.rerun()


def codebook(info: PileInfo) -> None:
    """Categories with their sentences; what is saved is a new version, older ones stay."""
    st.caption(t("label.codebook_help"))
    lines = "\n".join(
        f"{each.name}: {each.explains}" if each.explains else each.name for each in store.codebook(info.id)
    )
    typed = st.text_area(t("label.categories"), lines, key=f"codebook_{info.id}", height=240)
    if st.button(t("label.save_codebook"), key="save_codebook", type="primary"):
        categories = categories_of(typed)
        if len(categories) < 2:
            st.warning(t("label.two_categories"))
            return
        store.save_codebook(info.id, categories)
        st.success(t("label.codebook_saved"))
    versions = store.codebooks(info.id)
    with st.expander(t("label.versions", n=len(versions))):
        for number, book in reversed(list(enumerate(versions, 1))):
            names = plain(", ".join(each.name for each in book.categories))
            who, time = book.who, book.time[:16].replace("T", " ")
            st.markdown(t("label.version", n=number, who=who, time=time, names=names))


def people(info: PileInfo) -> None:
    """Who labelled how many, and how far they agree."""
    now = standing(store.entries(info.id))
    documents = store.documents_of(info.id)
    by: dict[str, int] = {}
    for said in now.said.values():
        for name in said:
            by[name] = by.get(name, 0) + 1
    if not by:
        st.info(t("label.nobody"))
        return
    for name, number in sorted(by.items(), key=lambda item: -item[1]):
        st.markdown(t("label.person", name=name, documents=count("documents", number)))
    for pair in agreements(now):
        values = {"first": pair.first, "second": pair.second, "same": pair.same}
        st.markdown(t("label.agree", documents=count("documents", pair.documents), **values))
        if pair.kappa is not None and pair.low is not None and pair.high is not None:
            st.caption(t("label.kappa", kappa=f"{pair.kappa:.2f}", low=f"{pair.low:.2f}", high=f"{pair.high:.2f}"))
        for place in pair.differ[:20]:
            said = now.said[place]
            answers = {"one": _named(said[pair.first].labels), "other": _named(said[pair.second].labels)}
            with st.container(border=True):
                st.text(documents[place].text[:400])
                st.caption(t("label.differ", **values, **answers))
    if len(by) < 2:
        st.caption(t("label.second_opinion"))


def _named(labels: tuple[str, ...]) -> str:
    return ", ".join(labels) or str(plain(t("label.none")))


def explained(categories: tuple[Category, ...]) -> None:
    """The codebook beside a document."""
    for number, each in enumerate(categories, 1):
        key = f"{number} · " if number <= 9 else ""
        st.markdown(f"**{key}{plain(each.name)}**" + (f"  \n{plain(each.explains)}" if each.explains else ""))
