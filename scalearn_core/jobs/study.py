"""A study as a run: in a process of its own, with progress, and kept beside the model it studies."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.devices import find
from scalearn_core.evidence.trained import keep, load_trained
from scalearn_core.runs.folders import CHECKPOINT, CONFIG, write_json
from scalearn_core.storage.codec import to_json
from scalearn_core.studies.run import run_study
from scalearn_core.training.checkpoints import kept_in
from scalearn_core.workspace.datasets import load_dataset
from scalearn_core.workspace.test_set_use import note_test_set_use


def run(config: dict[str, Any], folder: Path, report: runs.Reporter) -> None:
    """Ask what `config` names of the model of `config["model_run"]` (`docs/formats.md`)."""
    report.stage("loading", 0.0)
    evidence = runs.folder(config["model_run"])
    training_config = json.loads((evidence / CONFIG).read_text("utf-8"))["config"]
    device = find(config.get("device")).kind
    trained_model = load_trained(evidence, evidence / "model", load_dataset(training_config["dataset"]), device)
    report.stage("study", 0.05)
    began = time.monotonic()

    def on_progress(share: float) -> None:
        elapsed = time.monotonic() - began
        report.progress(0.05 + 0.95 * share, elapsed / share * (1 - share) if share > 0.02 else None)

    with kept_in(folder / CHECKPOINT, config | {"device": device}):
        answer = run_study(config["study"], trained_model, on_progress)
    answer = replace(answer, seconds=round(time.monotonic() - began, 2))
    asked_of = {"study": config["study"], "model_run": config["model_run"]}
    write_json(folder / "result.json", to_json(answer) | asked_of)
    note_test_set_use(training_config["dataset"], folder.name, "study")
    keep(runs.folder(config["model_run"]), config["study"], answer)  # says so if the model is gone meanwhile
