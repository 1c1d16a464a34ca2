"""The sign of life: held exactly as long as a process of the run lives."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scalearn_core.errors import RunError
from scalearn_core.storage.locks import holding, is_held
from tests.runs.polling import wait_until


def test_a_lock_is_held_inside_the_block_only(tmp_path: Path) -> None:
    path = tmp_path / "alive.lock"
    assert not is_held(path)
    with holding(path):
        assert is_held(path)
    assert not is_held(path)


def test_a_child_keeps_the_lock_until_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "alive.lock"
    with holding(path) as lock:
        child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], pass_fds=(lock,))
    try:
        assert is_held(path)
    finally:
        child.kill()
    wait_until(lambda: not is_held(path), "the kernel to free the lock")
    child.wait()


def test_an_asker_is_not_taken_for_the_holder(tmp_path: Path) -> None:
    path = tmp_path / "alive.lock"
    path.touch()
    asker = os.open(path, os.O_RDONLY)
    fcntl.flock(asker, fcntl.LOCK_SH)
    assert not is_held(path)
    os.close(asker)


def test_a_system_without_file_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with pytest.raises(RunError, match="Linux or macOS"), holding(tmp_path / "alive.lock"):
        pass
