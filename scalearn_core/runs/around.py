"""What surrounds a run: the runs that use what it made, its size on the disk, and its place in the queue."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

from scalearn_core.config import workspace
from scalearn_core.runs import folders
from scalearn_core.runs.control import active, get
from scalearn_core.runs.kinds import lane_of_run
from scalearn_core.runs.records import Run
from scalearn_core.runs.store import Store

USES = ("model_run", "from_run")
"""Names in a run's config of the run whose model it works with."""
LATEST = 20
"""So many ended runs of a kind tell how long another takes."""


def hanging_on(run_id: str) -> list[Run]:
    """The runs that work with the model of a run, newest first: without it they cannot be shown in full.

    Raises:
        RunError: `run.unknown`, for what is no id.
    """
    folders.check_run_id(run_id)
    every = Store(workspace()).recent(-1, None)
    return [run for run in every if run_id in (run.config.get(name) for name in USES)]


def bytes_of(run_id: str) -> int:
    """What the files of a run take on the disk. Raises RunError `run.unknown`."""
    folder, total = folders.run_folder(run_id), 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:  # gone meanwhile
            continue
    return total


@dataclass(frozen=True)
class Place:
    """Where a run stands in its queue."""

    ahead: int
    """Runs that wait or work before it."""
    seconds: float | None
    """Until it starts, as far as earlier runs of the kinds before it tell; None where they do not."""


def place_of(run_id: str) -> Place | None:
    """The place of a run that waits; None for one that does not. Raises RunError `run.unknown`."""
    run = get(run_id)
    if run.status != "queued":
        return None
    lane, before = lane_of_run(run.id, run.kind, run.config), []
    for other in active():  # the oldest first
        if other.id == run.id:
            break
        if lane_of_run(other.id, other.kind, other.config) == lane:
            before.append(other)
    remaining = [_remaining(other) for other in before]
    known = [seconds for seconds in remaining if seconds is not None]
    return Place(len(before), sum(known) if len(known) == len(before) else None)


def _remaining(run: Run) -> float | None:
    """Seconds that a run still takes: as it says itself, else as others of its kind took."""
    if run.eta_seconds is not None:
        return run.eta_seconds
    took = [
        other.finished_at - other.started_at
        for other in Store(workspace()).recent(LATEST, run.kind)
        if other.status == "succeeded" and other.started_at and other.finished_at
    ]
    if not took:
        return None
    return max(0.0, median(took) - (time.time() - run.started_at if run.started_at else 0.0))
