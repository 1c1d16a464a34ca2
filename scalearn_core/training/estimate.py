"""How long a training will take on this machine: counted work against a speed measured on the spot."""

from __future__ import annotations

import time
from functools import lru_cache

from scalearn_core.config import StageOneConfig, TrainingConfig

CHARACTERS_PER_TOKEN = 4.1
"""Of English business text with the default encoder's tokenizer (`python benchmarks/estimate.py`)."""
MAX_TOKENS = 256
TRAIN_SHARE = 0.7
"""Of the documents are trained on, a tenth chooses the epoch, a fifth is the test."""
LAYERS, WIDTH, INNER, RANK = 6, 384, 1536, 24
"""Of the default encoder and its adapters."""
EFFICIENCY = 0.55
"""Share of the measured matrix-product speed that training reaches (`python benchmarks/estimate.py`)."""
FIXED_SECONDS = 12.0
"""An allowance for loading, the baselines and saving; not measured."""


def estimate_seconds(
    n_documents: int,
    n_sources: int,
    device: str,
    own_adapter: bool,
    mean_characters: float,
    recipe: str = "auto",
) -> tuple[float, float]:
    """Seconds a training will take at least and at most: from the earliest stop to all epochs.

    Args:
        n_documents: of the whole table.
        mean_characters: mean length of a document.
        device: "cpu", "cuda" or "mps".
    """
    # The four variants cost the same, as the scales are folded into the up-projections.
    tokens = n_documents * min(MAX_TOKENS, mean_characters / CHARACTERS_PER_TOKEN + 2)
    encoder = 2 * LAYERS * (4 * WIDTH**2 + 2 * WIDTH * INNER)
    adapters = 2 * LAYERS * 2 * WIDTH * RANK
    once = tokens * encoder / (EFFICIENCY * matmul_speed(device))  # seconds to run all documents once
    per_source = tokens * adapters / (EFFICIENCY * matmul_speed(device))

    train_documents = round(TRAIN_SHARE * n_documents)
    stage_one = StageOneConfig.for_documents(train_documents, seed=0)

    def seconds(epochs: int) -> float:
        training = TRAIN_SHARE * epochs * 2 * (once + n_sources * per_source)  # forward and backward
        own = TRAIN_SHARE * stage_one.epochs * 2 * (once + per_source) if own_adapter else 0.0
        return FIXED_SECONDS + once + own + training + once + 2 * n_sources * per_source

    settings = TrainingConfig(recipe=recipe).resolved(train_documents)
    return seconds(min(settings.epochs, settings.patience + 1)), seconds(settings.epochs)


def matmul_speed(device: str) -> float:
    """Floating-point operations per second of the encoder's largest matrix product, at most a minute old."""
    return _measured(device, int(time.monotonic() // 60))


@lru_cache(maxsize=4)
def _measured(device: str, minute: int) -> float:
    """The best of five: a busy moment of the machine is not its speed."""
    import torch

    del minute  # only the key of the cache
    left = torch.rand(2048, WIDTH, device=device)
    right = torch.rand(WIDTH, INNER, device=device)

    def seconds() -> float:
        started = time.perf_counter()
        for _ in range(4):
            product = left @ right
        float(product[0, 0])  # waits for the device
        return (time.perf_counter() - started) / 4

    seconds()  # warms up
    return 2 * left.shape[0] * WIDTH * INNER / min(seconds() for _ in range(5))
