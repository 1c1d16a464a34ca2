"""A file lock as sign of life: held exactly as long as some process of the run lives.

`flock` belongs to the open file, so a child that inherits the descriptor keeps the lock after
its parent has closed its own copy, and the kernel frees it on any kind of death, `kill -9`
included. No process id alone is ever trusted for this: ids are used again, locks are not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scalearn_core.errors import RunError


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock of this file; no file, no lock.

    Asks with a shared lock, so that two askers never take each other for the holder.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        _flock(descriptor, shared=True, wait=False)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def holding(path: Path, *, shared: bool = False, wait: bool = True) -> Iterator[int]:
    """Lock this file (made if need be) and give its descriptor; waits while another holds it.

    Leaving the block closes our copy only: a child that was given the descriptor keeps the lock.

    Args:
        path: The file.
        shared: With others that share it; only who holds it alone is kept out.
        wait: Else raises BlockingIOError while another holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _flock(descriptor, shared=shared, wait=wait)
        yield descriptor
    finally:
        os.close(descriptor)


def _flock(descriptor: int, *, shared: bool, wait: bool) -> None:
    """Take a lock, exclusive or shared; without `wait`, BlockingIOError where another stands against it."""
    try:
        import fcntl  # here, so that the package can be imported on Windows, which has none
    except ModuleNotFoundError as missing:
        raise RunError("run.platform") from missing
    fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
