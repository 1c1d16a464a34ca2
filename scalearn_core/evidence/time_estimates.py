"""How long a training will take on this machine: counted work against a speed measured on the spot."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from scalearn_core.config import FORECAST, MOST_WINDOWS, UNLABELLED_STEPS, StageOneConfig, TrainingConfig
from scalearn_core.data.unlabelled import MOST_UNLABELLED
from scalearn_core.encoders.cards import CARDS, DEFAULT

TEST_SHARE = 0.2
PAPER_SHARE = 7 / 8
"""Of the other documents recipe "paper" trains on; the rest chooses the epoch."""
REDUCTION_FACTOR = 16
"""Of the library's adapters."""
INNER = 4
"""Widths of the feed-forward part, in encoders of BERT's kind."""
EFFICIENCY = 0.55
"""Share of the measured matrix-product speed that training reaches (`python -m benchmarks.estimate`)."""
FIXED_SECONDS = 12.0
"""An allowance for loading, the baselines and saving; not measured."""


def estimate_seconds(
    n_documents: int,
    n_sources: int,
    device: str,
    own_adapter: bool,
    mean_bytes: float,
    recipe: str = "auto",
    encoder: str = DEFAULT,
    long_texts: str = "head",
    unlabelled: int = 0,
) -> tuple[float, float]:
    """Seconds a training will take at least and at most: with the shortest and the longest forecast, or stop.

    Args:
        n_documents: of the whole table.
        mean_bytes: mean length of a document in UTF-8, which tells its tokens in any script.
        device: "cpu", "cuda" or "mps".
        encoder: key of its card.
        long_texts: see `TrainingConfig`.
        unlabelled: documents without label; at least, none of them joins (`training/unlabelled.py`).
    """
    # The four variants cost the same, as the scales are folded into the up-projections.
    card = CARDS[encoder]
    windows = MOST_WINDOWS if long_texts == "windows" else 1
    per_document = min(windows * card.max_length, (len(card.prefix) + mean_bytes) / card.bytes_per_token + 2)
    plain = 2 * card.layers * (4 + 2 * INNER) * card.width**2
    adapter = 2 * card.layers * 2 * card.width**2 // REDUCTION_FACTOR
    speed = EFFICIENCY * matmul_speed(device, card.width)

    def seconds(documents: float, sources: int, passes: int = 1, tokens: float = per_document) -> float:
        """To run documents through encoder and sources; a training step counts as two passes."""
        return passes * documents * tokens * (plain + sources * adapter) / speed

    train = round((1 if recipe == "auto" else PAPER_SHARE) * (1 - TEST_SHARE) * n_documents)
    settings = TrainingConfig(recipe=recipe).resolved(train)
    fixed = FIXED_SECONDS + 3 * seconds(n_documents, 0) + 2 * seconds(n_documents, n_sources)
    candidate = seconds(min(train, FORECAST.documents), 1, tokens=min(FORECAST.length, per_document))
    first_round = 1 + FORECAST.alone(n_sources) + FORECAST.shuffled
    fixed += first_round * candidate
    further = (FORECAST.most(n_sources) - first_round) * candidate
    if recipe == "auto":
        batch = min(train, TrainingConfig().batch_size)
        learned = settings.steps * seconds(batch, n_sources + own_adapter, passes=2)
        # The control (`evidence/rivals.py`): without sources, or all of it again with shuffled ones.
        control = (
            settings.steps * seconds(batch, 1, passes=2) if own_adapter else learned + first_round * candidate
        )
        joining = 0.0
        if own_adapter and unlabelled:
            every = train + min(unlabelled, MOST_UNLABELLED)
            with_sources, without = (
                UNLABELLED_STEPS * seconds(batch, adapters, passes=2) + 2 * seconds(every, adapters)
                for adapters in (n_sources + 1, 1)
            )
            joining = seconds(every, 0) + with_sources + without
        least = fixed + learned + control
        return least, least + joining + (1 if own_adapter else 2) * further
    stage_one = StageOneConfig.for_documents(train, seed=0)
    own = stage_one.epochs * seconds(train, 1, passes=2) if own_adapter else 0.0
    epoch = seconds(train, n_sources + own_adapter, passes=2)
    least, most = (
        own + epochs * epoch for epochs in (min(settings.epochs, settings.patience + 1), settings.epochs)
    )
    return fixed + 2 * least, fixed + further + 2 * most  # twice: the control is the same training


def matmul_speed(device: str, width: int) -> float:
    """Floating-point operations per second of the encoder's largest matrix product, at most ten minutes old."""
    return _measured(device, width, int(time.monotonic() // 600))


@lru_cache(maxsize=4)
def _measured(device: str, width: int, moment: int) -> float:
    """The best of five: a busy moment of the machine is not its speed.

    A processor is measured by NumPy's product, which was within a tenth of torch's, and needs no torch.
    """
    del moment  # only the key of the cache
    generator = np.random.default_rng(0)
    left = generator.random((2048, width), dtype=np.float32)
    right = generator.random((width, INNER * width), dtype=np.float32)
    multiply: Callable[[], object] = (lambda: left @ right) if device == "cpu" else _on_device(device, left, right)

    def seconds() -> float:
        started = time.perf_counter()
        multiply()
        return time.perf_counter() - started

    seconds()  # warms up
    operations: int = 2 * left.shape[0] * right.size
    return operations / min(seconds() for _ in range(5))


def _on_device(device: str, left: np.ndarray, right: np.ndarray) -> Callable[[], object]:
    """The same product elsewhere, waited for."""
    import torch

    factors = [torch.from_numpy(factor).to(device) for factor in (left, right)]
    return lambda: float((factors[0] @ factors[1])[0, 0])
