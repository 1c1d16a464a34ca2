"""Figures behind the time estimate of the Train page: characters per token, and the efficiency of training.

python -m benchmarks.estimate
"""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from scalearn_core import Encoder, ScaLearnModel, TextDataset, TrainingConfig, catalog, train_scales
from scalearn_core.data.samples import SAMPLES
from scalearn_core.training import estimate


def main() -> None:
    encoder = Encoder.load()
    names = catalog.permissive()
    for key, sample in SAMPLES.items():
        dataset = TextDataset.from_table(Path(sample.path), text=sample.text, label=sample.label).split(seed=13)
        texts = dataset.frame["text"].tolist()
        characters = sum(map(len, texts))
        tokens = sum(encoder.tokenize(texts).lengths)
        model = ScaLearnModel(encoder, catalog.load(names, encoder), labels=dataset.labels)
        steps: list[float] = []
        train_scales(
            model, dataset, TrainingConfig(epochs=3, patience=3),
            on_step=lambda step, metrics, steps=steps: steps.append(time.perf_counter()),  # type: ignore[misc]
        )  # fmt: skip
        seconds = median(b - a for a, b in pairwise(steps))
        batch_tokens = 32 * tokens / len(texts)
        work = 2 * batch_tokens * (
            2 * 6 * (4 * 384**2 + 2 * 384 * 1536) + len(names) * 2 * 6 * 2 * 384 * 24
        )  # fmt: skip
        print(
            f"{key}: {characters / tokens:.2f} characters per token; a step of 32 documents takes "
            f"{seconds * 1000:.0f} ms = {work / seconds / 1e9:.0f} GFLOP/s, "
            f"{work / seconds / estimate.matmul_speed('cpu'):.2f} of the matrix-product speed"
        )


if __name__ == "__main__":
    main()
