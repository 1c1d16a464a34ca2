"""Runs that were done elsewhere, such as the results that come with the studio."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from scalearn_core.config import open_workspace, workspace
from scalearn_core.runs import folders
from scalearn_core.runs.ending import Ending, write_ending
from scalearn_core.runs.kinds import lane_of
from scalearn_core.runs.store import Store
from scalearn_core.storage.database import clear_errors


def adopt(kind: str, config: dict[str, Any], *, title: str, fill: Callable[[Path], None]) -> str:
    """List a run that was done elsewhere as one that succeeded here; no process is started.

    Args:
        kind, config, title: As in `submit`.
        fill: Writes what the run made into the folder it is given. What it raises is raised, and nothing is kept.

    Returns:
        The run's id.
    """
    store, run_id, created_at = Store(workspace()), folders.new_run_id(), time.time()
    folder = folders.run_folder(run_id)
    request = {"id": run_id, "kind": kind, "title": title, "created_at": created_at, "config": config}
    with clear_errors(folder), ExitStack() as undo:
        open_workspace()
        store.open()
        folder.mkdir(parents=True)
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        fill(folder)
        folders.write_json(folder / folders.CONFIG, request)
        # Its end before its row: whoever meets the row without a process finds how it ended.
        write_ending(folder, Ending("succeeded"))
        store.insert(run_id, kind=kind, lane=lane_of(kind), title=title, config=config, created_at=created_at)
        undo.pop_all()
    store.finish(run_id, Ending("succeeded"))
    return run_id
