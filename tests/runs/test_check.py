"""A check run: the thorough findings of a stored table, looked for by a process."""

from __future__ import annotations

import json

import pytest

from scalearn_core import runs
from scalearn_core.checks.thorough import thorough
from scalearn_core.data.mapping import Mapping
from scalearn_core.errors import RunError
from scalearn_core.jobs.check import read_findings
from scalearn_core.runs.kinds import lane_of
from scalearn_core.storage.locks import holding
from scalearn_core.workspace.datasets import load_dataset, save_dataset
from tests.core.checks.planted import with_wrong_labels


def stored() -> str:
    dataset, _ = with_wrong_labels(300, 3, 0.05)
    return save_dataset(
        dataset.frame.to_csv(index=False).encode(),
        Mapping(text="text", label="label", blanks="leave_out"),
        filename="t.csv",
    )


def checked(dataset_id: str) -> runs.Run:
    """The run of a check, once its process is gone."""
    run_id = runs.submit("check", {"dataset": dataset_id, "seed": 13}, title="t.csv")
    with holding(runs.folder(run_id) / "alive.lock"):
        return runs.get(run_id)


def test_a_process_finds_what_a_call_finds() -> None:
    dataset_id = stored()
    ended = checked(dataset_id)
    assert ended.status == "succeeded", ended.error_text
    assert (ended.progress, ended.stage) == (1.0, "suspicious_labels")
    dataset = load_dataset(dataset_id)
    assert read_findings(ended.id) == thorough(dataset, seed=13) != []
    kept = json.loads((runs.folder(ended.id) / "findings.json").read_text("utf-8"))
    assert (kept["documents"], kept["fingerprint"]) == (300, dataset.fingerprint)


def test_it_does_not_wait_behind_a_training() -> None:
    assert lane_of("check") != lane_of("train")


def test_a_dataset_that_is_gone_is_named() -> None:
    ended = checked("0" * 16)
    assert (ended.status, ended.error_code) == ("failed", "data.unknown_dataset")
    with pytest.raises(RunError):
        read_findings("no run")
