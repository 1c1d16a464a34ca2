"""Every test works in a workspace of its own; `pytest` by itself runs the tests in two processes."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scalearn_core.config import let_threads_sleep

let_threads_sleep()
if "PYTEST_XDIST_WORKER" in os.environ:  # one of two: a core each
    os.environ.setdefault("OMP_NUM_THREADS", "1")

PROCESSES = 2
FIRST = ("tests/e2e", "tests/ui", "tests/runs")
"""What takes long to build stands at the beginning, so that both processes end at about the same time."""
DOOR, ROOM = Path(__file__), Path(__file__).parent / "__init__.py"
"""Whoever tests holds a lock on the room, most of them a shared one; the way in leads through the door."""


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """So that no test can touch the user's data."""
    home = tmp_path / "workspace"
    monkeypatch.setenv("SCALEARN_HOME", str(home))
    return home


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """All tests run in two processes. Those asked for by path run in this one, where a debugger reaches them."""
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if not config.pluginmanager.hasplugin("xdist") or hasattr(config, "workerinput"):
        return  # the second: this is one of the two
    if everything and config.option.numprocesses is None:
        config.option.numprocesses = PROCESSES
        config.option.dist = "worksteal"  # a half of the list each, then what is left of the other's


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys measured in seconds come first, then what takes long to build, then the rest as it stands."""

    def place(item: pytest.Item) -> tuple[bool, int]:
        folder = next((i for i, name in enumerate(FIRST) if item.nodeid.startswith(name)), len(FIRST))
        return item.get_closest_marker("alone") is None, folder

    items.sort(key=place)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    with _turn(alone=item.get_closest_marker("alone") is not None):
        return (yield)


@contextmanager
def _turn(*, alone: bool) -> Iterator[None]:
    """Wait for a test that runs alone; if this one does, for all others."""
    with DOOR.open() as door, ROOM.open() as room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(door, fcntl.LOCK_UN)
        yield
