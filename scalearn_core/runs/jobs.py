"""What a run does: its job, by its kind, and the self check of an installation.

A job is a function `job(config, folder, report)`: it reads `config`, writes into `folder`, tells
`report` how far it is, and returns nothing. It is imported only in the run's own process, and
only at its turn.
"""

from __future__ import annotations

import importlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalearn_core.errors import RunError
from scalearn_core.runs.folders import write_json
from scalearn_core.runs.kinds import KINDS
from scalearn_core.runs.reporter import Reporter

Job = Callable[[dict[str, Any], Path, Reporter], None]


def load_job(kind: str) -> Job:
    """Import the function of a kind; this is where torch is loaded, if the job needs it."""
    module, _, function = KINDS[kind].job.partition(":")
    job: Job = getattr(importlib.import_module(module), function)
    return job


@dataclass(frozen=True)
class SelfcheckConfig:
    """Settings of the self check."""

    steps: int = 10
    """How far to count, from 1."""
    seconds_per_step: float = 0.1
    """How long each step takes, from 0."""
    fail: str | None = None
    """What goes wrong half-way: "error", "hang" (deaf to SIGTERM too), "memory", "kill", or nothing."""

    def __post_init__(self) -> None:
        if self.steps < 1 or self.seconds_per_step < 0:
            raise RunError("run.selfcheck_numbers", steps=self.steps, seconds=self.seconds_per_step)
        if self.fail not in (None, "error", "hang", "memory", "kill"):
            raise RunError("run.selfcheck_fail", fail=self.fail)


def selfcheck(config: dict[str, Any], folder: Path, report: Reporter) -> None:
    """Count to `steps`: the check that an installation can queue, run, report, stop and fail.

    Takes its turn with the trainings, as it checks their queue. Needs no torch.

    Args:
        config: The fields of `SelfcheckConfig`.
        folder: Receives `result.json` with the steps and seconds, if it succeeds.
        report: Receives one metric "seconds" per step (the time since the start).
    """
    check = SelfcheckConfig(**config)
    report.stage("selfcheck")
    start = time.monotonic()
    for step in range(1, check.steps + 1):
        time.sleep(check.seconds_per_step)
        if step == (check.steps + 1) // 2 and check.fail is not None:
            _go_wrong(check.fail)
        elapsed = time.monotonic() - start
        report.metric(step, "seconds", elapsed)
        report.progress(step / check.steps, eta_seconds=elapsed / step * (check.steps - step))
    write_json(folder / "result.json", {"steps": check.steps, "seconds": time.monotonic() - start})


def _go_wrong(how: str) -> None:
    """Fail as a real job may."""
    print(f"asked to fail: {how}")
    if how == "memory":
        bytearray(2**62)  # more than any machine has: refused at once, nothing is taken
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "hang":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            signal.pause()
    raise ValueError("the self check was asked to fail")
