"""A worker killed with -9 at random moments: the run is resumed, and ends with the same bytes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from scalearn_core import runs
from scalearn_core.runs.compared import compare
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
