"""The process of a run on this machine: start it, see whether it lives, stop it.

The submitter takes the run's lock first, then writes the row, then starts the process, which
inherits the lock. So there is no moment at which a live run looks dead, and a submitter that
dies half-way leaves a run that reads as interrupted. On a cluster the process that is started here
only waits for the work there (`on_ray.py`): whether it lives, and how it is stopped, is the same.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from scalearn_core.audit.person import VARIABLE, acting
from scalearn_core.config import workspace
from scalearn_core.devices import usable_cores
from scalearn_core.errors import RunError
from scalearn_core.runs.folders import LOCK, LOG, run_folder
from scalearn_core.runs.kinds import LONG, RAY, slots_of
from scalearn_core.runs.processes import Process, lives
from scalearn_core.storage.locks import is_held

PROJECT_ROOT = Path(__file__).resolve().parents[2]
_STOP_SECONDS = 1.0
_POLL_SECONDS = 0.05

logger = logging.getLogger(__name__)


def wait_for_end(launcher: LocalLauncher, run_id: str, process: Process | None, seconds: float) -> bool:
    """Wait until no process of the run lives; False if one still does after `seconds`."""
    deadline = time.monotonic() + seconds
    while launcher.alive(run_id, process):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def spawn(module: str, run_id: str, *, lock: int | None = None) -> None:
    """Start `python -m module run_id` in a session of its own, writing to the run's log.

    Never `multiprocessing`: the caller may be Streamlit's server, whose main module cannot be
    imported again, and a fork of it would copy its threads.

    Args:
        module: What to run, as for `python -m`.
        run_id: Its only argument.
        lock: A locked descriptor the process shall inherit.

    Raises:
        RunError: `run.not_started`.
    """
    try:
        with _log(run_id) as log:
            process = subprocess.Popen(
                [sys.executable, "-X", "utf8", "-u", "-m", module, run_id],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=PROJECT_ROOT,
                env=environment(),
                start_new_session=True,
                pass_fds=() if lock is None else (lock,),
            )
    except OSError as error:
        raise RunError("run.not_started", detail=str(error)) from error
    # A child nobody waits for stays a zombie as long as its parent lives. A waiting thread also
    # serves where a double fork would not: in a container, where our parent may be process 1 and
    # adopts orphans without ever reaping them.
    threading.Thread(target=process.wait, name=f"reap {run_id}", daemon=True).start()


def _log(run_id: str) -> BinaryIO:
    """The run's log, or nowhere: a folder that was deleted keeps no process from starting."""
    try:
        return (run_folder(run_id) / LOG).open("ab")
    except OSError as problem:
        logger.warning("Run %s goes on without a log: %s", run_id, problem)
        return Path(os.devnull).open("ab")


def environment() -> dict[str, str]:
    """The environment of a run's process: the workspace as an absolute path, and its share of the cores.

    Trainings that may work side by side share the cores evenly, whether they do or not: what is learned depends,
    in its last digits, on the number of threads. `OMP_NUM_THREADS` in the studio's own environment goes first.

    Raises:
        RunError: `run.slots`.
    """
    return {
        "OMP_NUM_THREADS": str(max(1, usable_cores() // slots_of(LONG))),
        **os.environ,
        VARIABLE: acting().name,
        # The child stands in the project root, so a relative workspace must be named in full.
        "SCALEARN_HOME": str(workspace().absolute()),
    }


def launcher_of(config: Mapping[str, Any]) -> LocalLauncher:
    """What starts the process of a run that is asked this."""
    return RayLauncher() if config.get("launcher") == RAY else LocalLauncher()


class LocalLauncher:
    """Runs as processes of this machine."""

    def start(self, run_id: str, lock: int) -> None:
        """Start the worker of a run whose row is written and whose lock the caller holds.

        Raises:
            RunError: `run.not_started`.
        """
        spawn("scalearn_core.runs.worker", run_id, lock=lock)

    def alive(self, run_id: str, process: Process | None) -> bool:
        """Whether any process of the run lives: one holds the lock, or `process` is still there without it."""
        path = run_folder(run_id) / LOCK
        return is_held(path) or (process is not None and lives(process, run_id))

    def stop(self, run_id: str, process: Process) -> None:
        """End the run's whole process group: SIGTERM, and after a second SIGKILL.

        A signal goes out only while the run lives: then the group of `process` is the run's and nobody else's.
        """
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not self.alive(run_id, process):
                return
            try:
                os.killpg(process.pid, number)
            except (ProcessLookupError, PermissionError):  # gone meanwhile (macOS says the latter of zombies)
                return
            wait_for_end(self, run_id, process, _STOP_SECONDS)


class RayLauncher(LocalLauncher):
    """Runs on a Ray cluster, each with a process of this machine that stands for it."""

    def start(self, run_id: str, lock: int) -> None:
        """As of a local run."""
        spawn("scalearn_core.runs.on_ray", run_id, lock=lock)
