"""No test leaves a process behind."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalearn_core import runs
from scalearn_core.errors import RunError
from scalearn_core.runs.launch import LocalLauncher
from scalearn_core.runs.store import Store


@pytest.fixture(autouse=True)
def no_leftovers(workspace: Path) -> Iterator[None]:
    yield
    with contextlib.suppress(RunError):  # a test may have damaged the database: then it started nothing
        store = Store(workspace)
        for run_id in store.active_ids():
            store.request_cancel(run_id)  # those that wait leave by themselves
        for run_id in store.active_ids():
            process = runs.get(run_id).process
            if process is not None:
                LocalLauncher().stop(run_id, process)
