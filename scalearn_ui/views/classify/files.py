"""A classified table to take away: as CSV, as a workbook, as Parquet."""

from __future__ import annotations

from pathlib import PurePath

import pandas as pd
import streamlit as st

from scalearn_core import runs
from scalearn_core.runs import Run
from scalearn_core.tables.export import parquet_bytes, xlsx_bytes
from scalearn_ui import outcomes
from scalearn_ui.letters import bare
from scalearn_ui.text import t
from scalearn_ui.views.classify.answers import FILE, NUMBERS, below_of, names

MOST_ROWS = 200_000
"""Rows of a workbook; a longer table is offered as CSV and Parquet, which are written at once."""
CALLED = {"xlsx": "Excel", "csv": "CSV", "parquet": "Parquet"}
MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}


def download(run: Run) -> None:
    """Every row of the file in its place; at first in the format it came in, as far as that can be written."""
    name = PurePath(bare(run.title))
    rows = outcomes.prediction(run.id)
    fits = rows.n + rows.without_text + rows.rejected <= MOST_ROWS
    kinds = [kind for kind in MIME if fits or kind != "xlsx"]
    came = name.suffix.lower().removeprefix(".")
    kind = st.segmented_control(
        t("classify.format"), kinds, default=came if came in kinds else "csv", required=True,
        format_func=CALLED.__getitem__, key="download_format", label_visibility="collapsed",
    )  # fmt: skip
    kind = kind or "csv"
    makers = {"xlsx": lambda: workbook(run.id), "parquet": lambda: parquet(run.id)}
    st.download_button(
        t("classify.download"),
        makers.get(kind) or (runs.folder(run.id) / FILE).read_bytes(),
        file_name=f"{name.stem}_classified.{kind}",
        mime=MIME[kind],
        type="primary",
        icon=":material/download:",
        on_click="ignore",
        key="download_predictions",
    )


def workbook(run_id: str) -> bytes:
    """`predictions.csv` as a workbook, the rows to check in colour."""
    frame, below = _whole(run_id), below_of(outcomes.prediction(run_id))
    added = names(frame)
    place = list(frame.columns).index(added["confidence"])
    texts = [called for name, called in added.items() if name not in ("row", "version")]
    return xlsx_bytes(
        frame, share=added["confidence"], texts=texts,
        marked=lambda row: bool(row[place]) and float(str(row[place])) < below,
    )  # fmt: skip


def parquet(run_id: str) -> bytes:
    """`predictions.csv` as Parquet; what the prediction added are numbers where it holds some, the table's own
    columns are as they were read: texts."""
    frame = _whole(run_id)
    return parquet_bytes(frame, [called for name, called in names(frame).items() if name in NUMBERS])


def _whole(run_id: str) -> pd.DataFrame:
    return pd.read_csv(runs.folder(run_id) / FILE, dtype=str, keep_default_na=False, encoding="utf-8-sig")
