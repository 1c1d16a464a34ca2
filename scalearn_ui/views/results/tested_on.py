"""The test documents of a model: which they are, and what they cannot show."""

from __future__ import annotations

import streamlit as st

from scalearn_core.evaluation.report import EvaluationReport
from scalearn_core.records.training import TrainingRecord
from scalearn_core.workspace.test_set_use import uses_of
from scalearn_ui import text
from scalearn_ui.text import Markdown, count, plain, t

UNSCORED = "class_without_test_documents"


def notes(report: EvaluationReport) -> None:
    """What to beware of in a report , with the names of labels no score is possible for."""
    for note in report.notes:
        if note == UNSCORED:
            labels = [plain(row.label) for row in report.per_class if not row.support]
            st.caption(t("note.unscored", labels=text.listed(labels)))
        else:
            st.caption(t(f"note.{note}"))


def uses_in(record: TrainingRecord) -> None:
    """How often the test documents were used, and why that matters; nothing where it was not counted."""
    dataset = record.dataset.id
    if dataset and (n := len(uses_of(dataset))):
        st.caption(t(f"results.looks.{'one' if n == 1 else 'other'}", n=n))


def division(record: TrainingRecord) -> Markdown:
    """How the test documents of a training were chosen, in a sentence or two."""
    plan = record.split
    if plan is None:
        return t("results.split.training_seed", seed=record.seed)
    column = plain(plan.column or "")
    message = t(
        f"results.split.{plan.by}",
        column=column,
        values=text.listed([plain(value) for value in plan.test_values]) if plan.test_values else "",
        seed=plan.seed,
    )
    if plan.group_column:
        message = Markdown(f"{message} {t('results.split.groups', column=plain(plan.group_column))}")
    if plan.near_duplicates:
        message = Markdown(f"{message} {t('results.split.near')}")
    if kept_out := record.dataset.kept_out:
        message = Markdown(f"{message} {t('results.split.kept_out', documents=count('documents', kept_out))}")
    return message
