"""Figures behind the time estimate of the Train page: bytes per token, and the efficiency of training.

python -m benchmarks.estimate
"""

from __future__ import annotations

import time
from itertools import pairwise
from statistics import median

from scalearn_core import Encoder, ScaLearnModel, TextDataset, TrainingConfig, catalog, train_scales
from scalearn_core.encoders.cards import CARDS
from scalearn_core.evidence import time_estimates as estimate
from scalearn_core.workspace.samples import SAMPLES


def main() -> None:
    for key, card in CARDS.items():
        encoder = Encoder.load(key)
        names = catalog.permissive(key)
        for name, sample in SAMPLES.items():
            if sample.language not in card.languages:
                continue
            dataset = TextDataset.from_table(sample.path, text=sample.text, label=sample.label).split(seed=13)
            texts = dataset.frame["text"].tolist()
            size = sum(len((card.prefix + text).encode()) for text in texts)
            tokens = sum(encoder.tokenize(texts).lengths)
            model = ScaLearnModel(encoder, catalog.load(names, encoder), labels=dataset.labels)
            steps: list[float] = []
            train_scales(
                model, dataset, TrainingConfig(recipe="paper", epochs=3, patience=3),
                on_step=lambda step, metrics, steps=steps: steps.append(time.perf_counter()),  # type: ignore[misc]
            )  # fmt: skip
            seconds = median(b - a for a, b in pairwise(steps))
            plain = 2 * card.layers * (4 + 2 * estimate.INNER) * card.width**2
            adapter = 2 * card.layers * 2 * card.width**2 // estimate.REDUCTION_FACTOR
            work = 2 * 32 * tokens / len(texts) * (plain + len(names) * adapter)
            print(
                f"{key}, {name}: {size / (tokens - 2 * len(texts)):.2f} bytes per token; a step of 32 documents "
                f"takes {seconds * 1000:.0f} ms = {work / seconds / 1e9:.0f} GFLOP/s, "
                f"{work / seconds / estimate.matmul_speed('cpu', card.width):.2f} of the matrix-product speed"
            )


if __name__ == "__main__":
    main()
