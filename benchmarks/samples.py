"""Do earlier tasks help on the bundled samples? The verdict of a training with each of five seeds.

    python -m benchmarks.samples course_feedback course_feedback_ja
    python -m benchmarks.samples service_desk --seeds 13

Trains as the New training page does by itself: all sources that allow commercial use, recipe "auto", a task
adapter.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise

from scalearn_core.adapters import catalog
from scalearn_core.config import DEFAULT_VARIANT, TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.languages import shares_of
from scalearn_core.devices import find
from scalearn_core.encoders.choice import choose_encoder
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evidence.pipeline import train_with_evidence
from scalearn_core.workspace.samples import SAMPLES

SEEDS = (13, 0, 1, 2, 3)
"""That of the New training page, and four more."""


def train(key: str, seed: int, own_adapter: bool) -> str:
    """One line: what came out, in points of macro-F1 on the test documents."""
    sample = SAMPLES[key]
    dataset = TextDataset.from_table(sample.path, sample.mapping).split(plan=sample.plan)
    encoder = choose_encoder(shares_of(dataset.frame["text"].tolist())).key
    began: list[tuple[str, float]] = []
    result = train_with_evidence(
        dataset,
        sources=catalog.permissive(encoder),
        variant=DEFAULT_VARIANT,
        config=TrainingConfig(recipe="auto", seed=seed, own_adapter=own_adapter),
        device=find("cpu"),
        encoder=Encoder.load(encoder),
        on_stage=lambda stage: began.append((stage, time.process_time())),
    ).result
    began.append(("", time.process_time()))
    worked = ", ".join(f"{stage} {end - start:.0f}" for (stage, start), (_, end) in pairwise(began))
    scores = ", ".join(f"{name} {100 * report.macro_f1.value:.1f}" for name, report in result.scores.items())
    low, high = result.verdict.interval
    return (
        f"{key} seed {seed}: {result.verdict.code}, {result.verdict.gain:+.1f} ({low:+.1f} to {high:+.1f}) on"
        f" {result.dataset.counts.test} test documents from {result.dataset.counts.train}; {scores};"
        f" {result.seconds['total']:.0f} s, of the processor {worked}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("samples", nargs="+", choices=SAMPLES)
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    parser.add_argument(
        "--own-adapter", action=argparse.BooleanOptionalAction, help="default: as in the ready result"
    )
    arguments = parser.parse_args()
    for key in arguments.samples:
        for seed in arguments.seeds:
            own = SAMPLES[key].own_adapter if arguments.own_adapter is None else arguments.own_adapter
            print(train(key, seed, own), flush=True)


if __name__ == "__main__":
    main()
