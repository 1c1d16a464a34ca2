"""`result.json` of any release, read as a full record of this one: nobody else asks how old a file is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scalearn_core.encoders.cards import DEFAULT
from scalearn_core.errors import RunError
from scalearn_core.evaluation.comparison import Comparison
from scalearn_core.evaluation.verdict import judge
from scalearn_core.records.forecast import ForecastRecord
from scalearn_core.records.tables import PredictionRecord, TableEvaluation
from scalearn_core.records.training import FORMAT, TrainingRecord
from scalearn_core.storage.codec import from_json, to_json

FILE = "result.json"
Stored = dict[str, Any]
"""A file as it was written, whatever its age."""


def read_training(folder: Path) -> TrainingRecord:
    """What a training left in `folder`.

    Raises:
        OSError, ValueError: it is not there, or no result of a training.
        RunError: `run.result_newer`, if a later release wrote it.
    """
    stored = _read(folder)
    if type(stored.get("format")) is int and stored["format"] > FORMAT:
        raise RunError("run.result_newer", run=folder.name)
    return training_of(stored)


def read_forecast(folder: Path) -> ForecastRecord:
    """What a forecast run left. Raises as `read_training`."""
    stored = _read(folder)
    return from_json(ForecastRecord, stored | {"start": _start(stored.get("start"))})


def read_evaluation(folder: Path) -> TableEvaluation:
    """What an evaluation run left. Raises as `read_training`."""
    stored = _read(folder)
    _complete(stored)
    return from_json(TableEvaluation, _EVALUATION | stored)


def read_prediction(folder: Path) -> PredictionRecord:
    """What a prediction run left. Raises as `read_training`."""
    return from_json(PredictionRecord, {"without_label": 0, "beyond_spreadsheet": 0} | _read(folder))


def training_of(stored: Stored) -> TrainingRecord:
    """The record of a training from the content of its file. Raises ValueError: it is none."""
    try:
        return from_json(TrainingRecord, upgraded(stored))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no result of a training: {error}") from error


def upgraded(stored: Stored) -> Stored:
    """The content of a training's file with the keys of this release; what was not kept then is empty or None."""
    if stored["format"] >= FORMAT:
        return stored
    result: Stored = json.loads(json.dumps(stored))  # what was given stays as it is
    _complete(result)
    if result["format"] == 1:
        result |= _with_verdict(result)
    result = _ADDED | result
    return result | {
        "format": FORMAT,
        "dataset": _DATASET | result["dataset"],
        "encoder": {"key": DEFAULT} | result["encoder"],
        "scales": {"dimensions": None} | result["scales"],
        "start": _start(result["start"]),
    }


_ADDED: Stored = {
    "comparison_tfidf": None, "comparison_single_source": None, "comparison_control": None, "confidence": None,
    "forecast": [], "start": None, "languages": {}, "scores_by_language": [], "split": None, "long_texts": "head",
    "thresholds": None, "fast_mode": None,
}  # fmt: skip
"""Keys that came with later releases, with what they hold where that was not measured."""
_DATASET: Stored = {"separator": None, "kept_out": 0, "cut": 0, "unknown_share": 0.0}
_EVALUATION: Stored = {
    "frozen_head": None, "majority": None, "comparison": None, "languages": {}, "training_languages": {},
    "cross_language": False, "unread_languages": [], "scores_by_language": [], "same_table": False,
    "learned_from": None,
}  # fmt: skip


def _read(folder: Path) -> Stored:
    stored = json.loads((folder / FILE).read_text("utf-8"))
    if not isinstance(stored, dict):
        raise ValueError(f"{FILE} is no object")
    return stored


def _complete(stored: Stored) -> None:
    """Fill what reports and comparisons lack, wherever they stand."""
    for part in _parts(stored):
        if "per_class" in part:
            part.setdefault("micro_f1", part["accuracy"])
        if part.get("metric") == "macro_f1" and "disagreements" not in part:
            part["disagreements"] = int(not part["low"] == part["high"] == 0)  # at least one


def _parts(content: object) -> Iterator[Stored]:
    """Every object within a file, the file itself first."""
    if isinstance(content, dict):
        yield content
    inner = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    for each in inner:
        if isinstance(each, (dict, list)):
            yield from _parts(each)


def _with_verdict(result: Stored) -> Stored:
    """What a result of the first releases (format 1), which knew neither control nor verdict, is judged to say."""
    start, control = result.get("forecast"), result.pop("comparison_own_adapter", None)
    promised = bool(start and start["strengths"])
    verdict = judge(
        from_json(Comparison, result["comparison"]),
        None if control is None else from_json(Comparison, control),
        promised=promised,
        documents=result["dataset"]["counts"]["test"],
    )
    return {
        "forecast": [],
        "start": None if start is None else {"share": 0.5, "promised": promised, **start},
        "comparison_control": control,
        "confidence": None,
        "verdict": to_json(verdict),
    }


def _start(stored: Stored | None) -> Stored | None:
    return None if stored is None else {"by_chance": None, **stored}
