"""The answers of a classified table: those to check first, the whole of them as a file."""

from __future__ import annotations

from pathlib import PurePath

import pandas as pd
import streamlit as st

from scalearn_core import runs
from scalearn_core.config import UNSURE
from scalearn_core.data.documents import joined
from scalearn_core.data.label_cells import NONE
from scalearn_core.data.mapping import columns_of
from scalearn_core.evaluation.referral import chosen_of
from scalearn_core.records.tables import PredictionRecord
from scalearn_core.runs import Run
from scalearn_core.tables.export import as_typed, xlsx_bytes
from scalearn_ui import charts, outcomes
from scalearn_ui.letters import bare, cells
from scalearn_ui.text import count, t

FILE = "predictions.csv"
SHOWN = 200
"""Rows on screen; the file has all."""
CHUNK = 20_000
"""Rows read at a time."""
MOST_ROWS = 200_000
"""Rows of a workbook; a longer table stays CSV, which is written at once."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def limit(run: Run, result: PredictionRecord) -> None:
    """How many rows a person should check, below which confidence, and where that limit comes from."""
    below = _below(result)
    if result.low_confidence:
        rows = count("rows", result.low_confidence)
        st.markdown(t("classify.to_check", rows=rows, threshold=charts.percent(below)))
    else:
        st.markdown(t("classify.none_to_check", threshold=charts.percent(below)))
    record = outcomes.readable(run.config["model_run"])
    measured = record.confidence if record else None
    chosen = chosen_of(measured.hand_over) if measured else None
    if measured is None or chosen is None or chosen.accuracy is None or chosen.threshold != below:
        st.caption(t("classify.limit_unmeasured", threshold=charts.percent(below)))
    else:
        rest = f"{100 * chosen.accuracy.value:.0f}"
        st.caption(t("classify.limit", rest=rest, documents=count("test_documents", measured.n)))


def table(run: Run, result: PredictionRecord) -> None:
    """Category, confidence and text of the least sure rows, or of those to check alone."""
    least = _least_sure(run.id)
    sure, to_check = _of(least, "confidence"), result.low_confidence
    shown = pd.DataFrame(
        {
            t("column.category"): _of(least, "predicted").replace(NONE, ""),
            t("column.confidence"): 100 * sure,
            t("column.check"): sure < _below(result),
            t("classify.text"): joined(least, _texts(run, least)).map(as_typed),
            t("column.row"): _of(least, "row"),
        }
    )
    if to_check and result.n > to_check:
        ways = {
            "check": t("classify.show_check", n=f"{to_check:,}"),
            "all": t("classify.show_all", n=f"{result.n:,}"),
        }
        way = st.segmented_control(
            t("classify.show"), list(ways), default="check", required=True, format_func=ways.__getitem__,
            key="shown_answers",
        )  # fmt: skip
        if way == "check":
            shown = shown[shown[t("column.check")]]
    st.dataframe(
        cells(shown),
        hide_index=True,
        alt=t("classify.table_alt"),
        column_config={
            t("column.confidence"): st.column_config.NumberColumn(format="%.0f%%", width="small"),
            t("column.check"): st.column_config.CheckboxColumn(width="small"),
            t("classify.text"): st.column_config.TextColumn(width="large"),
            t("column.row"): st.column_config.NumberColumn(format="%d", width="small"),
        },
        key="answers",
    )
    if result.n > len(least):
        st.caption(t("classify.least_sure", n=f"{len(least):,}"))


def download(run: Run) -> None:
    """The whole table in the format it came in, as far as that can be written: a workbook for a workbook."""
    name = PurePath(bare(run.title))
    path = runs.folder(run.id) / FILE
    workbook = name.suffix.lower() == ".xlsx" and outcomes.prediction(run.id).n <= MOST_ROWS
    st.download_button(
        t("classify.download"),
        (lambda: _workbook(run.id)) if workbook else path.read_bytes(),
        file_name=f"{name.stem}_classified.{'xlsx' if workbook else 'csv'}",
        mime=XLSX if workbook else "text/csv",
        type="primary",
        icon=":material/download:",
        on_click="ignore",
        key="download_predictions",
    )


def _workbook(run_id: str) -> bytes:
    """`predictions.csv` as a workbook, the rows to check in colour."""
    frame = pd.read_csv(runs.folder(run_id) / FILE, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    share, below = _added(frame, "confidence"), _below(outcomes.prediction(run_id))
    place = list(frame.columns).index(share)
    return xlsx_bytes(frame, share=share, marked=lambda row: bool(row[place]) and float(str(row[place])) < below)


def _below(result: PredictionRecord) -> float:
    return UNSURE if result.check_below is None else result.check_below


@st.cache_data(max_entries=4, ttl="30m", show_spinner=False)
def _least_sure(run_id: str) -> pd.DataFrame:
    """The rows of the classified table that the model is least sure of, the least sure first."""
    path = runs.folder(run_id) / FILE
    names = pd.read_csv(path, nrows=0, encoding="utf-8-sig")
    confidence = _added(names, "confidence")
    sure = pd.read_csv(path, usecols=[confidence], encoding="utf-8-sig")[confidence].dropna()
    first = sure.sort_values(kind="stable").index[:SHOWN]
    with pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", chunksize=CHUNK) as chunks:
        return pd.concat([chunk[chunk.index.isin(first)] for chunk in chunks]).loc[first]


def _of(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column that the prediction added; numbers where it holds some."""
    column = frame[_added(frame, name)]
    return column if name == "predicted" else pd.to_numeric(column)


def _added(frame: pd.DataFrame, name: str) -> str:
    """Its name: the table's own may have it, and then a number stands behind."""
    numbered = [f"{name}_{number}" for number in range(len(frame.columns) + 1, 1, -1)]
    return next(column for column in (*numbered, name) if column in frame.columns)


def _texts(run: Run, frame: pd.DataFrame) -> list[str]:
    """The columns that were read, as the export writes their names."""
    names = columns_of(run.config["text"])
    return [column for column in frame.columns if as_typed(column) in names][: len(names)]
