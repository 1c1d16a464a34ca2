"""A Ray cluster against this machine: the same labels, probabilities, bytes; what a further worker brings; a kill.

    python -m benchmarks.on_ray PARTS... [--documents FILE ...] [--count 12991]

The cluster is one of this machine, in a process of its own. PARTS are some of

    training    a training as a run, by the launcher of this machine and by Ray's
    sweep       12 trainings on 120 documents (2 variants, 3 seeds, 2 sets of sources) here and by two workers
    prediction  a table of --count documents here and by two workers, one of which is killed with -9 on its way
    efficiency  the same table by one worker and by two, in a cluster that is up: T1 / (2 T2)

Documents are the column `text` of the CSV files given. The model is the ready one of the first sample (default
encoder). Needs requirements-ray.txt.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from safetensors.numpy import load_file

from scalearn_core import runs
from scalearn_core.adapters import catalog
from scalearn_core.data.mapping import Mapping
from scalearn_core.devices import usable_cores
from scalearn_core.encoders.cards import DEFAULT
from scalearn_core.evidence.ready import show
from scalearn_core.prediction import shards
from scalearn_core.prediction.answerer import Answerer
from scalearn_core.prediction.on_ray import Cluster, answer_on_ray
from scalearn_core.runs.compared import compare
from scalearn_core.runs.folders import run_folder
from scalearn_core.tables.pieces import read_pieces
from scalearn_core.workspace.datasets import save_dataset
from tests.cluster import processes_with, started

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "assets" / "samples" / "service_desk.csv"
ALLOWED = 1e-5
SWEPT = 120
"""Documents of the sweep."""


def main() -> None:
    """The parts that are asked for, one after the other, in one cluster."""
    parts: dict[str, Callable[[Path, argparse.Namespace], None]] = {
        "training": training, "sweep": sweep, "prediction": prediction, "efficiency": efficiency
    }  # fmt: skip
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("parts", nargs="+", choices=parts)
    parser.add_argument("--documents", type=Path, nargs="+", default=[])
    parser.add_argument("--count", type=int, default=12_991)
    asked = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place, started() as address:
        print(f"cluster up after {time.monotonic() - began:.0f} s; {usable_cores()} cores", flush=True)
        os.environ |= {"SCALEARN_HOME": str(Path(place) / "workspace"), "RAY_ADDRESS": address}
        for name in asked.parts:
            parts[name](Path(place), asked)


def training(place: Path, asked: argparse.Namespace) -> None:
    """One training by either launcher."""
    dataset = save_dataset(SAMPLE.read_bytes(), Mapping("message", "team"), filename=SAMPLE.name)
    config: dict[str, Any] = {
        "dataset": dataset, "encoder": DEFAULT, "sources": catalog.permissive(DEFAULT)[:3], "seed": 5,
        "variant": "scalearn_uniform", "recipe": "auto", "device": "cpu",
    }  # fmt: skip
    ids, seconds = [], []
    for launcher in ("local", "ray"):
        ids.append(runs.submit("train", config | {"launcher": launcher}))
        while runs.get(ids[-1]).active:
            time.sleep(0.1)
        run = runs.get(ids[-1])
        assert run.status == "succeeded", runs.log_tail(run.id)
        seconds.append((run.finished_at or 0) - run.created_at)
    found = compare(*ids)
    print(f"training: here {seconds[0]:.0f} s, by Ray {seconds[1]:.0f} s; the same files: {found.identical}")
    assert found.identical, found


def sweep(place: Path, asked: argparse.Namespace) -> None:
    """12 trainings, here and by two workers."""
    first, second = catalog.permissive(DEFAULT)[:2]
    table = place / "sweep.csv"
    pd.read_csv(SAMPLE, dtype=str).head(SWEPT).to_csv(table, index=False)
    command = [
        sys.executable, "-m", "scalearn_core", "sweep", "--table", str(table), "--text", "message", "--label",
        "team", "--device", "cpu", "--json", "--variants", "scalearn_uniform,scalearn_pp", "--seeds", "1,2,3",
        "--no-own-adapter", "--subsets", f"{first};{first},{second}",
    ]  # fmt: skip
    folders, seconds = [place / "sweep-here", place / "sweep-ray"], []
    for folder, options in zip(folders, ([], ["--workers", "2"]), strict=True):
        began = time.monotonic()
        subprocess.run([*command, "--out", str(folder), *options], cwd=ROOT, check=True, capture_output=True)
        seconds.append(time.monotonic() - began)
    here, there = (json.loads((folder / "sweep.json").read_text())["trials"] for folder in folders)
    gap, other = 0.0, 0
    for file in sorted((folders[0] / "trials").glob("*.safetensors")):
        mine, theirs = (load_file(folder / "trials" / file.name)["probabilities"] for folder in folders)
        gap, other = (
            max(gap, float(np.abs(mine - theirs).max())),
            other + int((mine.argmax(1) != theirs.argmax(1)).sum()),
        )
    scores = [[trial["macro_f1"]["value"] for trial in trials] for trials in (here, there)]
    print(
        f"sweep: {len(here)} trainings, here {seconds[0]:.0f} s, two workers {seconds[1]:.0f} s; other labels: "
        f"{other}, largest gap of a probability {gap:.1e}, the same scores: {scores[0] == scores[1]}"
    )
    assert len(here) == 12 and not other and gap <= ALLOWED


def prediction(place: Path, asked: argparse.Namespace) -> None:
    """A table, here and by two workers, one of which is killed."""
    model, table = ready_model(), documents(place, asked)
    here = cut_into(place / "here", table, model)
    began = time.monotonic()
    shards.answer_all(Answerer.load(model), here)
    took = time.monotonic() - began
    there = cut_into(place / "there", table, model)
    killer = threading.Thread(target=kill_one, args=(there,))
    killer.start()
    began = time.monotonic()
    answer_on_ray(model, there, Cluster(2))
    also = time.monotonic() - began
    killer.join()
    (mine, sure), (theirs, also_sure) = (shards.probabilities_of(cut) for cut in (here, there))
    gap = float(np.abs(np.array(sure) - np.array(also_sure)).max())
    other = sum(a != b for a, b in zip(mine, theirs, strict=True))
    rows = [row for part in shards.classified(there) for row in part.frame["row"]]
    print(
        f"prediction: {there.rows:,} rows, {len(theirs):,} documents that differ; here {took:.0f} s, by two "
        f"workers with one killed {also:.0f} s; other labels: {other}, largest gap of a probability {gap:.1e}"
    )
    assert not other and gap <= ALLOWED and rows == list(range(2, there.rows + 2))


def kill_one(cut: shards.Cut) -> None:
    """Kill one worker as soon as two shards are answered."""
    while len(list((cut.folder / shards.ANSWERS).glob("*.parquet"))) < 2:
        time.sleep(0.1)
    actor = processes_with("ray::", "ShardWorker")[0]
    os.kill(actor, signal.SIGKILL)
    print(f"killed a worker with {len(cut.missing)} of {len(cut.shards)} shards to go", flush=True)


def efficiency(place: Path, asked: argparse.Namespace) -> None:
    """What a second worker brings; with the loading of models, and from the first answered shard on."""
    model, table, took, steady = ready_model(), documents(place, asked), [], []
    for workers in (1, 2):
        cut = cut_into(place / f"workers-{workers}", table, model)
        shares: list[tuple[float, float]] = []
        began = time.monotonic()

        def told(share: float, shares: list[tuple[float, float]] = shares) -> None:
            shares.append((time.monotonic(), share))

        answer_on_ray(model, cut, Cluster(workers), on_progress=told)
        took.append(time.monotonic() - began)
        (first, share), (last, _) = shares[0], shares[-1]
        steady.append((1 - share) / (last - first))
        print(f"{workers} workers: {took[-1]:.1f} s, {cut.rows * steady[-1]:.0f} rows/s once loaded", flush=True)
    print(
        f"efficiency on {usable_cores()} cores: {took[0] / (2 * took[1]):.2f} with loading, "
        f"{steady[1] / (2 * steady[0]):.2f} without"
    )


def ready_model() -> Path:
    """The model that comes with the first sample, in the workspace."""
    dataset = save_dataset(SAMPLE.read_bytes(), Mapping("message", "team"), filename=SAMPLE.name)
    return run_folder(show("service_desk", dataset, title="")) / "model"


def documents(place: Path, asked: argparse.Namespace) -> Path:
    """The first documents of all files, as a table."""
    frames = [pd.read_csv(file, dtype=str, keep_default_na=False)[["text"]] for file in asked.documents]
    pd.concat(frames).head(asked.count).to_csv(place / "table.csv", index=False)
    return place / "table.csv"


def cut_into(folder: Path, table: Path, model: Path) -> shards.Cut:
    return shards.cut(read_pieces(table), "text", folder, shards.way(model, "cpu", "auto"), shards.SHARD)


if __name__ == "__main__":
    main()
