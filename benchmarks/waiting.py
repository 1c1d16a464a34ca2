"""What a user waits for, from the shell's `train` to its result, against an earlier build in another folder.

    git worktree add ../before dcec981
    python -m benchmarks.waiting ../before [english japanese long] [--rounds 3] [--threads 2] [--clock cpu]

"english" and "japanese" are the samples, "long" is 48 documents of more than 256 tokens each, made of the English
sample's messages (as many of one team, one after another, as it takes). Both builds take turns, each training in a
process of its own; what is printed is the median over the rounds. `--clock cpu` counts the processor time of that
process, for a machine that others use too; `--at-once` then lets both work at the same time.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

LONG_DOCUMENTS = 48
LONG_CHARACTERS = 1500
"""More than 256 tokens of the default encoder."""
FIRST_SCORE = "First score"
"""How the line begins that the shell prints with it."""
TABLES = {
    "english": ("assets/samples/service_desk.csv", "message", "team"),
    "japanese": ("assets/samples/office_requests_ja.csv", "本文", "担当部署"),
    "long": ("", "text", "label"),
}


@dataclass(frozen=True)
class Wait:
    """Of one training, in seconds."""

    result: float
    first_score: float | None
    stages: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=Path, help="folder of the earlier build")
    parser.add_argument("tables", nargs="*", metavar="TABLE")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--at-once", action="store_true")
    given = parser.parse_args()
    builds = {"before": given.before.resolve(), "now": Path.cwd()}
    for name in given.tables or TABLES:
        found: dict[str, list[Wait]] = {build: [] for build in builds}
        with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(2 if given.at_once else 1) as pool:
            table = _table(name, Path(scratch))
            for number in range(given.rounds):
                outs = {build: Path(scratch) / f"{build}-{number}" for build in builds}
                trainings = {
                    build: pool.submit(_train, folder, table, outs[build], given)
                    for build, folder in builds.items()
                }
                for build, training in trainings.items():
                    found[build].append(training.result())
                    print(f"    {name}, {build}: {found[build][-1]}", flush=True)
        _say(name, found, given.clock)


def _table(name: str, scratch: Path) -> tuple[Path, str, str]:
    path, text, label = TABLES[name]
    if name != "long":
        return Path(path).resolve(), text, label
    path, text, label = TABLES["english"]
    by_label: dict[str, list[str]] = {}
    with Path(path).open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            if row[label] and row[text]:
                by_label.setdefault(row[label], []).append(row[text])
    rows: list[tuple[str, str]] = []
    for number in range(LONG_DOCUMENTS):
        messages = by_label[sorted(by_label)[number % len(by_label)]]
        document = ""
        while len(document) < LONG_CHARACTERS:
            messages.append(messages.pop(0))
            document += messages[-1] + "\n"
        rows.append((document, sorted(by_label)[number % len(by_label)]))
    target = scratch / "long.csv"
    with target.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("text", "label"), *rows])
    return target, "text", "label"


def _train(folder: Path, table: tuple[Path, str, str], out: Path, given: argparse.Namespace) -> Wait:
    path, text, label = table
    command = [sys.executable, "-m", "scalearn_core", "train", "--table", str(path), "--text", text]
    command += ["--label", label, "--skip-blank", "--device", "cpu", "--out", str(out)]
    environment = os.environ | ({"OMP_NUM_THREADS": str(given.threads)} if given.threads else {})
    began, first, told = time.perf_counter(), None, []
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        told.append(line)
        if first is None and line.startswith(FIRST_SCORE):
            first = _cpu(process.pid) if given.clock == "cpu" else time.perf_counter() - began
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit("".join(told[-5:]))
    seconds = usage.ru_utime + usage.ru_stime if given.clock == "cpu" else time.perf_counter() - began
    stages = json.loads((out / "result.json").read_text("utf-8"))["seconds"]
    return Wait(seconds, first, stages)


def _cpu(process: int) -> float:
    """Seconds of processor time a process has used so far (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _say(name: str, found: dict[str, list[Wait]], clock: str) -> None:
    before, now = (median(wait.result for wait in found[build]) for build in ("before", "now"))
    print(f"{name}: {now:.1f} s against {before:.1f} s, {now / before:.2f} x ({clock} clock; target 0.5)")
    firsts = [wait.first_score for wait in found["now"] if wait.first_score is not None]
    if firsts:
        print(f"    first score after {median(firsts):.1f} s, {median(firsts) / before:.2f} x (target 0.3)")
    for build, waits in found.items():
        share = {stage: median(wait.stages[stage] for wait in waits) for stage in waits[0].stages}
        total = share.pop("total")
        parts = ", ".join(f"{stage} {seconds / total:.0%}" for stage, seconds in share.items())
        print(f"    {build}, shares of the wall from encoder to result: {parts}", flush=True)


if __name__ == "__main__":
    main()
