"""Writing in the workspace: equal bytes are stored once, leftovers removed, a full disk reported."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scalearn_core.config import workspace
from scalearn_core.errors import DataError

LEFT_SECONDS = 3600
"""Older drafts belong to no process any more."""

logger = logging.getLogger(__name__)


@contextmanager
def writable() -> Iterator[None]:
    """Turns an OSError of the block into a DataError that names the workspace."""
    try:
        yield
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise DataError("data.workspace_unwritable", path=workspace(), detail=detail) from error


def keep_content(content: bytes, path: Path, same: Path | None) -> None:
    """The bytes of a table, once on the disk however many datasets are of it: each has a link of its own.

    Args:
        content: The bytes.
        path: Where to keep them.
        same: A file that is said to hold the same bytes already; a damaged one is let alone.
    """
    if same is not None:
        try:
            if same.stat().st_size == len(content) and same.read_bytes() == content:
                os.link(same, path)
                return
        except OSError as error:  # it was deleted a moment ago, or the disk knows no links
            logger.info("A table is kept once more: %s", error)
    path.write_bytes(content)


def holds(path: Path, sha256: str) -> bool:
    """Whether a file has the bytes it was stored with. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def is_left(path: Path) -> bool:
    """Whether a file or folder is too old for the process that began it to be still at it. Raises OSError."""
    return time.time() - path.stat().st_mtime > LEFT_SECONDS


def sweep(folder: Path) -> None:
    """Remove what a process that was killed had begun to write, or to remove, below `folder`."""
    for left in (path for mark in (".new-*", ".old-*") for path in folder.glob(mark)):
        with suppress(OSError):
            if is_left(left):
                shutil.rmtree(left)
