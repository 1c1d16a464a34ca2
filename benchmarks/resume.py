"""Workers killed with -9 at random moments: `python -m benchmarks.resume [--kills 30] [--seed 1]`.

Runs of three kinds (a training of either recipe, a study) over a tiny encoder are killed and resumed again and
again; each must end with the bytes of one that nobody disturbed. Prints one line per kill, with the stage it hit,
and at the end how many runs came out the same, and what was left behind. The code must stay as it is meanwhile:
what other code kept is not used.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.runs.compared import compare
from tests.runs.resuming import asked_of, kill_at_random


def main() -> None:
    """Kill, resume, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as place:
        os.environ["SCALEARN_HOME"] = str(Path(place) / "workspace")
        os.environ["SCALEARN_CHECKPOINT_SECONDS"] = "0"
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        auto = asked_of(Path(place) / "auto", documents=120)
        paper = auto | {"recipe": "paper", "own_adapter": True}
        model = finished("train", auto)
        asked = [
            ("train", auto),
            ("train", paper),
            ("study", {"model_run": model, "study": "seeds", "device": "cpu"}),
        ]
        undisturbed = [finished(kind, config) for kind, config in asked]
        hit: Counter[str] = Counter()
        same, ended = 0, 0
        while hit.total() < args.kills:
            number = ended % len(asked)
            identical, stages = disturbed(undisturbed[number], chance, args.kills - hit.total())
            hit.update(stages)
            same, ended = same + identical, ended + 1
        left = [
            path for path in Path(place).rglob("*") if path.name.startswith(".new-") or path.name == "checkpoint"
        ]
        print(f"{hit.total()} kills in stages {dict(hit)}")
        print(f"{same} of {ended} runs came out the same, byte for byte; left behind: {len(left)}")
        assert same == ended and not left


def finished(kind: str, config: dict[str, Any]) -> str:
    """A run that nobody disturbs."""
    run_id = runs.submit(kind, config)
    wait(run_id)
    assert runs.get(run_id).status == "succeeded", runs.log_tail(run_id)
    return run_id


def wait(run_id: str) -> None:
    while runs.get(run_id).active:
        time.sleep(0.05)


def disturbed(like: str, chance: random.Random, most: int) -> tuple[bool, list[str]]:
    """Repeat a run, killing it up to four times; whether it came out the same, and the stages that were hit."""
    first, stages = runs.get(like), list[str]()
    took = (first.finished_at or 0.0) - (first.started_at or 0.0)
    run_id = runs.rerun(like)
    while len(stages) < min(4, most):
        stage = kill_at_random(run_id, chance, took)
        if stage is None or runs.get(run_id).status == "succeeded":
            break
        stages.append(stage)
        print(f"{first.kind:6} killed in {stage} at {runs.get(run_id).progress:.0%}", flush=True)
        runs.resume(run_id)
    wait(run_id)
    comparison = compare(like, run_id)
    if not comparison.identical:
        print(f"{run_id} is {runs.get(run_id).status}: {comparison}\n{runs.log_tail(run_id, 5)}")
    return comparison.identical, stages


if __name__ == "__main__":
    main()
