"""A trained model on another table with labels, tested by a run: the part of the Results page for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from scalearn_core import runs
from scalearn_core.data.labels import split_labels
from scalearn_core.records.tables import TableEvaluation
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_core.workspace import uploads
from scalearn_ui import charts, outcomes, shell, text
from scalearn_ui.letters import bare
from scalearn_ui.parts import columns, dataset_view, language_note, progress, table_input
from scalearn_ui.parts.columns import Guess
from scalearn_ui.session_slot import remembered
from scalearn_ui.text import count, plain, t
from scalearn_ui.views.results import classes, evidence, tested_on, verdict

KIND = "evaluate"
SHOWN = 8
"""Evaluations of a model that the page shows, newest first."""


def draw(model: Run, record: TrainingRecord) -> None:
    """Upload and start, or the progress of what was started; then each finished evaluation."""
    st.subheader(t("other_table.title"), anchor=False)
    st.markdown(t("other_table.lead"))
    known = outcomes.evaluations(model.id)
    working = [run for run in known if run.active]
    if working:
        first = working[-1]
        st.markdown(f"**{plain(first.title)}**")
        progress.follow(first)
    else:
        if known and known[0].status != "succeeded":
            st.markdown(f"**{plain(known[0].title)}**")
            progress.outcome(known[0])
        with shell.in_words():  # whatever is wrong with a table, the rest of the page stays
            _ask(model, record)
    for run in [run for run in known if run.status == "succeeded"][:SHOWN]:
        with st.container(border=True), shell.in_words():  # one that cannot be read leaves the others
            _finished(run, record)


def _ask(model: Run, record: TrainingRecord) -> None:
    """A table with labels, its two columns, and the button."""
    upload = table_input.ask_table(KIND)
    if upload is None:
        return
    separator = record.dataset.separator
    labels = record.dataset.labels
    guess = remembered(f"{KIND}_guess", upload.key, lambda: _guess_columns(upload.table.frame, labels, separator))
    chosen = columns.ask_columns(upload, "evaluate_", guess)
    if chosen is None:
        return
    texts, label = chosen
    checked = dataset_view.checked(upload, texts, label, separator, to_learn=False)
    dataset, languages = checked.dataset, checked.languages
    dataset.whole(labels)  # unknown labels are told here, not by a run that fails
    missing = language_note.unread(record, languages)
    if missing:
        st.warning(language_note.advice(record, missing), icon=language_note.ICON)
    if len(dataset.rejected):
        st.caption(t("other_table.rejected", rows=count("rows", len(dataset.rejected))))
    documents = count("documents", len(dataset.frame))
    if st.button(t("other_table.start", documents=documents), type="primary", key="start_evaluation"):
        config = {
            "model_run": model.id,
            "upload": uploads.save_upload(upload.content),
            "text": list(texts),
            "label": label,
            **upload.chosen.to_dict(),
            "name": upload.name.rsplit(".", 1)[0],
            "device": "cpu",
        }
        runs.submit(KIND, config, title=upload.name)
        st.rerun()


def _guess_columns(frame: pd.DataFrame, labels: Sequence[str], separator: str | None) -> Guess:
    """As `columns.guess_columns`, but a column of the model's own labels comes first."""
    known = set(labels)
    fitting = [
        column
        for column in frame.columns
        if all(known.issuperset(split_labels(value.strip(), separator)) for value in frame[column].unique())
    ]
    if not fitting or len(frame.columns) == 1:
        return columns.guess_columns(frame)
    return replace(columns.guess_columns(frame.drop(columns=fitting[0])), label=fitting[0])


def _finished(run: Run, record: TrainingRecord) -> None:
    """One evaluation: a sentence, what to beware of, and the details for who asks."""
    result = outcomes.evaluation(run.id)
    st.markdown(f"**{plain(run.title)}**")
    st.markdown(_sentence(result))
    if result.same_table:
        st.warning(t("other_table.same_table"))
    elif result.learned_from:
        st.warning(t("other_table.seen", documents=count("documents", result.learned_from)))
    missing = language_note.unread(record, result.languages)
    if missing:
        st.warning(language_note.advice(record, missing), icon=language_note.ICON)
    tested_on.notes(result)
    evidence.language_table(result.scores_by_language)
    with st.expander(t("results.classes")):
        classes.class_table(result.per_class)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.download_button(
            t("other_table.download"),
            (runs.folder(run.id) / "predictions.csv").read_bytes(),
            file_name=f"{bare(run.title).rsplit('.', 1)[0]}_tested.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"download_{run.id}",
            type="tertiary",
        )
        st.caption(text.moment(run.created_at), width="content")


def _sentence(result: TableEvaluation) -> str:
    """What was tested on what, the score, and what the plain classifier reaches."""
    score = result.macro_f1
    values = {
        "documents": count("documents", result.n),
        "score": text.points(score.value),
        "low": f"{100 * score.low:.0f}",
        "high": f"{100 * score.high:.0f}",
        "against": _against_plain(result),
    }
    languages = list(result.languages)
    if not languages:
        return t("other_table.tested", **values)
    if not result.cross_language:
        return t("other_table.tested_in", tested=language_note.names(languages), **values)
    learned = language_note.names(list(result.training_languages))
    return t("other_table.across", learned=learned, tested=language_note.names(languages), **values)


def _against_plain(result: TableEvaluation) -> str:
    """Whether the model is better than the plain classifier there."""
    against = result.comparison
    if against is None or result.frozen_head is None:
        return t("other_table.plain.unknown")
    difference = charts.signed_points(against)
    other = text.points(result.frozen_head.macro_f1.value)
    return t(f"other_table.plain.{verdict.same_or(against)}", other=other, **difference)
