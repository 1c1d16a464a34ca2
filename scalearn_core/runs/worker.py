"""The process of one run: `python -m scalearn_core.runs.worker RUN_ID`.

It was started with its lock already held, and keeps it by doing nothing about it. It waits its
turn before it imports the job, so that a long queue does not fill the memory with torch.

Bookkeeping never ends the work: a list of runs that is locked, full or gone, a deleted folder and a log on a full
disk are waited for, made again or done without.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from scalearn_core.audit.trail import note
from scalearn_core.config import let_threads_sleep, workspace
from scalearn_core.errors import RunError, ScaLearnError
from scalearn_core.runs.control import reconcile
from scalearn_core.runs.ending import Ending, write_ending
from scalearn_core.runs.folders import CHECKPOINT, run_folder
from scalearn_core.runs.jobs import load_job
from scalearn_core.runs.kinds import for_the_job, lane_of, slots_of
from scalearn_core.runs.log import write_where_possible
from scalearn_core.runs.manifest import write_end, write_start
from scalearn_core.runs.processes import WITH_PARENT, end_with_parent, process_of_run
from scalearn_core.runs.records import Metric, Run
from scalearn_core.runs.reporter import Cancelled, Reporter
from scalearn_core.runs.store import Store
from scalearn_core.runs.upkeep import look
from scalearn_core.storage.reserve import room

_TURN_SECONDS = 0.2
_PATIENCE_SECONDS = 2.0
"""So long the work waits for a busy list of runs."""
_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
_DISK_FULL = "no space left on device"

logger = logging.getLogger(__name__)


def main(run_id: str) -> int:
    """Take the turn, do the job, write how it ended. The exit code is 1 only for a failure."""
    let_threads_sleep()
    if WITH_PARENT in os.environ:
        end_with_parent()
    write_where_possible()
    store = Store(workspace(), busy_seconds=_PATIENCE_SECONDS)
    run = take_turn(store, run_id)
    if run is None:
        return 0
    report, folder = Reporter(store, run_id), run_folder(run_id)
    signal.signal(signal.SIGTERM, lambda *_: report.leave())  # the machine stops: a job may still save
    _where_possible(lambda: write_start(folder, process_of_run()))
    try:
        load_job(run.kind)(for_the_job(run.config), folder, report)
        end = Ending("succeeded")
    except Cancelled:
        end = Ending("cancelled") if report.cancelled else Ending.of("interrupted", RunError("run.interrupted"))
    except Exception as error:  # the edge of the process: whatever a job raises is told in the row
        traceback.print_exc()
        end = Ending.of("failed", explain(error))
    report.flush(last=True)
    measured = _measured(store, run_id)
    _where_possible(lambda: write_end(folder, measured))
    if end.status == "succeeded":
        shutil.rmtree(folder / CHECKPOINT, ignore_errors=True)
    close(run_id, end)
    note(f"run.{run.kind}", {"run": run_id, "status": end.status, **_about(run)})
    return 1 if end.status == "failed" else 0


def _about(run: Run) -> dict[str, Any]:
    """Which data and which model it worked with, as the audit trail names them: by their ids."""
    return {key: run.config[key] for key in ("dataset", "upload", "model_run", "study") if key in run.config}


def _where_possible(record: Callable[[], None]) -> None:
    """Record something beside the work, which goes on if that cannot be written."""
    try:
        with room(workspace()):
            record()
    except (OSError, ValueError) as problem:
        logger.warning("The work goes on without a record in its folder: %s", problem)


def _measured(store: Store, run_id: str) -> list[Metric]:
    """The run's curves, as far as the list of runs has them."""
    try:
        return store.metrics(run_id)
    except RunError as problem:
        logger.warning("The curves are not kept in the run's folder: %s", problem)
        return []


def take_turn(store: Store, run_id: str) -> Run | None:
    """Wait until the run may work, and mark it running; None if it was cancelled or deleted meanwhile."""
    known: Run | None = None
    while True:
        try:
            run = look(store, run_id, known)
            if run is None or run.status != "queued":
                return None
            if known is None and (process := process_of_run()):
                store.note_process(run_id, process)
            known = store.run(run_id)
            reconcile()  # a dead run must not keep its place
            if store.claim(run_id, slots=slots_of(lane_of(run.kind))):
                return run
        except (RunError, OSError) as problem:
            logger.warning("The turn is waited for, but cannot be seen for now: %s", problem)
        time.sleep(_TURN_SECONDS)


def close(run_id: str, end: Ending) -> None:
    """Record the end in the run's folder and in the list; if one cannot be written, the other has it."""
    home, folder = workspace(), run_folder(run_id)
    try:
        with room(home):
            write_ending(folder, end)
    except (OSError, ValueError) as problem:
        logger.warning("The end is told in the list of runs alone: %s", problem)
    try:
        Store(home).finish(run_id, end)
    except RunError as problem:
        logger.warning("The end is told in the run's folder alone: %s", problem)


def explain(error: Exception) -> ScaLearnError:
    """What went wrong as a code with values; lack of memory is named, whoever noticed it."""
    if isinstance(error, ScaLearnError):
        return error
    text = str(error)[:500]
    # Writers of weights have errors of their own, with the system's words in them.
    if (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)) or _DISK_FULL in text.lower():
        return RunError("run.disk_full", path=str(workspace()))
    # torch raises RuntimeErrors for memory, and is not imported here to ask for their class.
    if isinstance(error, MemoryError) or any(words in text.lower() for words in _OUT_OF_MEMORY):
        return RunError("run.out_of_memory", detail=text or type(error).__name__)
    return RunError("run.failed", type=type(error).__name__, message=text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
