"""Documents without label of a new dataset: rows whose category is blank, and a further file."""

from __future__ import annotations

import streamlit as st

from scalearn_core.data.documents import is_blank, joined
from scalearn_core.data.further import text_columns
from scalearn_core.data.mapping import Blanks
from scalearn_core.errors import DataError
from scalearn_core.workspace.further_files import FurtherFile
from scalearn_ui.parts import columns, table_input
from scalearn_ui.parts.dataset_view import Beside
from scalearn_ui.parts.table_input import Given
from scalearn_ui.session_slot import begin_anew, remembered
from scalearn_ui.text import count, t

SLOT = "further"
WAYS: tuple[Blanks, ...] = ("keep", "leave_out")


def ask_blanks(given: Given, texts: tuple[str, ...], label: str) -> Blanks:
    """What is done with rows without a category. Asked where there are any; else nothing is left out."""
    blank = remembered("blank_labels", (given.key, texts, label), lambda: _blank(given, texts, label))
    if not blank:
        return "leave_out"
    begin_anew("blanks_of", (given.key, texts, label), {"blanks": WAYS[0]})
    words = {way: t(f"unlabelled.{way}") for way in WAYS}
    way: Blanks = st.radio(
        t("unlabelled.blank", rows=count("rows", blank)), WAYS, format_func=words.__getitem__, key="blanks"
    )
    return way


def _blank(upload: Given, texts: tuple[str, ...], label: str) -> int:
    frame = upload.table.frame
    return int(((frame[label].str.strip() == "") & ~is_blank(joined(frame, texts))).sum())


def ask_further(texts: tuple[str, ...]) -> tuple[Beside | None, DataError | None]:
    """A further file of documents without label, folded away; None until there is one with its columns, or what
    is wrong with it: it cannot be read, or holds nothing.

    Args:
        texts: the columns of the texts in the table.
    """
    with st.expander(t("unlabelled.add"), icon=":material/note_add:"):
        st.caption(t("unlabelled.add_help"))
        try:
            upload = table_input.ask_table(SLOT)
        except DataError as error:
            if error.code in ("data.empty_file", "data.no_rows"):
                name = st.session_state[f"{SLOT}_file"].name
                return None, DataError("data.unlabelled_empty", name=name)
            return None, error
        if upload is None:
            return None, None
        guess = remembered(f"{SLOT}_guess", (upload.key, texts), lambda: columns.guess_columns(upload.table.frame))
        names = text_columns(upload.table.frame, texts) or (guess.text,)
        key = f"{SLOT}_columns"
        begin_anew(f"{key}_of", upload.key, {key: list(names)})
        chosen = columns.ask_texts(upload, key, guess)
        if not chosen:
            st.info(t("data.choose_text"))
    return (Beside(upload, chosen) if chosen else None), None


def file_of(beside: Beside) -> FurtherFile:
    """As it is stored."""
    upload = beside.given
    return FurtherFile(upload.content, beside.texts, upload.chosen, upload.name, upload.table)
