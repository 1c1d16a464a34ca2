"""Room for bookkeeping on a full disk: a reserve file of the workspace that is released while a change is made.

SQLite needs some room even to read (the index of its write-ahead log), and so may a deletion.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scalearn_core.storage.locks import holding

FILE = "reserve.bin"
SIZE = 512 * 1024
FULL = 2 * SIZE
"""With less, a disk counts as full: also for others while one has given up the reserve."""
_BLOCK = 16 * 1024


@contextmanager
def room(home: Path) -> Iterator[None]:
    """On a full disk, give up the reserve for the block, one process at a time; afterwards take it back.

    Never within another such block. Raises OSError where the reserve cannot be opened.
    """
    path = home / FILE
    if _free(home) >= FULL:
        if not path.exists():
            with suppress(OSError), path.open("wb") as file:
                _fill(file.fileno())
        yield
        return
    with holding(path) as descriptor:
        os.ftruncate(descriptor, 0)
        try:
            yield
        finally:
            _fill(descriptor)


def _free(home: Path) -> int:
    try:
        return shutil.disk_usage(home).free
    except OSError:
        return FULL  # there is no such folder yet, so nothing to give up


def _fill(descriptor: int) -> None:
    """Block by block: on a disk with less room, the reserve is what there is."""
    with suppress(OSError):
        for _ in range(SIZE // _BLOCK):
            os.write(descriptor, b"\0" * _BLOCK)
