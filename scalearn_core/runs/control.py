"""What the studio and the shell do with runs: submit, look, cancel, delete.

Each function opens the workspace anew and keeps nothing, so any number of sessions and
processes may call them at once. All raise `RunError` for a workspace or database that cannot be
used (see `store.clear_errors`), and `run.unknown` for an id that is none.
"""

from __future__ import annotations

import logging
import shutil
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from scalearn_core.config import open_workspace, workspace
from scalearn_core.errors import RunError
from scalearn_core.runs import folders
from scalearn_core.runs.ending import Ending, read_ending
from scalearn_core.runs.kinds import KINDS, lane_of, slots_of
from scalearn_core.runs.launch import LocalLauncher, spawn
from scalearn_core.runs.records import DAMAGED, Metric, Run
from scalearn_core.runs.store import Store, clear_errors
from scalearn_core.storage.locks import holding
from scalearn_core.storage.reserve import room

logger = logging.getLogger(__name__)


def submit(kind: str, config: dict[str, Any], *, title: str = "") -> str:
    """Queue a run and start its process, which waits its turn.

    Args:
        kind: A key of `kinds.KINDS`.
        config: What the job shall do; plain JSON values.
        title: What the user will see in lists.

    Returns:
        The run's id.

    Raises:
        RunError: `run.unknown_kind`, `run.slots`, `run.not_started`, or as above.
        TypeError, ValueError: `config` is not JSON; nothing was made.
    """
    if kind not in KINDS:
        raise RunError("run.unknown_kind", kind=kind, known=", ".join(sorted(KINDS)))
    lane = lane_of(kind)
    slots_of(lane)  # a wrong setting is said here, not in a log
    store, run_id, created_at = Store(workspace()), folders.new_run_id(), time.time()
    folder = folders.run_folder(run_id)
    request = {"id": run_id, "kind": kind, "title": title, "created_at": created_at, "config": config}
    with clear_errors(folder), ExitStack() as undo:
        open_workspace()
        store.open()  # before the first folder: a folder without a list means that the list was lost
        folder.mkdir(parents=True)
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        folders.write_json(folder / folders.CONFIG, request)
        # Lock first, then the row, then the process: see launch.py.
        with holding(folder / folders.LOCK) as lock:
            store.insert(run_id, kind=kind, lane=lane, title=title, config=config, created_at=created_at)
            undo.pop_all()  # from here on the row speaks for the run, however it ends
            try:
                LocalLauncher().start(run_id, lock)
            except RunError as error:
                store.finish(run_id, Ending.of("failed", error))
                raise
    return run_id


def get(run_id: str) -> Run:
    """The run as it is now; one whose process is gone reads as interrupted.

    Raises:
        RunError: `run.unknown`.
    """
    store = Store(workspace())
    return _closed_if_dead(store, _known(store, run_id))


def recent(limit: int = 50, kind: str | None = None) -> list[Run]:
    """The newest runs first, of one kind or of all."""
    reconcile()
    store = Store(workspace())
    return [_closed_if_dead(store, run) for run in store.recent(limit, kind)]


def active() -> list[Run]:
    """All that wait or work, the oldest first."""
    store = Store(workspace())
    candidates = (store.run(run_id) for run_id in store.active_ids())
    return [run for run in candidates if run is not None and _closed_if_dead(store, run).active]


def begin_list_anew() -> None:
    """Make an empty list of runs where the old one is missing; runs still at work add themselves to it."""
    Store(workspace()).begin_anew()


def cancel(run_id: str) -> None:
    """Ask a run to stop, and return at once; nothing happens to a run that has ended.

    A waiting run is cancelled in this call. A working one is asked; a helper process gives it
    3 seconds to save and leave, and ends it if it does not (`escalate.py`).

    Raises:
        RunError: `run.unknown`, `run.not_started`.
    """
    store = Store(workspace())
    folders.check_run_id(run_id)
    store.request_cancel(run_id)
    if _known(store, run_id).active:
        spawn("scalearn_core.runs.escalate", run_id)


def reconcile() -> None:
    """Record the end of runs whose process is gone: as it recorded itself, else interrupted or cancelled."""
    store = Store(workspace())
    for run_id in store.active_ids():
        if run := store.run(run_id):
            _closed_if_dead(store, run)


def metrics(run_id: str) -> list[Metric]:
    """All values the run has written so far, by name and then by step.

    Raises:
        RunError: `run.unknown`.
    """
    store = Store(workspace())
    return store.metrics(_known(store, run_id).id)


def folder(run_id: str) -> Path:
    """The folder with the run's files. Needs no database: results outlive it.

    Raises:
        RunError: `run.unknown`.
    """
    path = folders.run_folder(run_id)
    if not path.is_dir():
        raise RunError("run.unknown", run=run_id)
    return path


def log_tail(run_id: str, lines: int = 200) -> str:
    """The last lines of the run's log.

    Raises:
        RunError: `run.unknown`.
    """
    return folders.tail(folder(run_id) / folders.LOG, lines)


def delete(run_id: str) -> None:
    """Remove an ended run, its files first: if that fails, it is still listed and can be tried again.

    Raises:
        RunError: `run.unknown`, `run.active`.
    """
    run = get(run_id)
    # Of a run whose row cannot be read, only its process tells whether it goes on.
    if run.active or (run.error_code == DAMAGED and LocalLauncher().alive(run_id, run.process)):
        raise RunError("run.active", run=run_id)
    path = folders.run_folder(run_id)
    with clear_errors(path), room(workspace()):
        if path.exists():
            shutil.rmtree(path)
    Store(workspace()).delete(run_id)


def _known(store: Store, run_id: str) -> Run:
    run = store.run(folders.check_run_id(run_id))
    if run is None:
        raise RunError("run.unknown", run=run_id)
    return run


def _closed_if_dead(store: Store, run: Run) -> Run:
    """The run; if its process is gone, with its end. A run that ended properly meanwhile stays as it ended.

    Where the list cannot be written just now, its end is known all the same, and written the next time.
    """
    if not (run.active or run.error_code == DAMAGED) or LocalLauncher().alive(run.id, run.process):
        return run
    end = read_ending(folders.run_folder(run.id))
    if end is None and run.error_code == DAMAGED:
        end = Ending.of("failed", RunError("run.record_damaged", run=run.id))
    if end is None and run.cancel_requested:
        end = Ending("cancelled")
    end = end or Ending.of("interrupted", RunError("run.interrupted"))
    try:
        store.finish(run.id, end)
        return store.run(run.id) or run
    except RunError as problem:
        logger.warning("The end of run %s is not written down yet: %s", run.id, problem)
        return replace(run, **vars(end))
