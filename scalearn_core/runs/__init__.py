"""Runs: long work in processes of its own, with the state of each in one small database.

A run is one execution of a job (training, prediction over a table, the self check). It goes
on when the browser tab is closed or the studio stops, and it never seems alive when it is
not: its process holds a file lock, which the kernel frees with the last process of the run.

Linux and macOS are supported (`fcntl.flock`); elsewhere every function here that needs the
lock raises `RunError("run.platform")`. Importing this package is possible everywhere, loads
no torch, and starts nothing.

    run_id = submit("selfcheck", {"steps": 10, "seconds_per_step": 0.1})
    get(run_id).status            # "queued", "running", ... "succeeded"
"""

from scalearn_core.runs.adopt import adopt
from scalearn_core.runs.control import (
    active,
    cancel,
    delete,
    describe,
    folder,
    get,
    log_tail,
    metrics,
    recent,
    reconcile,
    reindex,
    rerun,
    resume,
    submit,
)
from scalearn_core.runs.records import Metric, Run
from scalearn_core.runs.reporter import Cancelled, Reporter

__all__ = [
    "Cancelled",
    "Metric",
    "Reporter",
    "Run",
    "active",
    "adopt",
    "cancel",
    "delete",
    "describe",
    "folder",
    "get",
    "log_tail",
    "metrics",
    "recent",
    "reconcile",
    "reindex",
    "rerun",
    "resume",
    "submit",
]
