"""Levers on a trained model of the workspace: the board to try them on, and the run that saves a setting."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from scalearn_core import runs
from scalearn_core.data.split import Split
from scalearn_core.devices import find
from scalearn_core.errors import ModelError
from scalearn_core.evaluation.comparison import compare_predictions
from scalearn_core.evaluation.predictions import prediction_table
from scalearn_core.evaluation.report import evaluate_predictions
from scalearn_core.evaluation.stored_probabilities import load_test_probabilities
from scalearn_core.evidence.familiar import keep_familiar
from scalearn_core.evidence.pipeline import Outcome
from scalearn_core.evidence.result import measure
from scalearn_core.evidence.trained import TrainedModel, load_trained
from scalearn_core.evidence.when import made_now
from scalearn_core.explain.held_back import divide_test, watched
from scalearn_core.explain.lever_settings import Levers
from scalearn_core.explain.levers import LeverBoard, turned
from scalearn_core.onnx_graph.fast_mode import measure_fast_mode
from scalearn_core.records.levers import LeverLook, LeversRecord
from scalearn_core.records.studies import Studies
from scalearn_core.records.training import FORMAT
from scalearn_core.runs.folders import CONFIG
from scalearn_core.targets import Targets
from scalearn_core.workspace.datasets import load_dataset
from scalearn_core.workspace.test_set_use import note_test_set_use


def open_setting(run_id: str, device: str | None) -> TrainedModel:
    """A trained model of the workspace with its documents, the watched ones no longer among those to test on.

    Raises:
        RunError, ModelError, DataError: the run, its model or its table is gone, damaged or too small.
    """
    evidence, dataset = runs.folder(run_id), load_dataset(dataset_of(run_id))
    trained_model = load_trained(evidence, evidence / "model", dataset, find(device).kind)
    return TrainedModel(
        trained_model.model, divide_test(trained_model.dataset), trained_model.result, trained_model.frozen_head
    )


def dataset_of(run_id: str) -> str:
    """Id of the dataset that a training learns from."""
    config: dict[str, Any] = json.loads((runs.folder(run_id) / CONFIG).read_text("utf-8"))["config"]
    return str(config["dataset"])


def open_board(run_id: str) -> LeverBoard:
    """The board of a trained model, on the CPU. Raises as `open_setting`."""
    trained_model = open_setting(run_id, "cpu")
    return LeverBoard(trained_model.model, watched(trained_model.dataset))


def run(config: dict[str, Any], folder: Path, report: runs.Reporter) -> None:
    """Save the model of `config["from_run"]` with `config["levers"]` and its evidence (`docs/formats.md`)."""
    started = time.monotonic()
    report.stage("loading", 0.0)
    trained_model = open_setting(config["from_run"], config.get("device"))
    levers = Levers.from_dict(config["levers"])
    board = LeverBoard(trained_model.model, watched(trained_model.dataset))
    report.stage("evaluation", 0.2)
    look = board.look(levers, seed=trained_model.result.seed)
    outcome = _outcome(trained_model, levers, look, config, report)
    elapsed = round(time.monotonic() - started, 2)
    seconds = outcome.result.seconds | {"evaluation": elapsed, "total": elapsed}
    outcome.result = replace(outcome.result, seconds=seconds, run_id=folder.name)
    outcome.learned_from = [*outcome.learned_from, *board.split.texts]  # who turned the levers chose with these
    outcome.save(folder / "model", evidence=folder)
    note_test_set_use(dataset_of(config["from_run"]), folder.name, "training")


def _outcome(
    trained_model: TrainedModel, levers: Levers, look: LeverLook, config: dict[str, Any], report: runs.Reporter
) -> Outcome:
    """Turn the scales of the model for good, and score it on the documents nobody watched."""
    model, test, before = trained_model.model, trained_model.test, trained_model.result
    predicted = others_on(test, runs.folder(config["from_run"]))
    documents = trained_model.documents
    learned = model.decide(model.predict_proba_of(documents.test.tokens))
    with torch.no_grad():
        model.scales.omega.copy_(turned(model, levers))
    model.training_record = {**model.training_record, "levers": levers.to_dict()}
    probabilities = model.predict_proba_of(documents.test.tokens)
    predicted["scalearn"] = now = model.decide(probabilities)
    report.progress(0.5)
    model.fast_mode = measure_fast_mode(model, documents.train.tokens, documents.test.tokens, test.targets)
    keep_familiar(model, documents, before.seed)
    report.progress(0.7)
    assert before.comparison_control and before.comparison_control.against and before.start
    measured = measure(
        model,
        documents,
        probabilities,
        predicted,
        control=before.comparison_control.against,
        promised=before.start.promised,
        recipe=before.recipe,
        seed=before.seed,
    )
    compared = compare_predictions(test.targets, now, learned, n_classes=len(test.labels), seed=before.seed)
    result = replace(
        before,
        format=FORMAT,
        **vars(measured),
        created=made_now(),
        dataset=replace(before.dataset, counts=replace(before.dataset.counts, test=len(test))),
        levers=LeversRecord(
            **levers.to_dict(),
            learned=evaluate_predictions(test.targets, learned, test.labels, seed=before.seed),
            comparison=replace(compared, against="learned"),
            from_run=config["from_run"],
            from_title=config["from_title"],
            watched=look,
        ),
        studies=Studies(),
    )
    table = prediction_table(test, probabilities, now)
    learned_from = [*trained_model.train.texts, *trained_model.validation.texts]
    return Outcome(
        model, result, table, probabilities, test.targets, predicted, trained_model.frozen_head, learned_from
    )  # fmt: skip


def others_on(test: Split, evidence: Path) -> dict[str, Targets]:
    """What the methods it is compared with said of these documents (`targets.py`).

    Raises:
        ModelError: `study.no_evidence`, for a result of an earlier release, which did not keep that.
    """
    kept = load_test_probabilities(evidence)
    if kept is None:
        raise ModelError("study.no_evidence", folder=evidence)
    table = pd.read_csv(evidence / "test_predictions.csv", usecols=["row"], encoding="utf-8-sig")
    place = {row: index for index, row in enumerate(table["row"].tolist())}
    places = [place[row] for row in test.rows]
    return {name: classes[places] for name, classes in kept.predicted.items() if name != "scalearn"}
