"""What a process costs before and besides its work: this build against another one, both driven by their shells.

    python -m benchmarks.cold predict --other CHECKOUT [--rounds 5] [--documents 1] [--encoder multilingual]
    python -m benchmarks.cold train --other CHECKOUT [--rounds 1] [--documents 60]
    python -m benchmarks.cold app --other CHECKOUT --workspaces OF_THIS OF_OTHER [--rounds 3]

CHECKOUT is another build's working tree, such as one made by `git worktree add CHECKOUT dcec981`. Each build
first trains its own model (kept in WORK, by default a new folder); then the two take turns. Printed are the
medians of the processor time of the command with its children, of the time on the wall, and of the largest
memory of one process, each with the ratio of this build to the other. `app` is the studio that classifies one
text with the newest model of a workspace each build has trained in; its memory counts the processes it keeps
warm. On a busy machine look at the processor time.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

HERE = Path(__file__).resolve().parents[1]
SAMPLES = {
    "english": ("service_desk.csv", "message", "team"),
    "multilingual": ("office_requests_ja.csv", "内容", "担当"),
}


CLASSIFY = """
import os, sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
start = "studio.py" if Path("studio.py").exists() else "app.py"
app = AppTest.from_string(Path(start).read_text("utf-8"), default_timeout=600).run()
app.switch_page(str(Path("pages", "classify.py").absolute())).run()
app.text_area(key="one_text").set_value("the vpn drops again")
app.button(key="classify_text").click().run()
assert app.subheader and not app.error and not app.exception
def peak(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
me = os.getpid()
warm = [task.read_text().split() for task in Path(f"/proc/{me}/task").glob("*/children")]
print(peak(me) + sum(peak(pid) for pids in warm for pid in pids))
"""


class Cost(NamedTuple):
    cpu: float
    wall: float
    memory_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["predict", "train", "app"])
    parser.add_argument("--other", type=Path, required=True, metavar="CHECKOUT")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--documents", type=int, default=1)
    parser.add_argument("--encoder", choices=list(SAMPLES), default="english")
    parser.add_argument("--workspaces", nargs=2, type=Path, metavar=("OF_THIS", "OF_OTHER"))
    parser.add_argument("--work", type=Path, help="keeps the two trained models for another call")
    given = parser.parse_args()
    work = given.work or Path(tempfile.mkdtemp())
    work.mkdir(parents=True, exist_ok=True)
    builds = {"this": HERE, "other": given.other.resolve()}
    if given.what == "train":
        costs = {name: [] for name in builds}
        table = _some(given.encoder, given.documents, work / "some.csv", labels=True)
        for number in range(given.rounds):
            for name, build in builds.items():
                costs[name].append(_run(build, _training(given.encoder, table, work / f"{name}{number}")))
        _tell(costs)
        return
    if given.what == "app":
        costs = {name: [] for name in builds}
        for _ in range(given.rounds):
            for (name, build), home in zip(builds.items(), given.workspaces, strict=True):
                costs[name].append(_app(build, home))
        _tell(costs)
        return
    for name, build in builds.items():
        if not (work / name).is_dir():
            table = HERE / "assets" / "samples" / SAMPLES[given.encoder][0]
            print(
                f"training, {name} build:", _run(build, _training(given.encoder, table, work / name)), flush=True
            )
    table = _some(given.encoder, given.documents, work / "new.csv", labels=False)
    for speed in ("auto", "fast"):
        costs = {name: [] for name in builds}
        for _ in range(given.rounds):
            for name, build in builds.items():
                out = work / "out.csv"
                out.unlink(missing_ok=True)
                command = ["predict", "--model", str(work / name), "--table", str(table), "--out", str(out)]
                column = SAMPLES[given.encoder][1]
                costs[name].append(_run(build, [*command, "--text", column, "--speed", speed]))
        print(f"speed {speed}:")
        _tell(costs)


def _some(encoder: str, count: int, file: Path, *, labels: bool) -> Path:
    """The first documents of the sample."""
    name, text, label = SAMPLES[encoder]
    with (HERE / "assets" / "samples" / name).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))[:count]
    columns = [text, label] if labels else [text]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return file


def _training(encoder: str, table: Path, out: Path) -> list[str]:
    _, text, label = SAMPLES[encoder]
    return [
        "train", "--table", str(table), "--text", text, "--label", label, "--encoder", encoder, "--out", str(out)
    ]  # fmt: skip


def _run(build: Path, arguments: list[str]) -> Cost:
    """One command of a build's shell, from nothing to its end."""
    command = [sys.executable, "-m", "scalearn_core", *arguments]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=build, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} in {build} ended with {status}")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - began, _megabytes(usage))


def _app(build: Path, home: Path) -> Cost:
    """A studio that classifies one text."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", CLASSIFY], cwd=build, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PYTHONPATH": str(build), "SCALEARN_HOME": str(home.resolve())},
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the studio in {build} ended with {status}")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - began, float(said.split()[-1]))


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _tell(costs: dict[str, list[Cost]]) -> None:
    for kind, unit in zip(Cost._fields, ("s", "s", "MB"), strict=True):
        this, other = (median(getattr(cost, kind) for cost in costs[name]) for name in ("this", "other"))
        print(f"  {kind:10} {this:8.2f} {unit} against {other:8.2f} {unit}: {this / other:.2f} x", flush=True)


if __name__ == "__main__":
    main()
