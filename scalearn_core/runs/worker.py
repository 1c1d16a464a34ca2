"""The process of one run: `python -m scalearn_core.runs.worker RUN_ID`.

It was started with its lock already held, and keeps it by doing nothing about it. It waits its
turn before it imports the job, so that a long queue does not fill the memory with torch.
"""

from __future__ import annotations

import os
import sys
import time
import traceback

from scalearn_core.config import workspace
from scalearn_core.errors import RunError, ScaLearnError
from scalearn_core.runs.control import reconcile
from scalearn_core.runs.folders import run_folder
from scalearn_core.runs.jobs import lane_of, load_job, slots_of
from scalearn_core.runs.records import Run
from scalearn_core.runs.reporter import Cancelled, Reporter
from scalearn_core.runs.store import Store

_TURN_SECONDS = 0.2
_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


def main(run_id: str) -> int:
    """Take the turn, do the job, write how it ended. The exit code is 1 only for a failure."""
    store = Store(workspace())
    run = take_turn(store, run_id)
    if run is None:
        return 0
    report = Reporter(store, run_id)
    try:
        load_job(run.kind)(run.config, run_folder(run_id), report)
        report.flush()
    except Cancelled:
        report.flush()
        store.finish(run_id, "cancelled")
    except Exception as error:  # the edge of the process: whatever a job raises is told in the row
        traceback.print_exc()
        report.flush()
        store.finish(run_id, "failed", explain(error))
        return 1
    else:
        store.finish(run_id, "succeeded")
    return 0


def take_turn(store: Store, run_id: str) -> Run | None:
    """Wait until the run may work, and mark it running; None if it was cancelled or deleted meanwhile."""
    while True:
        run = store.run(run_id)
        if run is None or run.status != "queued":
            return None
        reconcile()  # a dead run must not keep its place
        if store.claim(run_id, slots=slots_of(lane_of(run.kind)), pid=os.getpid()):
            return run
        time.sleep(_TURN_SECONDS)


def explain(error: Exception) -> ScaLearnError:
    """What went wrong as a code with values; lack of memory is named, whoever noticed it."""
    if isinstance(error, ScaLearnError):
        return error
    text = str(error)[:500]
    # torch raises RuntimeErrors for memory, and is not imported here to ask for their class.
    if isinstance(error, MemoryError) or any(words in text.lower() for words in _OUT_OF_MEMORY):
        return RunError("run.out_of_memory", detail=text or type(error).__name__)
    return RunError("run.failed", type=type(error).__name__, message=text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
