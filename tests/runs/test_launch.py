"""Processes of this machine: they outlive their parent, leave no zombie, and only ours are stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scalearn_core import runs
from scalearn_core.devices import usable_cores
from scalearn_core.errors import RunError
from scalearn_core.runs.launch import LocalLauncher, environment
from scalearn_core.runs.processes import Process
from tests.runs.polling import ended, wait_until


def process_exists(pid: int) -> bool:
    """Whether the id is in the process table; a zombie is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_run_survives_the_death_of_its_parent() -> None:
    script = (
        "import os, signal; from scalearn_core import runs;"
        "print(runs.submit('selfcheck', {'steps': 5, 'seconds_per_step': 0.05}), flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    parent = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert parent.returncode == -signal.SIGKILL
    assert ended(parent.stdout.strip()).status == "succeeded"


def test_an_ended_process_is_reaped() -> None:
    run = ended(runs.submit("selfcheck", {"steps": 1, "seconds_per_step": 0}))
    pid = run.pid
    assert pid is not None
    wait_until(lambda: not process_exists(pid), "the zombie to be reaped")


def test_a_process_that_cannot_start_is_told_and_listed_as_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(RunError) as caught:
        runs.submit("selfcheck", {})
    assert caught.value.code == "run.not_started"
    (run,) = runs.recent()
    assert (run.status, run.error_code) == ("failed", "run.not_started")


def test_nobody_is_signalled_while_the_lock_is_free() -> None:
    run_id = ended(runs.submit("selfcheck", {"steps": 1, "seconds_per_step": 0})).id
    launcher = LocalLauncher()
    wait_until(lambda: not launcher.alive(run_id, None), "the lock to be free")
    stranger = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
    try:
        launcher.stop(run_id, Process(stranger.pid, "another start"))
        with pytest.raises(subprocess.TimeoutExpired):
            stranger.wait(timeout=0.2)
    finally:
        stranger.kill()
        stranger.wait()


def test_a_relative_workspace_means_the_same_folder_to_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCALEARN_HOME", "relative")
    run_id = runs.submit("selfcheck", {"steps": 1, "seconds_per_step": 0})
    assert ended(run_id).status == "succeeded"
    assert (tmp_path / "relative" / "runs" / run_id / "result.json").is_file()


def test_runs_side_by_side_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("SCALEARN_SLOTS", raising=False)
    assert environment()["OMP_NUM_THREADS"] == str(usable_cores())
    for slots in (2, usable_cores() + 1):
        monkeypatch.setenv("SCALEARN_SLOTS", str(slots))
        threads = int(environment()["OMP_NUM_THREADS"])
        assert threads >= 1
        assert threads == 1 or threads * slots <= usable_cores()
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert environment()["OMP_NUM_THREADS"] == "3"
