"""A prediction of a million rows, killed and resumed: peak memory, and every row once, in its place.

    python -m benchmarks.large_prediction [--rows 1000000] [--kills 3] [--words 12] [--speed auto] [--model FOLDER]

A fifth of the rows repeat the text of an earlier one. Reading, cutting, answering, writing and resuming are those
of the product, in a run's own process, which is killed with -9 while it answers and resumed each time. By default
the model is a tiny one of two layers, as a million documents take the default encoder hours on two cores: memory
but for the model, and all the machinery, are the same. The peak is that of the run's process, of every attempt.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from scalearn_core import runs
from scalearn_core.prediction import shards
from scalearn_core.runs.folders import run_folder
from scalearn_core.tables.pieces import read_pieces
from scalearn_core.workspace.uploads import save_upload
from tests.core.tiny import FILLER, TOPICS
from tests.runs.resuming import asked_of

REPEATED = 0.2
WORDS = [*FILLER, *(word for words in TOPICS.values() for word in words)]


def main() -> None:
    """Make the table, train the model, predict, kill, resume, and look at every row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--words", type=int, default=12, help="of a text, on average")
    parser.add_argument("--speed", default="auto")
    parser.add_argument("--model", type=Path, help="folder of a run with a model/ in it (default: a tiny one)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["SCALEARN_HOME"] = str(Path(place) / "workspace")
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        table = Path(place) / "table.csv"
        different = write(table, asked.rows, asked.words)
        print(
            f"{asked.rows:,} rows, {different:,} texts that differ, {table.stat().st_size / 1e6:.0f} MB",
            flush=True,
        )
        model = adopted(asked.model) if asked.model else trained(Path(place) / "parts")
        config = {"model_run": model, "upload": save_upload(table.read_bytes()), "text": "text", "device": "cpu"}
        run_id, attempts, seconds = killed_and_resumed(config | {"speed": asked.speed}, asked.kills, different)
        peak = max(attempts)
        began = time.process_time()
        shards.cut(read_pieces(table), "text", Path(place) / "cut", "", shards.SHARD)
        print(f"reading and cutting alone: {time.process_time() - began:.0f} s of processor", flush=True)
        print(f"{len(attempts)} attempts, {seconds:.0f} s in all; peak memory {peak / 1e9:.2f} GB (target 1.5)")
        check(run_folder(run_id) / "predictions.csv", table)
        left = [str(path) for path in run_folder(run_id).rglob("*") if path.name.startswith(".new-")]
        print(
            f"every row once, in its place, with an answer; equal texts got equal ones; left behind: {len(left)}"
        )
        assert peak < 1.5e9 and not left


def write(path: Path, rows: int, words: int) -> int:
    """A table with ids and texts; how many texts differ."""
    chance = np.random.default_rng(7)
    texts: list[str] = []
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "text"])
        for row in range(rows):
            if texts and chance.random() < REPEATED:
                text = texts[int(chance.integers(len(texts)))]
            else:
                text = " ".join(chance.choice(WORDS, int(chance.integers(words // 2, words * 3 // 2 + 1))))
                text += f" {len(texts)}"
                texts.append(text)
            table.writerow([f"{row:08}", text])
    return len(texts)


def trained(folder: Path) -> str:
    """A run with a tiny model."""
    run_id = runs.submit("train", asked_of(folder))
    while runs.get(run_id).active:
        time.sleep(0.1)
    return run_id


def adopted(folder: Path) -> str:
    """A run with the model of this folder."""

    def fill(place: Path) -> None:
        shutil.copytree(folder / "model", place / "model")
        shutil.copy(folder / "result.json", place / "result.json")

    return runs.adopt("train", {}, title="the model", fill=fill)


def killed_and_resumed(config: dict[str, Any], kills: int, different: int) -> tuple[str, list[int], float]:
    """The run, once it succeeded; the peak memory of each attempt in bytes, and the seconds of all."""
    chance, began = random.Random(3), time.monotonic()
    run_id, peaks = runs.submit("predict", config), [0]
    marks = sorted(chance.uniform(0.1, 0.9) for _ in range(kills))
    while (run := runs.get(run_id)).active or run.status == "interrupted":
        if run.status == "interrupted":
            runs.resume(run_id)
            peaks.append(0)
        if run.pid is not None:
            peaks[-1] = max(peaks[-1], peak_of(run.pid))
        if marks and run.active and run.pid is not None and run.progress > marks[0]:
            os.kill(run.pid, signal.SIGKILL)
            print(
                f"killed at {run.progress:.0%} after {time.monotonic() - began:.0f} s, "
                f"peak {peaks[-1] / 1e9:.2f} GB",
                flush=True,
            )
            marks.pop(0)
            while runs.get(run_id).active:
                time.sleep(0.05)
        time.sleep(0.2)
    assert run.status == "succeeded", runs.log_tail(run_id)
    assert not marks, "it was done before it was killed so often: more rows"
    return run_id, peaks, time.monotonic() - began


def peak_of(pid: int) -> int:
    """High-water mark of a process's memory in bytes, so far."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def check(predictions: Path, table: Path) -> None:
    """Row for row the table, each with its number, a label and a confidence; equal texts with equal answers."""
    answers: dict[str, tuple[str, str]] = {}
    with predictions.open(encoding="utf-8-sig", newline="") as written, table.open(newline="") as asked:
        found, wanted = csv.DictReader(written), csv.DictReader(asked)
        for number, (row, original) in enumerate(zip(found, wanted, strict=True), 2):
            assert (row["id"], row["text"], row["row"]) == (original["id"], original["text"], str(number))
            assert row["predicted"] and row["confidence"]
            answer = row["predicted"], row["confidence"]
            assert answers.setdefault(row["text"], answer) == answer


if __name__ == "__main__":
    main()
