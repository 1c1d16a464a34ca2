"""The folder of a run: its name, its files, and nothing outside it.

`runs/<id>/` in the workspace holds `config.json` (what was asked), `log.txt`, `alive.lock`, `manifest.json` (when,
with which versions, and hashes of what it made: `manifest.py`), `end.json` (how it ended: `ending.py`),
`metrics.json` (its curves), `about.json` (what people called it), `checkpoint/` while it may be resumed, and what
the job writes, such as `result.json` and `model/`.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections import deque
from pathlib import Path

from scalearn_core.config import workspace
from scalearn_core.errors import RunError

CONFIG = "config.json"
END = "end.json"
LOG = "log.txt"
LOCK = "alive.lock"
MANIFEST = "manifest.json"
METRICS = "metrics.json"
ABOUT = "about.json"
RESULT = "result.json"
INPUT = "input.bin"
"""The table that was uploaded for the run."""
CHECKPOINT = "checkpoint"
"""Folder of what a resumed run goes on from; gone when the run has succeeded."""

_RUN_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-z]{6}")
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TAIL_BYTES = 256 * 1024


def new_run_id() -> str:
    """A name such as `20261123-201502-k3f9qz`: UTC to the second, then chance. Sorts by time."""
    return time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + "".join(secrets.choice(_LETTERS) for _ in range(6))


def is_run_id(name: str) -> bool:
    """Whether a name has the form of an id."""
    return _RUN_ID.fullmatch(name) is not None


def check_run_id(run_id: str) -> str:
    """The id itself, if it has the form of one: ids come from links, and become paths.

    Raises:
        RunError: `run.unknown`, for anything else.
    """
    if not is_run_id(run_id):
        raise RunError("run.unknown", run=run_id[:40])
    return run_id


def run_folder(run_id: str) -> Path:
    """Where the files of a run are, whether or not they exist yet.

    Raises:
        RunError: `run.unknown`, if this cannot be the id of a run.
    """
    return workspace().absolute() / "runs" / check_run_id(run_id)


def any_runs(home: Path) -> bool:
    """Whether a workspace holds the folder of a run."""
    return any(is_run_id(path.parent.name) for path in home.glob(f"runs/*/{CONFIG}"))


def write_json(path: Path, data: object) -> None:
    """Write a JSON file whole or not at all: a reader never sees half of it. A missing folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False, indent=2, allow_nan=False)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def tail(path: Path, lines: int) -> str:
    """The last lines of a log, or "" before it exists. Of a progress bar, only its last state."""
    try:
        with path.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(0, size - _TAIL_BYTES))
            text = log.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    shown = (line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.rstrip("\n").split("\n"))
    return "\n".join(deque(shown, maxlen=lines))
