"""A Ray cluster of this machine for tests, in a process of its own: `python -m tests.cluster`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
CPUS = 2


@contextmanager
def started() -> Iterator[str]:
    """The address of a cluster that lives as long as the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cluster"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env=os.environ | {"RAY_USAGE_STATS_ENABLED": "0"},
    )  # fmt: skip
    assert process.stdin and process.stdout
    try:
        address = process.stdout.readline().strip()
        assert address, "no Ray cluster: pip install -r requirements-dev.txt"
        yield address
    finally:
        process.stdin.close()
        process.wait(60)


def processes_with(*words: str) -> list[int]:
    """Ids of processes of this machine with all of the words in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if all(word in command for word in words) and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return sorted(found)


def main() -> None:
    """Start a cluster, print its address, and wait until nobody listens any more."""
    import ray

    context = ray.init(
        "local", num_cpus=CPUS, include_dashboard=False, object_store_memory=200_000_000,
        log_to_driver=False, logging_level="error",
    )  # fmt: skip
    print(context.address_info["address"], flush=True)
    sys.stdin.read()
    ray.shutdown()


if __name__ == "__main__":
    main()
