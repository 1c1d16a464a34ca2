"""The benchmarks run: on a tiny encoder, where one is enough; what they print is not judged here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[1]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_gpu_benchmark_runs_its_path_on_a_cpu() -> None:
    done = run("benchmarks.gpu", "--device", "cpu", "--tiny")
    assert done.returncode == 0, done.stderr
    assert "documents/s" in done.stdout


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_gpu_it_says_so_in_one_sentence() -> None:
    done = run("benchmarks.gpu")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("There is no CUDA device here")
    assert len(done.stderr.splitlines()) == 1


def test_the_simulation_of_cross_validation_tells_each_setting() -> None:
    done = run("benchmarks.cross_validation", "--tables", "2")
    assert done.returncode == 0, done.stderr
    told = [line.split("|")[4].strip() for line in done.stdout.splitlines()[2:]]
    assert told == ["macro_f1", "accuracy", "difference"] * 7
