"""The outcomes of finished runs, read from their folders once."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pandas as pd
import streamlit as st

from scalearn_core import runs
from scalearn_core.adapters import catalog
from scalearn_core.config import MOST_WINDOWS
from scalearn_core.data.label_cells import NONE
from scalearn_core.encoders.cards import CARDS, DEFAULT
from scalearn_core.errors import RunError
from scalearn_core.evidence.upgrade import FILE, read_evaluation, read_forecast, read_prediction, read_training
from scalearn_core.records.forecast import ForecastRecord
from scalearn_core.records.tables import PredictionRecord, TableEvaluation
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_core.storage.damage import DAMAGED_FILE
from scalearn_ui import text
from scalearn_ui.text import Markdown, plain, t

LATEST_EVALUATIONS = 200
"""Evaluations of all models that are searched for those of one."""
BYTES_PER_WORD = 5.65
"""Of English business text, with the space behind."""
BYTES_PER_CHARACTER = 3
"""Of Japanese in UTF-8."""

Record = TypeVar("Record")
logger = logging.getLogger(__name__)


def result(run_id: str) -> TrainingRecord:
    """What a training left; read again only when a study has added to it.

    Raises:
        RunError: `run.result_damaged`, `run.result_newer`.
    """
    return _of(run_id, read_training)


def readable(run_id: str) -> TrainingRecord | None:
    """The same where many are read together: None in place of one that cannot be read."""
    try:
        return result(run_id)
    except RunError:
        return None


def evaluation(run_id: str) -> TableEvaluation:
    """What an evaluation run found. Raises as `result`."""
    return _of(run_id, read_evaluation)


def forecast(run_id: str) -> ForecastRecord:
    """What a forecast run promised. Raises as `result`."""
    return _of(run_id, read_forecast)


def prediction(run_id: str) -> PredictionRecord:
    """What a prediction run counted. Raises as `result`."""
    return _of(run_id, read_prediction)


def _of(run_id: str, read: Callable[[Path], Record]) -> Record:
    try:
        return _read(run_id, (runs.folder(run_id) / FILE).stat().st_mtime_ns, read)
    except RunError:
        raise
    except DAMAGED_FILE as error:
        logger.exception("The result of run %s cannot be read", run_id)
        raise RunError("run.result_damaged", run=run_id) from error


@st.cache_data(max_entries=16, ttl="1h", show_spinner=False)
def _read(run_id: str, changed: int, _read_from: Callable[[Path], Record]) -> Record:
    """`changed` is when the file was; a run has one kind, and so one way to be read."""
    return _read_from(runs.folder(run_id))


@st.cache_data(max_entries=4, ttl="1h", show_spinner=False)
def test_documents(run_id: str) -> pd.DataFrame:
    """Test documents, those the model is surest of first. Columns: row, text, label, predicted, confidence."""
    table = pd.read_csv(
        runs.folder(run_id) / "test_predictions.csv",
        dtype={"text": str, "label": str, "predicted": str},
        keep_default_na=False,
        encoding="utf-8-sig",
    )
    table[["label", "predicted"]] = table[["label", "predicted"]].replace(NONE, "")
    return table.sort_values("confidence", ascending=False)


def evaluations(model: str) -> list[Run]:
    """Evaluation runs of a trained model, newest first."""
    return [run for run in runs.recent(LATEST_EVALUATIONS, "evaluate") if run.config.get("model_run") == model]


def tested_languages(model: str) -> set[str]:
    """The languages of the tables that a trained model was tested on."""
    languages = set[str]()
    for run in evaluations(model):
        if run.status == "succeeded":
            with contextlib.suppress(RunError):  # one that cannot be read says nothing
                languages.update(evaluation(run.id).languages)
    return languages


def encoder_title(record: TrainingRecord) -> Markdown:
    """The encoder of a result in the reader's words, with the name its makers gave it."""
    key, name = record.encoder.key, plain(record.encoder.name)
    return name if key is None else t("encoder.named", title=Markdown(text.local(CARDS[key].title)), name=name)


def reach(record: TrainingRecord) -> Markdown:
    """How much of a document the encoder of a result reads: words of English, characters of Japanese."""
    card = CARDS[record.encoder.key or DEFAULT]
    windows = MOST_WINDOWS if record.long_texts == "windows" else 1
    size = windows * card.max_length * card.bytes_per_token
    words, characters = (f"{10 * round(size / unit / 10)}" for unit in (BYTES_PER_WORD, BYTES_PER_CHARACTER))
    if "ja" not in card.languages:
        return t("encoder.reach", words=words)
    return t("encoder.reach_japanese", words=words, characters=characters)


def source_titles(record: TrainingRecord) -> list[str]:
    """Names of a result's sources in the reader's language, in the order of its columns."""
    titles = {card.name: text.local(card.title) for card in catalog.cards(record.encoder.key or DEFAULT)}
    return [t("sources.own") if name == "own" else titles.get(name, name) for name in record.source_names]
