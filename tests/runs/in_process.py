"""Jobs as their process does them, in this one: it has torch loaded, which takes a process seconds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.config import workspace
from scalearn_core.runs.ending import Ending
from scalearn_core.runs.folders import new_run_id, run_folder, write_json
from scalearn_core.runs.store import Store

Job = Callable[[dict[str, Any], Path, runs.Reporter], None]


def do(job: Job, kind: str, config: dict[str, Any]) -> tuple[str, Path, dict[str, Any]]:
    """Run a job in a folder of its own; returns its id, its folder and its result."""
    run_id, folder = done(job, kind, config)
    result: dict[str, Any] = json.loads((folder / "result.json").read_text("utf-8"))
    return run_id, folder, result


def done(job: Job, kind: str, config: dict[str, Any], title: str = "") -> tuple[str, Path]:
    """Run a job in a folder of its own and record its end; returns its id and its folder."""
    run_id = new_run_id()
    folder = run_folder(run_id)
    folder.mkdir(parents=True)
    store = Store(workspace())
    store.insert(run_id, kind=kind, lane="long", title=title or kind, config=config, created_at=time.time())
    write_json(folder / "config.json", {"id": run_id, "kind": kind, "config": config})
    report = runs.Reporter(store, run_id)
    job(config, folder, report)
    report.flush(last=True)
    store.finish(run_id, Ending("succeeded"))
    return run_id, folder
