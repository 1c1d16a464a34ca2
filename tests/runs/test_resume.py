"""A worker killed with -9 at random moments: the run is resumed, and ends with the same bytes."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pandas as pd
import pytest

from scalearn_core import runs
from scalearn_core.runs.compared import compare
from scalearn_core.workspace.uploads import save_upload
from tests.core.tiny import dataset
from tests.runs.polling import wait_until
from tests.runs.resuming import asked_of, kill_at_random

PATIENT_SECONDS = 300.0


def succeeded(run_id: str) -> None:
    wait_until(lambda: not runs.get(run_id).active, f"the end of {run_id}", seconds=PATIENT_SECONDS)
    assert runs.get(run_id).status == "succeeded", runs.log_tail(run_id)


def test_a_training_that_was_killed_ends_as_an_undisturbed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCALEARN_CHECKPOINT_SECONDS", "0")
    config = asked_of(tmp_path)
    undisturbed = runs.submit("train", config)
    succeeded(undisturbed)
    took = (runs.get(undisturbed).finished_at or 0.0) - (runs.get(undisturbed).started_at or 0.0)
    for number in range(2):
        killed = runs.rerun(undisturbed)
        if kill_at_random(killed, random.Random(number), took):
            assert runs.get(killed).status == "interrupted"
            runs.resume(killed)
        succeeded(killed)
        assert compare(undisturbed, killed).identical, compare(undisturbed, killed)
        assert not (runs.folder(killed) / "checkpoint").exists()
        assert not [*runs.folder(killed).rglob(".*")], "no draft is left"


def test_a_prediction_and_a_study_that_were_killed_end_as_undisturbed_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCALEARN_CHECKPOINT_SECONDS", "0")
    trained = runs.submit("train", asked_of(tmp_path))
    succeeded(trained)
    texts = [f"{text} {number % 8_000}" for number, text in enumerate(dataset(10_000).frame["text"])]
    texts[7] = " "
    content = pd.DataFrame({"n": range(10_000), "text": texts}).to_csv(index=False).encode()
    predicting = {"model_run": trained, "upload": save_upload(content), "text": "text", "device": "cpu"}
    asked = {
        "predict": (predicting, "answers/*.parquet"),
        "study": ({"model_run": trained, "study": "seeds", "device": "cpu"}, "loop-1.safetensors"),
    }
    for kind, (config, kept) in asked.items():
        undisturbed = runs.submit(kind, config)
        succeeded(undisturbed)
        killed = runs.rerun(undisturbed)
        checkpoint = runs.folder(killed) / "checkpoint"
        wait_until(lambda c=checkpoint, k=kept: any(c.glob(k)), "something kept", PATIENT_SECONDS)  # type: ignore[misc]
        pid = runs.get(killed).pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda run=killed: not runs.get(run).active, "its end")  # type: ignore[misc]
        assert runs.get(killed).status == "interrupted"
        known = {path.name: path.stat().st_mtime_ns for path in checkpoint.rglob("*.parquet")}
        runs.resume(killed)
        succeeded(killed)
        assert compare(undisturbed, killed).identical, compare(undisturbed, killed)
        assert not checkpoint.exists() and bool(known) == (kind == "predict")
        if kind == "predict":
            rows = pd.read_csv(runs.folder(killed) / "predictions.csv", dtype=str)
            assert rows["row"].tolist() == [str(number) for number in range(2, 10_002)], "none lost, none doubled"
            assert rows["n"].tolist() == [str(number) for number in range(10_000)]
