"""From an uploaded table to a dataset: columns, findings, and which documents to test on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import PurePath

import streamlit as st

from scalearn_core.data.mapping import Mapping
from scalearn_core.errors import DataError
from scalearn_core.workspace import datasets
from scalearn_core.workspace.dataset_info import DatasetInfo
from scalearn_ui import text
from scalearn_ui.parts import columns, dataset_view, table_input
from scalearn_ui.parts.busy import working
from scalearn_ui.text import t
from scalearn_ui.views.data import findings_view, split_choice, unlabelled
from scalearn_ui.views.data.findings_view import Done

SLOT = "data"
MOST_NAME = 100
"""Characters of a dataset's name, so that lists stay readable."""


def ask(stored: Sequence[DatasetInfo]) -> str | None:
    """The id of the dataset once it is saved; that it will be the next version of one of those `stored` is said.

    Raises DataError for a table that cannot be learned from.
    """
    upload = table_input.ask_table(SLOT)
    if upload is None:
        st.caption(t("data.shape"))
        return None
    guess = columns.guessed(upload, SLOT)
    chosen = columns.ask_columns(upload, "", guess)
    if chosen is None:
        return None
    texts, label = chosen
    if (texts, label) == ((guess.text,), guess.label):
        st.caption(columns.reason(guess))
    separator = dataset_view.ask_separator(upload, label)
    blanks = unlabelled.ask_blanks(upload, texts, label)
    done = Done(f"{SLOT}_remedies", (upload.key, texts, label, separator, blanks))
    place = st.container()
    plan = split_choice.ask_plan(upload, (*texts, label))
    beside, problem = unlabelled.ask_further(texts)
    look = partial(
        dataset_view.checked, upload, texts, label, separator, steps=done.steps,
        keep=plan.columns if plan else (), blanks=blanks,
    )  # fmt: skip
    with place:
        try:
            try:
                checked = look(beside=beside)
            except DataError as error:
                if beside is None or not error.code.startswith("data.unlabelled_"):
                    raise
                problem, checked = error, look()
        except DataError:
            done.draw(SLOT)  # what was done may be the reason, and can be undone
            raise
        dataset_view.summary(checked.dataset, checked.languages, checked.findings)
        done.draw(SLOT)
        findings_view.draw(checked.findings, checked.dataset, done, SLOT, choose=columns.choose_texts)
    if problem is not None:  # of the further file alone: what is known of the table stays in sight
        st.error(text.error(problem), icon=":material/error:")
        return None
    plan = plan and split_choice.outcome(checked.dataset, plan, checked.key, done, SLOT)
    if plan is None:
        return None
    of_file = PurePath(upload.name).stem[:MOST_NAME]
    typed = st.text_input(t("data.name"), of_file, max_chars=MOST_NAME, key=f"{SLOT}_name_{upload.name}")
    name = " ".join(typed.split()) or of_file
    if before := next((info for info in stored if info.name == name), None):
        st.caption(t("data.next_version", name=before.name, n=before.version + 1))
    if not st.button(t("data.save"), type="primary", key="save_dataset"):
        return None
    with working(t("data.saving"), shown=len(checked.dataset.frame) > dataset_view.LARGE) as on_progress:
        saved = datasets.save_dataset(
            upload.content,
            Mapping(texts, label, separator, blanks, steps=done.steps),
            upload.chosen,
            filename=upload.name,
            name=name,
            plan=plan,
            table=upload.table,
            further=unlabelled.file_of(beside) if beside else None,
            on_progress=on_progress,
        )
    if saved in {info.id for info in stored}:
        st.toast(t("data.same_table"), icon=":material/info:")
    return saved
