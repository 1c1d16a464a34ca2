"""A prediction run: classify an uploaded table in its own process."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.config import UNSURE
from scalearn_core.data.column_checks import check_column
from scalearn_core.data.mapping import columns_of
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.records.tables import PredictionRecord
from scalearn_core.runs.folders import write_json
from scalearn_core.storage.codec import to_json
from scalearn_core.tables.export import beyond_spreadsheet, write_csv
from scalearn_core.tables.reader import read_table
from scalearn_core.tables.reading import Reading
from scalearn_core.watch.tables import keep_table
from scalearn_core.workspace.uploads import take_upload


def run(config: dict[str, Any], folder: Path, report: runs.Reporter) -> None:
    """Classify as `config` asks (`docs/formats.md`); write `predictions.csv` and `result.json`."""
    started = time.monotonic()
    report.stage("loading", 0.0)
    table = read_table(take_upload(config["upload"], folder), reading=Reading.of(config))
    for column in columns_of(config["text"]):
        check_column(list(table.frame.columns), column)
    predictor = Predictor.load(runs.folder(config["model_run"]) / "model", config.get("device") or "cpu")
    report.stage("predicting", 0.05)
    began, count = time.monotonic(), len(table.frame)

    def on_progress(done: int) -> None:
        elapsed = time.monotonic() - began
        report.progress(0.05 + 0.95 * done / count, elapsed / done * (count - done))

    classified = predictor.predict_table(table.frame, config["text"], on_progress)
    confidences, counts = classified.confidences, classified.counts(predictor.model.separator)
    write_csv(classified.frame, folder / "predictions.csv")
    model_folder = runs.folder(config["model_run"]) / "model"
    keep_table(model_folder, table.frame, config["text"], classified, predictor.model.separator)
    write_json(
        folder / "result.json",
        to_json(
            PredictionRecord(
                n=int((confidences != "").sum()),
                without_text=int((confidences == "").sum()),
                without_label=int(classified.got_none.sum()),
                rejected=len(table.rejected),
                beyond_spreadsheet=len(beyond_spreadsheet(classified.frame)),
                class_counts={label: counts[label] for label in predictor.labels},
                low_confidence=sum(float(value) < UNSURE for value in confidences if value),
                seconds=round(time.monotonic() - started, 2),
            )
        ),
    )
