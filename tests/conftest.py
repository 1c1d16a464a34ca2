"""Every test works in a workspace of its own, so that none can touch the user's data."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalearn_core.config import let_threads_sleep

let_threads_sleep()


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "workspace"
    monkeypatch.setenv("SCALEARN_HOME", str(home))
    return home
