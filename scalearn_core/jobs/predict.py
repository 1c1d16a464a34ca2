"""A prediction run: classify an uploaded table in its own process, a shard at a time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.data.column_checks import check_column
from scalearn_core.data.mapping import columns_of
from scalearn_core.jobs.classify import write_classified
from scalearn_core.prediction import shards
from scalearn_core.prediction.answerer import Answerer
from scalearn_core.records.tables import PredictionRecord
from scalearn_core.runs.folders import CHECKPOINT, write_json
from scalearn_core.storage.codec import to_json
from scalearn_core.tables.pieces import read_pieces
from scalearn_core.tables.reader import Table
from scalearn_core.tables.reading import Reading
from scalearn_core.workspace.uploads import take_upload

BEGIN, END = 0.05, 0.95
"""Of the whole, for the bar: where answering begins and ends."""


def run(config: dict[str, Any], folder: Path, report: runs.Reporter) -> None:
    """Classify as `config` asks (`docs/formats.md`); write `predictions.csv` and `result.json`."""
    started = time.monotonic()
    report.stage("loading", 0.0)
    rejected = 0

    def on_table(table: Table) -> None:
        nonlocal rejected
        for column in columns_of(config["text"]):
            check_column(list(table.frame.columns), column)
        rejected += len(table.rejected)
        report.check()

    pieces = read_pieces(take_upload(config["upload"], folder), Reading.of(config))
    model, device = runs.folder(config["model_run"]) / "model", config.get("device") or "cpu"
    speed = config.get("speed") or "auto"
    answerer = Answerer.load(model, device, speed)
    way = shards.way(model, device, speed)
    cut = shards.cut(pieces, config["text"], folder / CHECKPOINT, way, shards.shard_size(speed), on_table)
    shards.answer_all(answerer, cut, _Progress(report).on_share)
    written = write_classified(
        cut, model, config["text"], answerer.separator, folder / "predictions.csv",
        called=runs.get(config["model_run"]).title,
    )  # fmt: skip
    write_json(
        folder / "result.json",
        to_json(
            PredictionRecord(
                n=written.documents,
                without_text=written.without_text,
                without_label=written.without_label,
                rejected=rejected,
                beyond_spreadsheet=len(written.beyond_spreadsheet),
                class_counts={label: written.labels[label] for label in answerer.labels},
                low_confidence=written.low_confidence,
                seconds=round(time.monotonic() - started, 2),
                same_answers=shards.counts_of(cut).told() if answerer.is_bulk else None,
                check_below=written.below,
            )
        ),
    )


class _Progress:
    """Tells how far the classifying is, which begins when this is made, and how long the rest takes."""

    def __init__(self, report: runs.Reporter) -> None:
        report.stage("predicting", BEGIN)
        self._report, self._began, self._first = report, time.monotonic(), -1.0

    def on_share(self, share: float) -> None:
        if self._first < 0:  # of a run that is resumed, much may be done already
            self._first = share
        elapsed, done = time.monotonic() - self._began, share - self._first
        self._report.progress(BEGIN + (END - BEGIN) * share, elapsed / done * (1 - share) if done > 0 else None)
