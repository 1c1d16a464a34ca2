"""The report for a meeting: slides or one sheet, in the reader's language, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from scalearn_core import runs
from scalearn_core.records.training import TrainingRecord
from scalearn_core.report.make import can_write_slides, report_of
from scalearn_core.runs import Run
from scalearn_core.workspace.price import load_price
from scalearn_ui import text
from scalearn_ui.letters import bare
from scalearn_ui.parts import price_form
from scalearn_ui.text import t

KINDS = {
    ".pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ":material/slideshow:"),
    ".html": ("text/html", ":material/print:"),
}


def draw(run: Run, record: TrainingRecord) -> None:
    """Both downloads, and the question what a document costs today."""
    st.subheader(t("report.title"), anchor=False)
    st.markdown(t("report.lead"))
    with st.container(horizontal=True, vertical_alignment="center"):
        if can_write_slides():
            _offer(".pptx", run, record, t("report.slides"))
        _offer(".html", run, record, t("report.sheet"))
        price_form.ask()
    if not can_write_slides():
        st.caption(t("error.report.missing_package"))


def _offer(form: str, run: Run, record: TrainingRecord, label: str) -> None:
    mime, icon = KINDS[form]
    made: Callable[[], bytes] = partial(report_of, runs.folder(run.id), form, text.language(), price=load_price())
    name = bare(record.dataset.name).replace("/", "_")
    st.download_button(
        label, made, file_name=f"{name}{form}", mime=mime, icon=icon, on_click="ignore", key=f"report{form}"
    )
