"""Runs, sweeps and predictions on a Ray cluster: what they give, and what they leave, is what this machine gives.

The cluster is real, of this machine, and a process of its own; `requirements-dev.txt` brings Ray.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from scalearn_core import runs
from scalearn_core.errors import RunError
from scalearn_core.runs.compared import compare
from scalearn_core.runs.folders import run_folder
from tests.cluster import ROOT, processes_with, started
from tests.core.tiny import dataset
from tests.runs.polling import wait_until
from tests.runs.resuming import asked_of

PATIENT_SECONDS = 240.0
DOCUMENTS = 8_000


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with started() as address:
        yield address


@pytest.fixture
def on_ray(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", cluster)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def ended(run_id: str) -> runs.Run:
    wait_until(lambda: not runs.get(run_id).active, f"the end of {run_id}", seconds=PATIENT_SECONDS)
    return runs.get(run_id)


def counting(**asked: Any) -> str:
    """A run that counts, at work on the cluster."""
    run_id = runs.submit("selfcheck", {"steps": 400, "seconds_per_step": 0.1, "launcher": "ray", **asked})
    wait_until(lambda: runs.get(run_id).progress > 0, "the work", seconds=PATIENT_SECONDS)
    return run_id


def test_a_training_gives_the_same_bytes_as_here(on_ray: None, tmp_path: Path) -> None:
    config = asked_of(tmp_path)
    here, there = runs.submit("train", config), runs.submit("train", config | {"launcher": "ray", "cpus": 1})
    for run_id in (here, there):
        assert ended(run_id).status == "succeeded", runs.log_tail(run_id)
    assert compare(here, there).identical, compare(here, there)
    manifest = json.loads((run_folder(there) / "manifest.json").read_text("utf-8"))
    assert manifest["pid"] == runs.get(there).pid, "what stands for it is the process here, which signals reach"
    assert runs.metrics(there)


def test_it_is_followed_cancelled_and_told_of_as_here(on_ray: None) -> None:
    run_id = counting()
    [worker] = processes_with("scalearn_core.runs.worker", run_id)
    assert runs.get(run_id).pid != worker
    runs.cancel(run_id)
    assert ended(run_id).status == "cancelled"
    wait_until(lambda: not processes_with(run_id), "nothing of it is left")
    failed = runs.submit("selfcheck", {"steps": 2, "seconds_per_step": 0.0, "fail": "error", "launcher": "ray"})
    assert ended(failed).error_code == "run.failed"
    assert "asked to fail: error" in runs.log_tail(failed)


def test_a_killed_worker_and_a_killed_waiter_leave_a_run_that_resumes(on_ray: None) -> None:
    run_id = counting()
    [worker] = processes_with("scalearn_core.runs.worker", run_id)
    os.kill(worker, signal.SIGKILL)
    assert ended(run_id).error_code == "run.interrupted"
    runs.resume(run_id)
    wait_until(lambda: runs.get(run_id).status == "running", "the work", seconds=PATIENT_SECONDS)
    pid = runs.get(run_id).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert ended(run_id).error_code == "run.interrupted"
    wait_until(lambda: not processes_with(run_id), "the worker goes with it", seconds=PATIENT_SECONDS)


def predicting(folder: Path, model: Path, out: str, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "scalearn_core", "predict", "--model", str(model), "--text", "text"]
    command += ["--table", str(folder / "table.csv"), "--out", str(folder / out), "--device", "cpu", *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_a_prediction_loses_and_doubles_nothing_when_a_worker_is_killed(
    on_ray: None, cluster: str, tmp_path: Path
) -> None:
    trained = runs.submit("train", asked_of(tmp_path))
    assert ended(trained).status == "succeeded"
    model = run_folder(trained) / "model"
    texts = [f"{text} {number}" for number, text in enumerate(dataset(DOCUMENTS).frame["text"])]
    texts[5], texts[77] = "", texts[3]
    lines = ["id,text", *(f'00{number},"{text}"' for number, text in enumerate(texts))]
    (tmp_path / "table.csv").write_text("\n".join(lines) + "\n", "utf-8")
    here = predicting(tmp_path, model, "here.csv")
    there = predicting(tmp_path, model, "there.csv", "--workers", "2", "--cluster", cluster)
    answers = tmp_path / "there.csv.unfinished" / "answers"
    wait_until(lambda: len(list(answers.glob("*.parquet"))) >= 2, "some answers", seconds=PATIENT_SECONDS)
    actors = processes_with("ray::", "ShardWorker")
    assert actors
    os.kill(actors[0], signal.SIGKILL)
    assert len(list(answers.glob("*.parquet"))) < DOCUMENTS // 1_024, "it was killed at work"
    for process in (here, there):
        assert process.wait(PATIENT_SECONDS) == 0, process.stdout.read() if process.stdout else ""
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
    assert not (tmp_path / "there.csv.unfinished").exists()


def test_a_sweep_gives_the_same_numbers_as_here(on_ray: None, cluster: str, tmp_path: Path) -> None:
    config = asked_of(tmp_path)
    dataset(96).frame.to_csv(tmp_path / "table.csv", index=False)
    first, second = config["sources"]
    command = [sys.executable, "-m", "scalearn_core", "sweep", "--table", str(tmp_path / "table.csv")]
    command += ["--text", "text", "--label", "label", "--encoder", config["encoder"], "--device", "cpu", "--json"]
    command += [
        "--variants",
        "scalearn,scalearn_uniform_pp",
        "--seeds",
        "1",
        "--subsets",
        f"{first};{first},{second}",
    ]
    told = []
    for out, options in (("here", []), ("there", ["--workers", "2", "--cluster", cluster]), ("here", [])):
        ran = subprocess.run(
            [*command, "--out", str(tmp_path / out), *options], cwd=ROOT, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr
        told.append(json.loads(ran.stdout))
    here, there, again = told
    assert again == here, "what is there is not trained again: it took the same seconds"
    assert len(here["trials"]) == 4
    for mine, other in zip(here["trials"], there["trials"], strict=True):
        assert {**mine, "seconds": 0} == {**other, "seconds": 0}
    for path in (tmp_path / "here" / "trials").glob("*.safetensors"):
        kept = [load_file(each)["probabilities"] for each in (path, tmp_path / "there" / "trials" / path.name)]
        np.testing.assert_array_equal(*kept)


def test_without_a_cluster_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    run_id = runs.submit("selfcheck", {"launcher": "ray"})
    assert ended(run_id).error_code == "run.no_cluster"
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RunError, match=r"requirements-ray\.txt"):
        runs.submit("selfcheck", {"launcher": "ray"})
    monkeypatch.setenv("SCALEARN_LAUNCHER", "cloud")
    with pytest.raises(RunError, match="local, ray"):
        runs.submit("selfcheck", {})


def test_the_setting_sends_what_is_long_to_the_cluster(on_ray: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEARN_LAUNCHER", "ray")
    run_id = runs.submit("selfcheck", {"steps": 1, "seconds_per_step": 0.0})
    assert ended(run_id).status == "succeeded", runs.log_tail(run_id)
    assert runs.get(run_id).config["launcher"] == "ray"


def test_nothing_of_ray_is_imported_by_what_works_here() -> None:
    code = (
        "import sys; import scalearn_core.cli.parser, scalearn_core.prediction.on_ray, scalearn_core.jobs.predict;"
        "import scalearn_core.runs.on_ray, scalearn_core.studies.sweep_on_ray, app;"
        "print(*[name for name in sys.modules if name.partition('.')[0] == 'ray'])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""
