"""A new pile: a table, its column of texts, and the categories to begin with."""

from __future__ import annotations

import streamlit as st

from scalearn_core.data.languages import shares_of
from scalearn_core.encoders.choice import choose_encoder
from scalearn_core.records.labelling import Category, PileDocument, PileInfo
from scalearn_core.review import store
from scalearn_core.review.pile import pile_of_table
from scalearn_ui.parts import columns, table_input
from scalearn_ui.text import count, t

NEW = "new"
SEPARATOR = "|"
"""Between several labels of a document."""
MOST_CATEGORIES = 100


def ask() -> str | None:
    """Upload, column, categories; the id of the pile once it is made."""
    given = table_input.ask_table("label")
    if given is None:
        return None
    guess = columns.guess_columns(given.table.frame)
    texts = columns.ask_texts(given, "label_texts", guess)
    if not texts:
        return None
    typed = st.text_area(
        t("label.categories"), key="label_categories", height=140, help=t("label.categories_help")
    )
    multi_label = st.checkbox(t("label.multi_label"), key="label_multi")
    categories = categories_of(typed)
    if not st.button(t("label.begin"), type="primary", key="label_begin", disabled=len(categories) < 2):
        if len(categories) < 2:
            st.caption(t("label.two_categories"))
        return None
    pile = pile_of_table(given.table, list(texts), None)
    if len(pile.texts) < pile.drawn_from:
        st.info(t("label.drawn", documents=count("documents", len(pile.texts))))
    encoder = choose_encoder(shares_of(list(pile.texts))).key
    documents = [PileDocument(row, text) for row, text in zip(pile.rows, pile.texts, strict=True)]

    def info(pile_id: str) -> PileInfo:
        return PileInfo(
            id=pile_id,
            name=given.name,
            created=store.now(),
            encoder=encoder,
            separator=SEPARATOR if multi_label else None,
            documents=len(documents),
            text_column=texts[0],
            label_column="category" if texts[0] != "category" else "label",
        )

    return store.create_pile(info, documents, categories)


def categories_of(typed: str) -> list[Category]:
    """A category per line, its sentence behind a colon; each name once."""
    found: dict[str, Category] = {}
    for line in typed.replace("：", ":").splitlines():
        name, _, explains = (part.strip() for part in line.partition(":"))
        name = " ".join(name.replace(SEPARATOR, " ").split())
        if name and len(found) < MOST_CATEGORIES:
            found.setdefault(name, Category(name, explains))
    return list(found.values())
