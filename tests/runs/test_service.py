"""Stopped and started as one: runs leave, and go on when the studio is back."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scalearn_core import runs
from scalearn_core.runs.service import STOPPED, resume_stopped
from tests.runs.polling import ended, wait_until, working

LONG = {"steps": 2000, "seconds_per_step": 0.02}
SERVER = [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(1000)"]


@contextmanager
def served() -> Iterator[subprocess.Popen[str]]:
    """The service around a server that does nothing, stopped at the end as a container is."""
    service = subprocess.Popen(
        [sys.executable, "-m", "scalearn_core.runs.service", *SERVER], stdout=subprocess.PIPE, text=True
    )
    assert service.stdout is not None and service.stdout.readline() == "ready\n"
    yield service
    service.send_signal(signal.SIGTERM)
    assert service.wait(timeout=60) == 0


def test_runs_leave_with_the_studio_and_go_on_with_it(workspace: Path) -> None:
    done = ended(runs.submit("selfcheck", {"steps": 1, "seconds_per_step": 0}, title="done")).id
    with served():
        first, waiting = runs.submit("selfcheck", LONG), runs.submit("selfcheck", LONG)
        working(first)
    assert [runs.get(run_id).status for run_id in (first, waiting)] == ["interrupted"] * 2
    with served():
        working(first)
        assert [runs.get(run_id).status for run_id in (done, first, waiting)] == ["succeeded", "running", "queued"]
        for run_id in (waiting, first):
            runs.cancel(run_id)
        ended(first)


def test_a_crash_of_the_machine_is_made_good_and_older_ends_are_let_alone(workspace: Path) -> None:
    old = ended(runs.submit("selfcheck", {"steps": 2, "seconds_per_step": 0, "fail": "kill"})).id
    crashed = runs.submit("selfcheck", LONG)
    process = working(crashed).process
    assert process is not None
    subprocess.run(["kill", "-9", str(process.pid)], check=True)
    wait_until(lambda: subprocess.run(["kill", "-0", str(process.pid)], stderr=-3).returncode != 0, "its death")
    (workspace / STOPPED).write_text('["20200101-000000-aaaaaa", 3]')
    assert resume_stopped() == [crashed]
    assert runs.get(old).status == "interrupted"
    runs.cancel(crashed)
    ended(crashed)
