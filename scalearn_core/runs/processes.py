"""A process of this machine, identified beyond doubt: its id with the time it started.

The second sign that a run lives, beside its lock (`locks.py`): a lock file can be deleted while its holder works.
A process counts as the run's only if id, start and the run's id in its command line agree.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
RUN_PROCESS = "SCALEARN_RUN_PROCESS"
"""Environment of a worker on a cluster: pid and start of what stands for its run."""
WITH_PARENT = "SCALEARN_END_WITH_PARENT"
"""Environment of a worker on a cluster, whose machine may lose the task that waits for it."""
_SET_DEATH_SIGNAL = 1
"""Of prctl(2)."""
_START_LETTERS = 24
"""Of `ps -o lstart`, such as "Mon Nov 23 20:15:02 2026"."""


@dataclass(frozen=True)
class Process:
    """One process, for ever: the system gives a pid again, but not with the same start."""

    pid: int
    started: str
    """As the system says it; only ever compared."""


def this_process() -> Process | None:
    """The calling process; None where the system does not say."""
    seen = _seen(os.getpid())
    return None if seen is None else Process(os.getpid(), seen[0])


def process_of_run() -> Process | None:
    """What stands for the run that the calling process works on: itself, or on a cluster the process that waits
    for it where it was started."""
    pid, _, started = os.environ.get(RUN_PROCESS, "").partition(" ")
    return Process(int(pid), started) if pid.isdigit() else this_process()


def end_with_parent() -> None:
    """Let the system kill this process as soon as the one that started it is gone, where it can (Linux)."""
    try:
        ctypes.CDLL("libc.so.6").prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    except (OSError, AttributeError):
        return


def lives(process: Process, run_id: str) -> bool:
    """Whether this very process still works, for this run. A zombie does not: it has no command line."""
    seen = _seen(process.pid)
    return seen is not None and seen[0] == process.started and run_id in seen[1]


def _seen(pid: int) -> tuple[str, str] | None:
    """Start and command line of the process that has this id now."""
    return _by_proc(pid) if (_PROC / "self" / "stat").exists() else by_ps(pid)


def _by_proc(pid: int) -> tuple[str, str] | None:
    try:
        after_name = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
        command = (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return None
    return after_name[19], command  # proc(5): field 22 of the whole line


def by_ps(pid: int) -> tuple[str, str] | None:
    """The same where there is no /proc, as on macOS."""
    command = ["ps", "-o", "lstart=", "-o", "command=", "-p", str(pid)]
    try:
        output = subprocess.run(
            command, env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    return output[:_START_LETTERS], output[_START_LETTERS:]
