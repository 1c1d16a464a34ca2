"""The answers of a classified table on screen, those to check first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scalearn_core import runs
from scalearn_core.config import UNSURE
from scalearn_core.data.documents import joined
from scalearn_core.data.label_cells import NONE
from scalearn_core.data.mapping import columns_of
from scalearn_core.evaluation.referral import chosen_of
from scalearn_core.prediction.in_place import ADDED
from scalearn_core.records.tables import PredictionRecord
from scalearn_core.review.words import labels_in
from scalearn_core.runs import Run
from scalearn_core.tables.export import as_typed
from scalearn_ui import charts, outcomes
from scalearn_ui.letters import cells, letters
from scalearn_ui.text import count, t

FILE = "predictions.csv"
SHOWN = 200
"""Rows on screen; the file has all."""
CHUNK = 20_000
"""Rows read at a time."""
NUMBERS = ("row", "confidence")
"""Of the columns that a prediction adds."""


def limit(run: Run, result: PredictionRecord) -> None:
    """How many rows a person should check, below which confidence, and where that limit comes from."""
    below = below_of(result)
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
    """Category, confidence and text of the least sure rows: all or those to check, by category and words."""
    way, category, words = _asked(result)
    below = below_of(result)
    number, found = _matching(run.id, category, words, below if way == "check" else None)
    if not number:
        st.info(t("classify.no_match"))
        return
    columns = {
        t("column.category"): _of(found, "predicted").replace(NONE, ""),
        t("column.confidence"): 100 * _of(found, "confidence"),
        t("column.check"): _of(found, "confidence") < below,
        t("classify.text"): joined(found, _texts(run, found)).map(as_typed),
        t("column.row"): _of(found, "row"),
    }
    st.dataframe(
        cells(pd.DataFrame(columns)),
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
    if number > len(found):
        st.caption(t("classify.least_sure", n=f"{len(found):,}", all=f"{number:,}"))


def _asked(result: PredictionRecord) -> tuple[str, str | None, str]:
    """Which rows: those to check or all, of which category, with which words."""
    way = "all"
    if result.low_confidence and result.n > result.low_confidence:
        ways = {
            "check": t("classify.show_check", n=f"{result.low_confidence:,}"),
            "all": t("classify.show_all", n=f"{result.n:,}"),
        }
        way = st.segmented_control(
            t("classify.show"), list(ways), default="check", required=True, format_func=ways.__getitem__,
            key="shown_answers",
        )  # fmt: skip
    given = {label: n for label, n in result.class_counts.items() if n}
    one, other = st.columns(2)
    category = one.selectbox(
        t("column.category"), list(given), index=None, key="shown_category", placeholder=t("classify.any"),
        format_func=lambda label: f"{letters(label)} ({given[label]:,})",
    )  # fmt: skip
    words = other.text_input(t("label.words"), key="shown_words", icon=":material/search:").strip()
    return way, category, words


@st.cache_data(max_entries=8, ttl="30m", show_spinner=False)
def _matching(run_id: str, category: str | None, words: str, below: float | None) -> tuple[int, pd.DataFrame]:
    """How many rows were given the category, hold all the words and are less sure than `below`; and the least sure
    of them, the least sure first."""
    run, path = runs.get(run_id), runs.folder(run_id) / FILE
    separator = outcomes.result(run.config["model_run"]).dataset.separator
    wanted, number, kept = words.casefold().split(), 0, []
    with pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", chunksize=CHUNK) as chunks:
        for chunk in chunks:
            sure = pd.to_numeric(_of(chunk, "confidence"), errors="coerce")
            fits = sure.notna() & (sure < below if below is not None else True)
            if category is not None:
                given = _of(chunk, "predicted").map(as_typed)
                has = {cell: category in labels_in(cell, separator) for cell in given.unique()}
                fits &= given.map(has)
            if wanted:
                texts = joined(chunk, _texts(run, chunk)).str.casefold()
                fits &= texts.map(lambda text: all(word in text for word in wanted))
            number += int(fits.sum())
            kept.append(chunk.loc[sure[fits].sort_values(kind="stable").index[:SHOWN]])
    found = pd.concat(kept)
    return number, found.loc[_of(found, "confidence").sort_values(kind="stable").index[:SHOWN]]


def below_of(result: PredictionRecord) -> float:
    return UNSURE if result.check_below is None else result.check_below


def _of(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column that the prediction added; numbers where it holds some."""
    column = frame[names(frame)[name]]
    return pd.to_numeric(column) if name in NUMBERS else column


def names(frame: pd.DataFrame) -> dict[str, str]:
    """What the columns are called that the prediction added: the table's own may have the names, and then numbers
    stand behind. A file of an earlier release has fewer."""
    numbered = range(len(frame.columns) + 1, 1, -1)
    found = {}
    for name in ADDED:
        called = [*(f"{name}_{number}" for number in numbered), name]
        if here := next((column for column in called if column in frame.columns), None):
            found[name] = here
    return found


def _texts(run: Run, frame: pd.DataFrame) -> list[str]:
    """The columns that were read, as the export writes their names."""
    names = columns_of(run.config["text"])
    return [column for column in frame.columns if as_typed(column) in names][: len(names)]
