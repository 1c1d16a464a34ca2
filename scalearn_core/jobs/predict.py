"""A prediction run: classify an uploaded table in its own process."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.config import BULK
from scalearn_core.data.column_checks import check_column
from scalearn_core.data.mapping import columns_of
from scalearn_core.evidence.places import check_below
from scalearn_core.prediction.bulk_table import BulkPredictor
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.records.tables import PredictionRecord
from scalearn_core.runs.folders import CHECKPOINT, write_json
from scalearn_core.storage.codec import to_json
from scalearn_core.tables.export import beyond_spreadsheet, write_csv
from scalearn_core.tables.reader import read_table
from scalearn_core.tables.reading import Reading
from scalearn_core.watch.tables import keep_table
from scalearn_core.workspace.uploads import take_upload

ANSWERS = "answers.safetensors"
"""In the folder of the checkpoint: what is known so far at speed "bulk"."""


def run(config: dict[str, Any], folder: Path, report: runs.Reporter) -> None:
    """Classify as `config` asks (`docs/formats.md`); write `predictions.csv` and `result.json`."""
    started = time.monotonic()
    report.stage("loading", 0.0)
    table = read_table(take_upload(config["upload"], folder), reading=Reading.of(config))
    for column in columns_of(config["text"]):
        check_column(list(table.frame.columns), column)
    model, device = runs.folder(config["model_run"]) / "model", config.get("device") or "cpu"
    speed, same = config.get("speed") or "auto", None
    bulk = BulkPredictor.load(model) if speed == BULK and device == "cpu" else None
    progress = _Progress(report)
    if bulk:
        classified, same = bulk.predict_table(
            table.frame, config["text"], progress.on_share, folder / CHECKPOINT / ANSWERS
        )
        labels, separator = bulk.model.labels, bulk.model.separator
    else:
        predictor = Predictor.load(model, device, "exact" if speed == "exact" else "auto")
        count = len(table.frame)
        classified = predictor.predict_table(
            table.frame, config["text"], lambda done: progress.on_share(done / count)
        )
        labels, separator = predictor.labels, predictor.model.separator
    confidences, counts = classified.confidences, classified.counts(separator)
    below = check_below(model)
    write_csv(classified.with_check(below), folder / "predictions.csv")
    keep_table(model, table.frame, config["text"], classified, separator)
    write_json(
        folder / "result.json",
        to_json(
            PredictionRecord(
                n=int((confidences != "").sum()),
                without_text=int((confidences == "").sum()),
                without_label=int(classified.got_none.sum()),
                rejected=len(table.rejected),
                beyond_spreadsheet=len(beyond_spreadsheet(classified.frame)),
                class_counts={label: counts[label] for label in labels},
                low_confidence=sum(float(value) < below for value in confidences if value),
                seconds=round(time.monotonic() - started, 2),
                same_answers=same,
                check_below=below,
            )
        ),
    )


class _Progress:
    """Tells how far the classifying is, which begins when this is made, and how long the rest takes."""

    def __init__(self, report: runs.Reporter) -> None:
        report.stage("predicting", 0.05)
        self._report, self._began = report, time.monotonic()

    def on_share(self, share: float) -> None:
        elapsed = time.monotonic() - self._began
        self._report.progress(0.05 + 0.95 * share, elapsed / share * (1 - share) if share else None)
