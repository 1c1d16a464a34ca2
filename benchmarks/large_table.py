"""Reads and checks a large table, and tells the time, the peak memory and how often progress was told.

    python -m benchmarks.large_table --rows 1000000

The table is made up first (about 300 bytes a row, sixteen classes, a tenth of the rows repeated). Reading and
checking happen in a process of their own, so that the peak is theirs. Checking is all of it: the quick checks, the
division, and the thorough checks.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import random
import resource
import tempfile
import time
from pathlib import Path

CLASSES = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--encoding", default="utf-8")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write(path, asked.rows, asked.encoding)
        print(f"{asked.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB, {asked.encoding}", flush=True)
        reading = multiprocessing.get_context("spawn").Process(target=read_and_check, args=(path,))
        reading.start()
        reading.join()


def write(path: Path, rows: int, encoding: str) -> None:
    """Texts of 25 to 55 words; words of 3 to 10 letters, of each class some of its own."""
    chance = random.Random(7)
    words = ["".join(chance.choices("abcdefghijklmnoprstuvwz", k=chance.randint(3, 10))) for _ in range(20_000)]
    of_class = [chance.sample(words, 200) for _ in range(CLASSES)]
    kept: list[str] = []
    with path.open("w", encoding=encoding, newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "text", "label"])
        for row in range(rows):
            label = chance.randrange(CLASSES)
            if kept and chance.random() < 0.1:
                text = chance.choice(kept)
            else:
                text = " ".join(
                    chance.choices(words, k=chance.randint(25, 45)) + chance.sample(of_class[label], 6)
                )
                if len(kept) < 10_000:
                    kept.append(text)
            table.writerow([f"{row:07d}", text, f"class {label}"])


def read_and_check(path: Path) -> None:
    """All that a user waits for, step by step."""
    from scalearn_core.checks.quick import quick
    from scalearn_core.checks.thorough import thorough
    from scalearn_core.data.dataset import TextDataset

    told = Told()
    dataset = TextDataset.from_table(path, text="text", label="label", on_progress=told.on_progress)
    told.line(f"read ({len(dataset.frame):,} documents, {len(dataset.rejected):,} rejected)")
    found = quick(dataset, on_progress=told.on_progress)
    told.line(f"quick checks ({', '.join(finding.code for finding in found)})")
    dataset.split()
    told.line("divided")
    found = thorough(dataset, on_progress=lambda stage, share: told.on_progress(share))
    told.line(f"thorough checks ({', '.join(finding.code for finding in found)})")


class Told:
    """Seconds, processor time, peak memory, and the longest wait between two reports of progress."""

    def __init__(self) -> None:
        self.started = self.last = time.monotonic()
        self.processor = time.process_time()
        self.reports, self.longest = 0, 0.0

    def on_progress(self, share: float) -> None:
        now = time.monotonic()
        self.reports, self.longest, self.last = self.reports + 1, max(self.longest, now - self.last), now

    def line(self, what: str) -> None:
        now, processor = time.monotonic(), time.process_time()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        progress = (
            f", progress told {self.reports} times, at most {self.longest:.1f} s apart" if self.reports else ""
        )
        print(
            f"{what}: {now - self.started:.1f} s ({processor - self.processor:.1f} s of processor), "
            f"peak {peak:.2f} GB{progress}",
            flush=True,
        )
        self.started = self.last = time.monotonic()
        self.processor, self.reports, self.longest = time.process_time(), 0, 0.0


if __name__ == "__main__":
    main()
