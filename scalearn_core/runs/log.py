"""The log of a run's process: what cannot be written there, as on a full disk, is lost, and nothing else is."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _WherePossible(io.RawIOBase):
    """A file descriptor that takes every line, whether it can keep it or not."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, line: ReadableBuffer) -> int:
        size = memoryview(line).nbytes
        try:
            return os.write(self._descriptor, line)
        except OSError:
            return size


def write_where_possible() -> None:
    """From here on, no `print` and no progress bar of this process fails because its log cannot be written."""
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.BufferedWriter(_WherePossible(descriptor), 1), "utf-8", "replace", write_through=True)
        for descriptor in (1, 2)
    )
