"""What makes a run's folder explain itself: versions, process, times, curves, and hashes of its files."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import math
import os
import platform
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from scalearn_core.runs.folders import ABOUT, CHECKPOINT, CONFIG, END, LOCK, LOG, MANIFEST, METRICS, write_json
from scalearn_core.runs.processes import Process
from scalearn_core.runs.records import Metric

PACKAGES = ("torch", "transformers", "tokenizers", "numpy", "scipy", "scikit-learn", "pandas", "safetensors")
"""Those on whose versions the numbers of a run depend."""
_CORE = Path(__file__).resolve().parents[1]
_NO_RESULTS = {ABOUT, CONFIG, END, LOCK, LOG, MANIFEST, METRICS}


def versions() -> dict[str, str]:
    """Of Python, the system and `PACKAGES`; what is not installed has none."""
    found = {"scalearn_core": _code(), "python": platform.python_version(), "platform": platform.platform()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


@cache
def _code() -> str:
    """SHA-256 over the studio's own code, which has no version number: the first 16 digits."""
    digest = hashlib.sha256()
    for file in sorted(_CORE.rglob("*.py")):
        digest.update(file.relative_to(_CORE).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def write_start(folder: Path, process: Process | None) -> None:
    """That the work began: in which process, with which versions and threads. Raises OSError."""
    write_json(
        folder / MANIFEST,
        {
            "started_at": time.time(),
            "finished_at": None,
            "pid": process.pid if process else None,
            "pid_started": process.started if process else None,
            "versions": versions(),
            "threads": os.environ.get("OMP_NUM_THREADS"),
            "files": {},
        },
    )


def write_end(folder: Path, metrics: Sequence[Metric]) -> None:
    """What the run measured, and the hashes of the files it made. Raises OSError, ValueError."""
    curves: dict[str, list[tuple[int, float | None]]] = {}
    for metric in metrics:
        curves.setdefault(metric.name, []).append(
            (metric.step, metric.value if math.isfinite(metric.value) else None)
        )
    write_json(folder / METRICS, curves)
    begun: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    write_json(folder / MANIFEST, begun | {"finished_at": time.time(), "files": hashes(folder)})


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file a run made, by its path in the folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in _NO_RESULTS and not name.startswith((f"{CHECKPOINT}/", ".")):
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def forget_start(folder: Path) -> None:
    """The run waits again: it has not begun. Raises OSError."""
    (folder / MANIFEST).unlink(missing_ok=True)
