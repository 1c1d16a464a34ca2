"""The outcomes of finished runs, read from their folders once."""

from __future__ import annotations

import logging
from typing import Any

import pandas as pd
import streamlit as st

from scalearn_core import runs
from scalearn_core.adapters import catalog
from scalearn_core.config import MOST_WINDOWS
from scalearn_core.data.label_cells import NONE
from scalearn_core.encoders.cards import CARDS, DEFAULT
from scalearn_core.errors import RunError
from scalearn_core.evidence.upgrade import read_result
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

logger = logging.getLogger(__name__)


def result(run_id: str) -> dict[str, Any]:
    """`result.json` of a finished run; read again only when a study has added to it.

    Raises:
        RunError: `run.result_damaged`, `run.result_newer`.
    """
    try:
        return _read(run_id, (runs.folder(run_id) / "result.json").stat().st_mtime_ns)
    except RunError:
        raise
    except DAMAGED_FILE as error:
        logger.exception("The result of run %s cannot be read", run_id)
        raise RunError("run.result_damaged", run=run_id) from error


def readable(run_id: str) -> dict[str, Any] | None:
    """The same where many are read together: None in place of one that cannot be read."""
    try:
        return result(run_id)
    except RunError:
        return None


@st.cache_data(max_entries=16, ttl="1h", show_spinner=False)
def _read(run_id: str, changed: int) -> dict[str, Any]:
    return read_result(runs.folder(run_id))


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
    done = [run for run in evaluations(model) if run.status == "succeeded"]
    return {language for run in done for language in (readable(run.id) or {}).get("languages", ())}


def encoder_key(found: dict[str, Any]) -> str | None:
    """Which encoder of the studio a result was made with; None for one from elsewhere."""
    key: str | None = found["encoder"].get("key", DEFAULT)  # the first releases knew the default alone
    return key


def encoder_title(found: dict[str, Any]) -> Markdown:
    """The encoder of a result in the reader's words, with the name its makers gave it."""
    key, name = encoder_key(found), plain(found["encoder"]["name"])
    return name if key is None else t("encoder.named", title=Markdown(text.local(CARDS[key].title)), name=name)


def long_texts(found: dict[str, Any]) -> str:
    """How the model of a result reads documents beyond the encoder's length, one of `config.LONG_TEXTS`."""
    return str(found.get("long_texts", "head"))  # earlier releases knew no other


def reach(found: dict[str, Any]) -> Markdown:
    """How much of a document the encoder of a result reads: words of English, characters of Japanese."""
    card = CARDS[encoder_key(found) or DEFAULT]
    windows = MOST_WINDOWS if long_texts(found) == "windows" else 1
    size = windows * card.max_length * card.bytes_per_token
    words, characters = (f"{10 * round(size / unit / 10)}" for unit in (BYTES_PER_WORD, BYTES_PER_CHARACTER))
    if "ja" not in card.languages:
        return t("encoder.reach", words=words)
    return t("encoder.reach_japanese", words=words, characters=characters)


def source_titles(found: dict[str, Any]) -> list[str]:
    """Names of a result's sources in the reader's language, in the order of its columns."""
    titles = {card.name: text.local(card.title) for card in catalog.cards(encoder_key(found) or DEFAULT)}
    return [
        t("sources.own") if source["name"] == "own" else titles.get(source["name"], source["name"])
        for source in found["sources"]
    ]
