"""Levers on a trained model of the workspace: the board to try them on, and the run that saves what was found."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file

from scalearn_core import runs
from scalearn_core.baselines.frozen_head import unit
from scalearn_core.baselines.majority import predict_majority
from scalearn_core.baselines.tfidf import predict_tfidf
from scalearn_core.data.dataset import Split
from scalearn_core.data.workspace import load_dataset
from scalearn_core.devices import find
from scalearn_core.evaluation.by_language import scores_by_language
from scalearn_core.evaluation.comparison import compare_predictions
from scalearn_core.evaluation.report import evaluate_predictions
from scalearn_core.prediction.fast import measure_fast_mode
from scalearn_core.runs.folders import CONFIG
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.studies.setting import Setting, load_setting
from scalearn_core.training.pipeline import CONTRIBUTION_DOCUMENTS, Outcome
from scalearn_core.training.stage_one import embed
from scalearn_core.transfer.contributions import contribution_map
from scalearn_core.transfer.dimensions import summary_of
from scalearn_core.transfer.levers import LeverBoard, Levers, turned
from scalearn_core.transfer.watched import divide_test, watched

PROBABILITIES = "test_probabilities.safetensors"
_KEPT = (
    "format", "device", "dataset", "encoder", "languages", "recipe", "variant", "seed", "own_adapter", "sources",
    "parameter_counts", "history", "best_epoch", "stopped_early", "forecast", "start", "single_source",
)  # fmt: skip
"""What a model with levers has in common with the one it was made from; all else is measured anew or left out."""


def open_setting(run_id: str, device: str | None) -> Setting:
    """A trained model of the workspace with its documents, the watched ones no longer among those to test on.

    Raises:
        RunError, ModelError, DataError: the run, its model or its table is gone, damaged or too small.
    """
    evidence = runs.folder(run_id)
    asked = json.loads((evidence / CONFIG).read_text("utf-8"))["config"]
    dataset = load_dataset(asked["dataset"])
    setting = load_setting(evidence, evidence / "model", dataset, find(device).kind)
    return Setting(setting.model, divide_test(setting.dataset), setting.result, setting.frozen_head)


def open_board(run_id: str) -> LeverBoard:
    """The board of a trained model, on the CPU. Raises as `open_setting`."""
    setting = open_setting(run_id, "cpu")
    return LeverBoard(setting.model, watched(setting.dataset))


def run(config: dict[str, Any], folder: Path, report: runs.Reporter) -> None:
    """Save the model of `config["from_run"]` with `config["levers"]` and its evidence (`docs/formats.md`)."""
    started = time.monotonic()
    report.stage("loading", 0.0)
    setting = open_setting(config["from_run"], config.get("device"))
    levers = Levers.from_dict(config["levers"])
    board = LeverBoard(setting.model, watched(setting.dataset))
    report.stage("evaluation", 0.2)
    look = board.look(levers, seed=setting.result["seed"])
    outcome = _outcome(setting, levers, runs.folder(config["from_run"]), report)
    origin = {"from_run": config["from_run"], "from_title": config["from_title"]}
    outcome.result["levers"] |= origin | {"watched": look}
    outcome.result["run_id"] = folder.name
    taken = time.monotonic() - started
    outcome.result["seconds"] |= {"evaluation": round(taken, 2), "total": round(taken, 2)}
    outcome.learned_from = [*outcome.learned_from, *board.split.texts]  # who turned the levers chose with these
    outcome.save(folder / "model", evidence=folder)


def _outcome(setting: Setting, levers: Levers, evidence: Path, report: runs.Reporter) -> Outcome:
    """Turn the scales of the model for good, and score it on the documents nobody watched."""
    model, test, seed = setting.model, setting.test, setting.result["seed"]
    labels = setting.dataset.labels
    before = model.predict_proba(test.texts).argmax(1)
    with torch.no_grad():
        model.scales.omega.copy_(turned(model, levers))
    model.training_record = {**model.training_record, "levers": levers.to_dict()}
    probabilities = model.predict_proba(test.texts)
    report.stage("baselines", 0.4)
    predicted = {"scalearn": probabilities.argmax(1)} | _others(setting, test, evidence)
    report.stage("evaluation", 0.6)
    model.fast_mode = measure_fast_mode(model, setting.train.texts, test.texts, test.targets)

    def compared(other: NDArray[np.int64]) -> dict[str, Any]:
        return compare_predictions(
            test.targets, predicted["scalearn"], other, n_classes=len(labels), seed=seed
        ).to_dict()

    texts = setting.dataset.frame["text"].tolist()
    chosen = np.linspace(0, len(texts) - 1, min(len(texts), CONTRIBUTION_DOCUMENTS)).round().astype(int)
    result = {key: setting.result[key] for key in _KEPT if key in setting.result} | {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": dict(setting.result["seconds"]),
        "scores": {
            name: evaluate_predictions(test.targets, values, labels, seed=seed).to_dict()
            for name, values in predicted.items()
        },
        "scores_by_language": scores_by_language(test.texts, test.targets, predicted, labels, seed=seed),
        "comparison": compared(predicted["frozen_head"]) | {"against": "frozen_head"},
        "comparison_tfidf": compared(predicted["tfidf"]) | {"against": "tfidf"},
        "comparison_own_adapter": (
            compared(predicted["own_adapter"]) | {"against": "own_adapter"} if "own_adapter" in predicted else None
        ),
        "fast_mode": {key: value for key, value in model.fast_mode.items() if key != "ranges"},
        "scales": setting.result["scales"] | _scales(model, [texts[i] for i in chosen]),
        "levers": levers.to_dict()
        | {
            "learned": evaluate_predictions(test.targets, before, labels, seed=seed).to_dict(),
            "comparison": compared(before) | {"against": "learned"},
        },
    }
    counts = setting.result["dataset"]["counts"] | {"test": len(test)}
    result["dataset"] = setting.result["dataset"] | {"counts": counts}
    table = _table(test, predicted["scalearn"], probabilities)
    learned_from = [*setting.train.texts, *setting.validation.texts]
    return Outcome(model, result, table, setting.frozen_head, learned_from)


def _others(setting: Setting, test: Split, evidence: Path) -> dict[str, NDArray[np.int64]]:
    """What the methods it is compared with said of these documents, `[documents]` each.

    Results of before did not keep that: then those that take seconds are asked again, and the others left out.
    """
    if (evidence / PROBABILITIES).is_file():
        table = pd.read_csv(evidence / "test_predictions.csv", usecols=["row"], encoding="utf-8-sig")
        place = {row: index for index, row in enumerate(table["row"].tolist())}
        taken = [place[row] for row in test.rows]
        kept = load_file(evidence / PROBABILITIES)
        return {
            name.removeprefix("predicted."): kept[name][taken]
            for name in sorted(kept)
            if name.startswith("predicted.") and name != "predicted.scalearn"
        }
    encoder = setting.model.encoder
    return {
        "frozen_head": setting.frozen_head.predict(unit(embed(encoder, encoder.tokenize(test.texts)))),
        "tfidf": predict_tfidf(setting.train, setting.validation, test.texts, seed=setting.result["seed"]),
        "majority": predict_majority(setting.train, test.texts),
    }


def _scales(model: ScaLearnModel, texts: list[str]) -> dict[str, Any]:
    """The part of `result["scales"]` that hangs on where the levers stand."""
    found = contribution_map(model, texts)
    return {
        "dimensions": summary_of(model.scales),
        "raw": found.raw.tolist(),
        "contribution": found.contribution.tolist(),
        "output_size": found.output_size.tolist(),
        "documents": len(texts),
    }


def _table(test: Split, predicted: NDArray[np.int64], probabilities: NDArray[np.float32]) -> pd.DataFrame:
    """`test_predictions.csv` of the documents nobody watched."""
    return pd.DataFrame(
        {
            "row": test.rows,
            "text": test.texts,
            "label": [test.labels[index] for index in test.targets],
            "predicted": [test.labels[index] for index in predicted],
            "confidence": probabilities.max(1).astype(np.float64).round(4),
        }
    )
