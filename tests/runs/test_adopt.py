"""A run that was done elsewhere is listed as one that succeeded."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalearn_core import runs
from scalearn_core.config import workspace


def test_it_stands_among_the_runs_with_its_files() -> None:
    def fill(folder: Path) -> None:
        (folder / "result.json").write_text("{}")

    run_id = runs.adopt("train", {"dataset": "d"}, title="Ready", fill=fill)
    run = runs.get(run_id)
    assert (run.status, run.title, run.config, run.progress) == ("succeeded", "Ready", {"dataset": "d"}, 1.0)
    assert [listed.id for listed in runs.recent(kind="train")] == [run_id]
    assert (runs.folder(run_id) / "result.json").read_text() == "{}"
    runs.delete(run_id)
    assert runs.recent() == []


def test_one_that_cannot_be_filled_leaves_nothing() -> None:
    def fill(folder: Path) -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        runs.adopt("train", {}, title="Ready", fill=fill)
    assert runs.recent() == []
    assert list((workspace() / "runs").glob("*")) == []
