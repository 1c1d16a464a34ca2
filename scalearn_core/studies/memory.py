"""The most memory that a piece of work held at a time."""

from __future__ import annotations

import ctypes
import gc
from pathlib import Path

import torch

RESET_PEAK = "5"
"""What Linux wants written to `clear_refs` to begin a new high-water mark (proc(5))."""
SELF = Path("/proc/self")


class PeakMemory:
    """High-water mark from its making on, in bytes.

    On a CPU it is the resident memory of the whole process: interpreter, libraries, encoder and sources included,
    and memory that earlier work left behind as far as the C library could not give it back. On an NVIDIA GPU it is
    what torch had allocated there.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._known = device.type == "cuda"
        gc.collect()
        if device.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats(device)
        elif (SELF / "clear_refs").exists():
            _give_back()
            try:
                (SELF / "clear_refs").write_text(RESET_PEAK, "ascii")
                self._known = True
            except OSError:  # a container may forbid it; then the mark would be that of earlier work
                self._known = False

    def bytes(self) -> int | None:
        """The peak so far; None where the system does not report it."""
        if not self._known:
            return None
        if self._device.type == "cuda":
            return torch.cuda.max_memory_allocated(self._device)
        for line in (SELF / "status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
        return None


def _give_back() -> None:
    """Let the C library return freed memory to the system, where it can (glibc)."""
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):  # another C library
        return
