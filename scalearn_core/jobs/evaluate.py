"""An evaluation run: a trained model on another table with labels, in its own process."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.mapping import Mapping
from scalearn_core.evidence.other_table import evaluate_on_table
from scalearn_core.evidence.reference import load_reference
from scalearn_core.runs.folders import CONFIG, write_json
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import to_json
from scalearn_core.tables.export import write_csv
from scalearn_core.tables.reading import Reading
from scalearn_core.workspace.test_set_use import note_test_set_use
from scalearn_core.workspace.uploads import take_upload


def run(config: dict[str, Any], folder: Path, report: runs.Reporter) -> None:
    """Evaluate as `config` asks (`docs/formats.md`); write `predictions.csv` and `result.json`."""
    started = time.monotonic()
    report.stage("loading", 0.0)
    evidence = runs.folder(config["model_run"])
    model = ScaLearnModel.load(evidence / "model").to(config.get("device") or "cpu")
    dataset = TextDataset.from_table(
        take_upload(config["upload"], folder),
        Mapping(text=config["text"], label=config["label"], blanks="leave_out", separator=model.separator),
        reading=Reading.of(config),
        to_learn=False,
        name=config["name"],
    )
    reference = load_reference(evidence, model)
    report.stage("evaluation", 0.05)
    began, count = time.monotonic(), len(dataset.frame)

    def on_progress(done: int) -> None:
        elapsed = time.monotonic() - began
        report.progress(0.05 + 0.95 * done / count, elapsed / done * (count - done))

    evaluation = evaluate_on_table(model, reference, dataset, on_progress=on_progress)
    write_csv(evaluation.predictions, folder / "predictions.csv")
    seconds = round(time.monotonic() - started, 2)
    result = replace(evaluation.result, model_run=config["model_run"], seconds=seconds)
    write_json(folder / "result.json", to_json(result))
    if result.same_table:  # the test documents are among those of the table
        training_config = json.loads((evidence / CONFIG).read_text("utf-8"))["config"]
        note_test_set_use(training_config["dataset"], folder.name, "evaluation")
