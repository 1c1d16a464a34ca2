"""The process of a run: its turn, its failures, and many of them at once."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from typing import Any

import pytest

from scalearn_core import runs
from scalearn_core.errors import RunError
from scalearn_core.runs.worker import explain
from tests.runs.polling import ended, wait_until, working

LONG = {"steps": 2000, "seconds_per_step": 0.02}


@pytest.mark.parametrize(
    ("config", "status", "code"),
    [
        ({"fail": "error"}, "failed", "run.failed"),
        ({"fail": "memory"}, "failed", "run.out_of_memory"),
        ({"fail": "kill"}, "interrupted", "run.interrupted"),
        ({"steps": 0}, "failed", "run.selfcheck_numbers"),
        ({"fail": "oddly"}, "failed", "run.selfcheck_fail"),
    ],
)
def test_how_a_run_failed_is_told(config: dict[str, Any], status: str, code: str) -> None:
    run = ended(runs.submit("selfcheck", {"steps": 3, "seconds_per_step": 0, **config}))
    assert (run.status, run.error_code) == (status, code)
    assert code != "run.failed" or run.error_values["type"] == "ValueError"
    assert ("Traceback" in runs.log_tail(run.id)) == (status == "failed")


def test_lack_of_memory_is_named_whoever_noticed_it() -> None:
    assert explain(RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")).code == "run.out_of_memory"
    assert explain(RuntimeError("[enforce fail] can't allocate memory")).code == "run.out_of_memory"
    assert explain(MemoryError()).values == {"detail": "MemoryError"}
    assert explain(RuntimeError("shapes differ")).code == "run.failed"
    known = RunError("run.unknown", run="x")
    assert explain(known) is known


@pytest.mark.parametrize("kind", ["predict", "evaluate"])
def test_who_uses_a_model_does_not_wait_behind_a_training(kind: str) -> None:
    training = runs.submit("selfcheck", LONG)
    working(training)
    use = runs.submit(kind, {})
    wait_until(lambda: runs.get(use).started_at is not None, f"the {kind} run to start")
    assert runs.get(training).status == "running"


def test_two_slots_let_two_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEARN_SLOTS", "2")
    ids = [runs.submit("selfcheck", LONG) for _ in range(3)]
    wait_until(
        lambda: [runs.get(i).status for i in ids] == ["running", "running", "queued"], "two of three working"
    )


def test_twenty_runs_of_four_processes_go_one_by_one_in_order() -> None:
    script = (
        "from scalearn_core import runs\n"
        "for _ in range(5): runs.submit('selfcheck', {'steps': 2, 'seconds_per_step': 0.01})"
    )
    submitters = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(4)]
    assert [process.wait() for process in submitters] == [0] * 4
    wait_until(lambda: not any(run.active for run in runs.recent()), "all to end")
    in_order = runs.recent()[::-1]
    assert [run.status for run in in_order] == ["succeeded"] * 20
    spans = [(run.started_at or 0.0, run.finished_at or 0.0) for run in in_order]
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


def test_readers_are_never_refused_while_runs_write() -> None:
    refused: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                for run in runs.recent():
                    runs.metrics(run.id)
            except Exception as error:
                refused.append(error)

    ids = [runs.submit("selfcheck", {"steps": 20, "seconds_per_step": 0.01}) for _ in range(3)]
    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        assert [ended(run_id).status for run_id in ids] == ["succeeded"] * 3
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert refused == []


def test_waiting_takes_no_torch() -> None:
    script = "import sys, scalearn_core.runs.worker; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
