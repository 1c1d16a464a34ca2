"""What the folders of runs say of them, where the list of runs was lost: disk is the truth.

`config.json` tells what was asked, `end.json` how it ended, `manifest.json` when it began, and in which process,
`about.json` what people called it. The folders of earlier releases lack the last two: times then are those of
files, and what has a result has succeeded.
"""

from __future__ import annotations

import json
import logging
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from scalearn_core.errors import RunError
from scalearn_core.runs.ending import Ending, read_ending
from scalearn_core.runs.folders import ABOUT, CONFIG, LOCK, LOG, MANIFEST, METRICS, RESULT, is_run_id
from scalearn_core.runs.processes import lives
from scalearn_core.runs.records import Metric, Run
from scalearn_core.storage.locks import is_held

logger = logging.getLogger(__name__)


def recorded_runs(home: Path) -> list[Run]:
    """All runs that have a folder in a workspace, in the order of their making."""
    folders = (path.parent for path in home.glob(f"runs/*/{CONFIG}") if is_run_id(path.parent.name))
    return sorted(map(_recorded, folders), key=lambda run: (run.created_at, run.id))


def recorded_metrics(home: Path, run_id: str) -> list[Metric]:
    """The curves of a run that has ended."""
    curves = _read(home / "runs" / run_id / METRICS)
    try:
        return [
            Metric(int(step), str(name), math.nan if value is None else float(value))
            for name, points in curves.items()
            for step, value in points
        ]
    except (ValueError, TypeError):
        return []


def _recorded(folder: Path) -> Run:
    asked, manifest, about = (_read(folder / name) for name in (CONFIG, MANIFEST, ABOUT))
    end = read_ending(folder)
    try:
        created = float(asked.get("created_at") or _changed(folder / CONFIG) or 0.0)
        run = Run(
            id=folder.name, kind=asked["kind"], title=about.get("title", asked.get("title", "")), status="queued",
            config=asked["config"], progress=0.0, stage="waiting", eta_seconds=None, error_code=None,
            error_values={}, error_text=None, cancel_requested=False, pid=manifest.get("pid"),
            pid_started=manifest.get("pid_started"), created_at=created, started_at=manifest.get("started_at"),
            finished_at=None, owner=asked.get("owner", ""), repeats=asked.get("repeats"),
            note=about.get("note", ""), pinned=bool(about.get("pinned", False)),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        logger.warning("What run %s was asked cannot be read: %s", folder.name, error)
        run = _unreadable(folder)
        return _with_end(run, end or Ending.of("failed", RunError("run.record_damaged", run=folder.name)), folder)
    if end is not None:
        return _with_end(run, end, folder)
    if is_held(folder / LOCK) or (run.process is not None and lives(run.process, run.id)):
        return run if run.started_at is None else replace(run, status="running", stage="starting")
    if not manifest and (folder / RESULT).is_file():  # of an earlier release, which told its end in the list alone
        return _with_end(run, Ending("succeeded"), folder)
    return _with_end(run, Ending.of("interrupted", RunError("run.interrupted")), folder)


def _with_end(run: Run, end: Ending, folder: Path) -> Run:
    """The run with its end, at the time when that was written."""
    times = (_changed(folder / name) for name in ("end.json", RESULT, LOG, CONFIG))
    finished = next((time for time in times if time is not None), run.created_at)
    progress = 1.0 if end.status == "succeeded" else 0.0
    return replace(run, **vars(end), finished_at=finished, progress=progress)


def _unreadable(folder: Path) -> Run:
    return Run(
        id=folder.name, kind="", title="", status="failed", config={}, progress=0.0, stage="", eta_seconds=None,
        error_code=None, error_values={}, error_text=None, cancel_requested=False, pid=None, pid_started=None,
        created_at=_changed(folder / CONFIG) or 0.0, started_at=None, finished_at=None,
    )  # fmt: skip


def _read(path: Path) -> dict[str, Any]:
    """An object of a JSON file; an empty one where there is none."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _changed(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None
