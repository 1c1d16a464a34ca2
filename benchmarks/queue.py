"""Many submitters and readers at once: `python -m benchmarks.queue [--submitters 4] [--runs 25]`.

Each submitter queues its runs in two lanes in turn (self checks, which wait with the trainings, and checks of a
dataset that is not there, which fail at once). Prints whether all ended, in order within a lane, none twice, and
how long readers at 20 Hz waited for the list of runs.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from statistics import quantiles

from scalearn_core import runs
from scalearn_core.runs import Run

SUBMIT = """
import sys
from scalearn_core import runs
for number in range(int(sys.argv[1])):
    kind, config = (("selfcheck", {"steps": 2, "seconds_per_step": 0.01}), ("check", {}))[number % 2]
    runs.submit(kind, config, title=sys.argv[2])
"""
READERS, HERTZ = 2, 20


def main() -> None:
    """Submit, read meanwhile, and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submitters", type=int, default=4)
    parser.add_argument("--runs", type=int, default=25)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["SCALEARN_HOME"] = home
        waited: list[float] = []
        done = threading.Event()
        readers = [threading.Thread(target=read, args=(waited, done)) for _ in range(READERS)]
        began = time.monotonic()
        submitters = [
            subprocess.Popen([sys.executable, "-c", SUBMIT, str(args.runs), f"submitter {number}"])
            for number in range(args.submitters)
        ]
        for reader in readers:
            reader.start()
        assert [process.wait() for process in submitters] == [0] * args.submitters
        while runs.active():
            time.sleep(0.2)
        done.set()
        for reader in readers:
            reader.join()
        every = runs.recent(-1)[::-1]
        total = args.submitters * args.runs
        print(f"{len(every)} of {total} runs ended in {time.monotonic() - began:.0f} s")
        ordered = all(in_order(every, kind) for kind in ("selfcheck", "check"))
        twice = sum(runs.log_tail(run.id).count("Traceback") > 1 for run in every)
        print(f"in order within a lane, one at a time: {ordered}; begun twice: {twice}")
        print(f"{len(waited)} readings, p95 {1000 * quantiles(waited, n=20)[-1]:.0f} ms")


def read(waited: list[float], done: threading.Event) -> None:
    """Read the list again and again, noting how long that took."""
    while not done.is_set():
        began = time.perf_counter()
        runs.recent()
        took = time.perf_counter() - began
        waited.append(took)
        time.sleep(max(0.0, 1 / HERTZ - took))


def in_order(every: list[Run], kind: str) -> bool:
    """Whether each run of a lane began after the one before it had ended."""
    lane = [run for run in every if run.kind == kind]
    return all((first.finished_at or 0.0) <= (then.started_at or 0.0) for first, then in itertools.pairwise(lane))


if __name__ == "__main__":
    main()
