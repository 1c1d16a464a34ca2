"""A studio stopped and started as one, as in a container: `python -m scalearn_core.runs.service COMMAND ...`.

Elsewhere runs outlive the server. In a container they end with it: so when it is stopped they are asked to leave,
which keeps a checkpoint, and when it starts they are resumed, also those that a crash of the machine has ended.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from scalearn_core.config import open_workspace, workspace
from scalearn_core.errors import RunError
from scalearn_core.runs.control import get, reconcile, resume
from scalearn_core.runs.folders import write_json
from scalearn_core.runs.launch import LocalLauncher
from scalearn_core.runs.store import Store

STOPPED = "stopped.json"
"""In the workspace: ids of the runs that were at work when it was stopped."""
LEAVE_SECONDS = 8.0
"""A container gives ten, and then ends all by force."""

logger = logging.getLogger(__name__)


def main(command: list[str]) -> int:
    """Resume what was stopped, run the server, and let the runs leave when it is told to."""
    open_workspace()
    resume_stopped()
    server = subprocess.Popen(command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.terminate())
    code = server.wait()
    stop_all()
    return 0 if code in (0, -signal.SIGTERM, 128 + signal.SIGTERM) else 1


def stop_all() -> None:
    """Ask every run to leave, and remember which they were."""
    store, launcher = Store(workspace()), LocalLauncher()
    ids = store.active_ids()
    write_json(workspace() / STOPPED, ids)
    for run_id in ids:
        run = store.run(run_id)
        if run is None or run.process is None or not launcher.alive(run_id, run.process):
            continue
        try:
            os.killpg(run.process.pid, signal.SIGTERM)
        except (ProcessLookupError, PermissionError):
            continue
    deadline = time.monotonic() + LEAVE_SECONDS
    while time.monotonic() < deadline and any(get(run_id).active for run_id in ids):
        time.sleep(0.1)


def resume_stopped() -> list[str]:
    """Resume the runs that ended with the studio, the oldest first; their ids."""
    path = workspace() / STOPPED
    ids = list(dict.fromkeys([*_listed(path), *Store(workspace()).active_ids()]))
    reconcile()
    path.unlink(missing_ok=True)
    resumed = []
    for run_id in ids:
        try:
            if get(run_id).status == "interrupted":
                resume(run_id)
                resumed.append(run_id)
        except RunError as problem:
            logger.warning("Run %s is not resumed: %s", run_id, problem)
    return resumed


def _listed(path: Path) -> list[str]:
    try:
        ids = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [run_id for run_id in ids if isinstance(run_id, str)] if isinstance(ids, list) else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
