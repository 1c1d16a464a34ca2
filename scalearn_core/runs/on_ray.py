"""A run on a Ray cluster: `python -m scalearn_core.runs.on_ray RUN_ID`, its process where it was started.

It holds the run's lock and asks the cluster for CPUs and GPUs, where the same worker command as on this machine
then does the work: `python -m scalearn_core.runs.worker RUN_ID`. So the run lives as long as this process does,
and all that asks for a sign of life, cancels or stops works as for a run of this machine. The machines of the
cluster see code and workspace under the same paths.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from scalearn_core.audit.person import VARIABLE
from scalearn_core.config import workspace
from scalearn_core.errors import RunError
from scalearn_core.runs.cluster import connected
from scalearn_core.runs.ending import Ending
from scalearn_core.runs.folders import LOG, run_folder
from scalearn_core.runs.kinds import asked_of_cluster
from scalearn_core.runs.launch import PROJECT_ROOT, environment
from scalearn_core.runs.processes import RUN_PROCESS, WITH_PARENT, this_process
from scalearn_core.runs.store import Store
from scalearn_core.runs.worker import close

_LOOK_SECONDS = 0.5
_POLL_SECONDS = 0.1
_LEAVE_SECONDS = 8.0
"""As a container gives them (`service.py`)."""


def main(run_id: str) -> int:
    """Have the run worked on, and wait for it; the exit code of its worker."""
    store = Store(workspace())
    process, run = this_process(), store.run(run_id)
    if run is None or not run.active or process is None:
        return 0
    store.note_process(run_id, process)
    leaving = False

    def leave(*_: object) -> None:
        nonlocal leaving
        leaving = True

    signal.signal(signal.SIGTERM, leave)
    asked = asked_of_cluster(run.config)
    variables = {name: value for name, value in environment().items() if name.startswith(("SCALEARN_", VARIABLE))}
    variables["OMP_NUM_THREADS"] = os.environ.get("OMP_NUM_THREADS", str(asked.cpus))
    variables |= {RUN_PROCESS: f"{process.pid} {process.started}", WITH_PARENT: "1"}
    try:
        with connected() as ray:
            task = ray.remote(work).options(num_cpus=asked.cpus, num_gpus=asked.gpus, max_retries=0)
            working = task.remote(run_id, str(PROJECT_ROOT), str(run_folder(run_id) / LOG), variables)
            while not ray.wait([working], timeout=_LOOK_SECONDS)[0]:
                if leaving or _was_cancelled(store, run_id):
                    ray.cancel(working, force=False)
                    ray.wait([working], timeout=_LEAVE_SECONDS + 1)
                    break
            return _code(ray, working)
    except RunError as error:
        close(run_id, Ending.of("failed", error))
        return 1


def work(run_id: str, root: str, log: str, variables: dict[str, str]) -> int:
    """The task, on a machine of the cluster: the worker's process. Cancelled, it may save and leave."""
    command = [sys.executable, "-X", "utf8", "-u", "-m", "scalearn_core.runs.worker", run_id]
    with Path(log).open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=root,
            env={**os.environ, **variables}, start_new_session=True,
        )  # fmt: skip
    try:
        while process.poll() is None:
            time.sleep(_POLL_SECONDS)  # a cancel comes in here
        return process.returncode
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_LEAVE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _was_cancelled(store: Store, run_id: str) -> bool:
    """Whether the run was cancelled or deleted while it waited: a working one is told by its own process."""
    try:
        run = store.run(run_id)
    except RunError:  # the list cannot be read now
        return False
    return run is None or not run.active


def _code(ray: Any, working: Any) -> int:
    try:
        code: int = ray.get(working, timeout=1)
    except ray.exceptions.RayError as error:
        print(f"The cluster lost the run, or stopped it: {type(error).__name__}", file=sys.stderr)
        return 1
    if code < 0:
        print(f"The worker was ended by signal {-code}.", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
