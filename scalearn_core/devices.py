"""The devices of this machine, by name."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scalearn_core.errors import ConfigError

if TYPE_CHECKING:
    import torch

_DRIVERS = ("nvidia*", "nvhost*", "nvgpu*", "nvmap", "dxg", "kfd")
"""Device files of NVIDIA's drivers (also on Jetson), of a GPU under WSL, and of AMD's driver."""
UNKNOWN_FREE = 2 * 2**30
"""Bytes taken to be free where the system does not say."""


@dataclass(frozen=True)
class Device:
    """One device that can train. `memory_gb` is None where it shares the machine's memory."""

    kind: str
    """"cuda", "mps" (Apple GPU) or "cpu": what torch calls it"""
    name: str
    memory_gb: float | None
    threads: int | None = None


def available() -> list[Device]:
    """All devices, the fastest first; the CPU is always the last.

    Imports torch (a few seconds the first time) only where the system shows a driver of something else.
    """
    processor = Device("cpu", _cpu_name(), None, usable_cores())
    if not _has_driver():
        return [processor]
    import torch

    devices = []
    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        devices.append(Device("cuda", properties.name, round(properties.total_memory / 2**30, 1)))
    if torch.backends.mps.is_available():
        devices.append(Device("mps", f"Apple GPU ({platform.machine()})", None))
    return [*devices, processor]


def _has_driver() -> bool:
    """Whether there may be anything to compute on besides the processor; torch is asked only then."""
    if platform.system() != "Linux":
        return True
    return any(next(Path("/dev").glob(pattern), None) is not None for pattern in _DRIVERS)


def find(kind: str | None) -> Device:
    """The device of a kind, or the fastest one for None; ConfigError names what there is otherwise."""
    devices = available()
    if kind is None:
        return devices[0]
    for device in devices:
        if device.kind == kind:
            return device
    raise ConfigError("config.unknown_device", found=kind, known=", ".join(device.kind for device in devices))


def autocast(device: torch.device) -> AbstractContextManager[object]:
    """Matrix products in bfloat16 where the device has units for it (NVIDIA from Ampere on), else as they are.

    Never on a CPU, which does without casting anew at every call (`encoders/quick.py`).
    """
    import torch

    if device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0):
        return torch.autocast("cuda", dtype=torch.bfloat16)
    return nullcontext()


def told_of_bfloat16_units(kind: str) -> bool:
    """The same as far as Linux tells it, without torch; False where it does not."""
    info = Path("/proc/cpuinfo")
    if kind != "cpu" or not info.is_file():
        return False
    flags = next(
        (line for line in info.read_text("utf-8", errors="replace").splitlines() if line.startswith("flags")), ""
    )
    return not {"avx512_bf16", "amx_tile"}.isdisjoint(flags.split())


def has_bfloat16_units(device: torch.device) -> bool:
    """Whether matrix products in bfloat16 are faster on this CPU: AVX512-BF16 or AMX. False for other devices."""
    import torch

    if device.type != "cpu" or not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


@contextmanager
def repeatable() -> Iterator[None]:
    """Operations that give the same bytes each time on a GPU; a CPU's do anyway, and nothing is changed there.

    Raises:
        RuntimeError: by torch, of an operation that has no such form.
    """
    import torch

    if not torch.cuda.is_available():
        yield
        return
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # torch refuses matrix products without it
    before = torch.are_deterministic_algorithms_enabled()
    only_warns = torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=only_warns)


def free_bytes(device: torch.device) -> int:
    """Memory that a device has free now."""
    import torch

    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    info = Path("/proc/meminfo")
    if info.is_file():
        for line in info.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    return UNKNOWN_FREE


def usable_cores() -> int:
    """Cores this process may use, which a container may hold below what the machine has."""
    return len(os.sched_getaffinity(0)) if platform.system() == "Linux" else os.cpu_count() or 1


def wanted_threads() -> int:
    """Threads to compute with: as many as `OMP_NUM_THREADS` says, which a run and a cluster's worker are given,
    else the usable cores."""
    setting = os.environ.get("OMP_NUM_THREADS", "")
    return int(setting) if setting.isascii() and setting.isdigit() and int(setting) else usable_cores()


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text("utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
