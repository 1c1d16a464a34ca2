"""Workspaces that take long to build: one process of a run of the tests builds each, the others copy it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scalearn_core.storage.locks import holding


def built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], str]) -> tuple[Path, str]:
    """A workspace that `build` fills, in a copy of this process; and what `build` returned, the id of a run."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # the folder that all processes share
    workspace, returned = base / f"built-{name}", base / f"built-{name}.txt"
    with holding(base / f"built-{name}.lock"):
        if not returned.exists():
            shutil.rmtree(workspace, ignore_errors=True)  # of a process that failed
            workspace.mkdir()
            returned.write_text(build(workspace), "utf-8")
    copy = factory.mktemp(name) / "workspace"
    shutil.copytree(workspace, copy)
    return copy, returned.read_text("utf-8")
