"""A training step with OpenMP threads that spin while they wait, and with ones that sleep.

python -m benchmarks.threads            # on a free machine
python -m benchmarks.threads --busy     # beside another process that computes on every core
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from statistics import median

STEP = """
import time
from scalearn_core import Encoder, ScaLearnModel, TextDataset, catalog
from scalearn_core.workspace.samples import SAMPLES
sample = SAMPLES["service_desk"]
dataset = TextDataset.from_table(sample.path, text=sample.text, label=sample.label).split()
encoder = Encoder.load()
model = ScaLearnModel(encoder, catalog.load(catalog.permissive(), encoder), labels=dataset.labels)
tokens = encoder.tokenize(dataset.train.texts)
seconds = []
for step in range(6):
    began = time.perf_counter()
    model.logits(tokens, range(32)).square().mean().backward()
    seconds.append(time.perf_counter() - began)
print(sorted(seconds[1:])[2])
"""
BURN = "while True: pass"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    others = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(os.cpu_count() or 1) if arguments.busy]
    try:
        found: dict[str, list[float]] = {"active": [], "passive": []}
        for _ in range(arguments.rounds):
            for policy, seconds in found.items():
                done = subprocess.run(
                    [sys.executable, "-c", STEP], env={**os.environ, "OMP_WAIT_POLICY": policy},
                    capture_output=True, text=True, check=True,
                )  # fmt: skip
                seconds.append(float(done.stdout))
    finally:
        for other in others:
            other.kill()
    for policy, seconds in found.items():
        print(f"{policy:8} {median(seconds) * 1000:7.0f} ms per step of 32 documents  {seconds}")


if __name__ == "__main__":
    main()
