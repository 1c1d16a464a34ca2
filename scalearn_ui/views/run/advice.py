"""What to do about a run that failed: the commonest reasons, each with its steps."""

from __future__ import annotations

import streamlit as st

from scalearn_core.runs import Run
from scalearn_ui import text
from scalearn_ui.text import Markdown, t

ADVICE = {
    "run.interrupted": "interrupted",
    "run.out_of_memory": "memory",
    "run.disk_full": "disk",
    "run.workspace_unwritable": "unwritable",
    "data.workspace_unwritable": "unwritable",
    "run.not_started": "not_started",
    "run.failed": "unexpected",
    "run.unknown": "model_gone",
    "model.not_found": "model_gone",
    "model.damaged": "model_gone",
    "data.unknown_dataset": "table_gone",
    "data.damaged_dataset": "table_gone",
    "data.unknown_upload": "upload_gone",
    "data.too_few_repeated": "few_documents",
    "data.too_few_labelled": "few_documents",
    "data.one_class": "few_documents",
    "data.one_document": "few_documents",
    "encoder.not_installed": "encoder",
    "encoder.not_found": "encoder",
    "encoder.damaged": "encoder",
    "config.unknown_device": "device",
}
"""Code of an error: which advice. What is missing has the sentence of its error alone."""


def draw(run: Run) -> None:
    """The steps, below the sentence that says what went wrong."""
    if run.status in ("failed", "interrupted") and (steps := steps_of(run.error_code)):
        st.markdown(f"**{t('advice')}**\n\n{steps}")


def steps_of(code: str | None) -> Markdown | None:
    """What to do about an error, as a list; None where its own sentence says all."""
    advice = ADVICE.get(code or "")
    return None if advice is None or f"advice.{advice}" not in text.sentences("en") else t(f"advice.{advice}")
