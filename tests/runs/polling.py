"""Waiting for other processes: often, and never for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from scalearn_core import runs

PATIENCE_SECONDS = 90.0


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Return as soon as `condition` holds; fail, naming `what`, when patience ends."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for: {what}"
        time.sleep(0.02)


def ended(run_id: str) -> runs.Run:
    """The run, once it is neither waiting nor working."""
    wait_until(lambda: not runs.get(run_id).active, f"the end of {run_id}")
    return runs.get(run_id)


def working(run_id: str) -> runs.Run:
    """The run, once its job has said that it began."""
    wait_until(lambda: runs.get(run_id).stage == "selfcheck", f"the job of {run_id}")
    return runs.get(run_id)


def listing(path: Path) -> list[str]:
    """All files and folders below, sorted; none if there is no such folder."""
    return sorted(str(item) for item in path.rglob("*"))
