"""Runs over the tiny encoder that are killed, and what may differ between two that were asked the same."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.adapters.adapterhub import write_adapter
from scalearn_core.data.mapping import Mapping
from scalearn_core.workspace.datasets import save_dataset
from tests.core.tiny import dataset, random_adapter, save_encoder


def asked_of(folder: Path, *, documents: int = 96, recipe: str = "auto") -> dict[str, Any]:
    """What a training is asked: a tiny encoder, two sources and a table."""
    save_encoder(folder / "encoder")
    for number, name in enumerate(("first", "second")):
        write_adapter(random_adapter(name, seed=number), folder / name)
    content = dataset(documents).frame.to_csv(index=False).encode()
    return {
        "dataset": save_dataset(content, Mapping("text", "label"), filename="tickets.csv"),
        "encoder": str(folder / "encoder"), "sources": [str(folder / name) for name in ("first", "second")],
        "variant": "scalearn", "recipe": recipe, "seed": 5, "device": "cpu",
    }  # fmt: skip


def kill_at_random(run_id: str, chance: random.Random, within_seconds: float) -> str | None:
    """Kill the run's process some time after it began to work; the stage it was in, None if it was done before."""
    while (run := runs.get(run_id)).status == "queued":
        time.sleep(0.02)
    time.sleep(chance.uniform(0.0, within_seconds))
    run = runs.get(run_id)
    if not run.active or run.pid is None:
        return None
    os.kill(run.pid, signal.SIGKILL)
    while runs.get(run_id).active:
        time.sleep(0.02)
    return run.stage
