"""What the studio and the shell do with runs: submit, look, cancel, delete.

Each function opens the workspace anew and keeps nothing, so any number of sessions and
processes may call them at once. All raise `RunError` for a workspace or database that cannot be
used (see `store.clear_errors`), and `run.unknown` for an id that is none.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from scalearn_core.audit.trail import note
from scalearn_core.config import open_workspace, workspace
from scalearn_core.errors import RunError
from scalearn_core.runs import folders
from scalearn_core.runs.cluster import check_installed
from scalearn_core.runs.ending import Ending, read_ending
from scalearn_core.runs.kinds import KINDS, RAY, lane_of, lane_of_run, slots_of, with_launcher
from scalearn_core.runs.launch import LocalLauncher, launcher_of, spawn
from scalearn_core.runs.manifest import forget_start
from scalearn_core.runs.records import DAMAGED, Metric, Run
from scalearn_core.runs.store import Store
from scalearn_core.storage.database import clear_errors
from scalearn_core.storage.locks import holding
from scalearn_core.storage.reserve import room

logger = logging.getLogger(__name__)


def submit(
    kind: str, config: dict[str, Any], *, title: str = "", owner: str = "", repeats: str | None = None
) -> str:
    """Queue a run and start its process, which waits its turn.

    Args:
        kind: A key of `kinds.KINDS`.
        config: What the job shall do; plain JSON values.
        title: What the user will see in lists.
        owner: Who asked for it, where people sign in.
        repeats: Id of the run that it repeats, if it does.

    Returns:
        The run's id.

    Raises:
        RunError: `run.unknown_kind`, `run.slots`, `run.launcher`, `run.no_ray`, `run.not_started`, or as above.
        TypeError, ValueError: `config` is not JSON; nothing was made.
    """
    if kind not in KINDS:
        raise RunError("run.unknown_kind", kind=kind, known=", ".join(sorted(KINDS)))
    slots_of(lane_of(kind))  # a wrong setting is said here, not in a log
    config = with_launcher(kind, config)
    if config.get("launcher") == RAY:
        check_installed()
    store, run_id, created_at = Store(workspace()), folders.new_run_id(), time.time()
    lane = lane_of_run(run_id, kind, config)
    folder = folders.run_folder(run_id)
    request = {"id": run_id, "kind": kind, "title": title, "created_at": created_at, "config": config}
    request |= {"owner": owner, "repeats": repeats}
    with clear_errors(folder), ExitStack() as undo:
        open_workspace()
        store.open()  # before the first folder: a folder without a list means that the list was lost
        folder.mkdir(parents=True)
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        if repeats and (folders.run_folder(repeats) / folders.INPUT).is_file():  # the table uploaded for it
            os.link(folders.run_folder(repeats) / folders.INPUT, folder / folders.INPUT)
        folders.write_json(folder / folders.CONFIG, request)
        # Lock first, then the row, then the process: see launch.py.
        with holding(folder / folders.LOCK) as lock:
            store.insert(
                run_id, kind=kind, lane=lane, title=title, config=config, created_at=created_at, owner=owner,
                repeats=repeats,
            )  # fmt: skip
            undo.pop_all()  # from here on the row speaks for the run, however it ends
            _start(store, run_id, config, lock)
    return run_id


def resume(run_id: str) -> None:
    """Queue a run again that ended before it was done, in its old place; it goes on from its last checkpoint.

    Raises:
        RunError: `run.unknown`, `run.not_resumable`, `run.not_started`.
    """
    store, path, run = Store(workspace()), folder(run_id), get(run_id)
    _refuse_to_resume(run)
    with clear_errors(path), _locked_alone(run_id) as lock:
        _refuse_to_resume(_known(store, run_id))  # somebody else may have been faster
        (path / folders.END).unlink(missing_ok=True)
        forget_start(path)
        store.queue_again(run_id)
        _start(store, run_id, run.config, lock)


def rerun(run_id: str, *, changes: Mapping[str, Any] | None = None, title: str | None = None) -> str:
    """Queue the same run once more, as a new one; at its end it is compared with this one (`compared.py`).

    Args:
        run_id: A run that has ended or not.
        changes: Settings of `config` that shall differ; with any, nothing is compared.
        title: By default the same.

    Returns:
        The new run's id.

    Raises:
        RunError: `run.unknown`, and as `submit`.
    """
    run = get(run_id)
    return submit(
        run.kind, {**run.config, **(changes or {})}, title=run.title if title is None else title, owner=run.owner,
        repeats=None if changes else run.id,
    )  # fmt: skip


def describe(
    run_id: str, *, title: str | None = None, note: str | None = None, pinned: bool | None = None
) -> None:
    """Rename a run, note something on it, or keep it on top of lists; what is None stays.

    Raises:
        RunError: `run.unknown`.
    """
    run = get(run_id)
    title, note = run.title if title is None else title, run.note if note is None else note
    pinned = run.pinned if pinned is None else pinned
    path = folder(run_id)
    with clear_errors(path):
        folders.write_json(path / folders.ABOUT, {"title": title, "note": note, "pinned": pinned})
    Store(workspace()).describe(run_id, title=title, note=note, pinned=pinned)


def reindex() -> int:
    """Make the list of runs anew from their folders; how many there are."""
    store = Store(workspace())
    store.make_anew()
    return len(store.recent(-1, None))


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
    note("run.delete", {"run": run_id, "kind": run.kind})


def _start(store: Store, run_id: str, config: Mapping[str, Any], lock: int) -> None:
    """Start the process of a run that is queued, with the lock that we hold."""
    try:
        launcher_of(config).start(run_id, lock)
    except RunError as error:
        store.finish(run_id, Ending.of("failed", error))
        raise


def _refuse_to_resume(run: Run) -> None:
    if run.active or run.status == "succeeded" or run.error_code == DAMAGED:
        raise RunError("run.not_resumable", run=run.id, status=run.status)


@contextmanager
def _locked_alone(run_id: str) -> Iterator[int]:
    """The lock of an ended run. Who only asks for a sign of life holds it for a moment, and is waited for."""
    for last in (False,) * 20 + (True,):
        try:
            with holding(folders.run_folder(run_id) / folders.LOCK, wait=False) as lock:
                yield lock
                return
        except BlockingIOError:
            if last:
                raise RunError("run.not_resumable", run=run_id, status="running") from None
            time.sleep(0.05)


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
