"""How long a training will take here: counted work of each step against a speed measured on the spot."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.config import (
    FORECAST,
    MOST_WINDOWS,
    RECIPES,
    UNLABELLED_STEPS,
    StageOneConfig,
    TrainingConfig,
)
from scalearn_core.data.unlabelled import MOST_UNLABELLED
from scalearn_core.devices import told_of_bfloat16_units, usable_cores
from scalearn_core.encoders.cards import CARDS, DEFAULT

TEST_SHARE = 0.2
PAPER_SHARE = 7 / 8
"""Of the other documents recipe "paper" trains on; the rest chooses the epoch."""
REDUCTION_FACTOR = 16
"""Of the library's adapters."""
INNER = 4
"""Widths of the feed-forward part, in encoders of BERT's kind."""
READING, LEARNING = 0.38, 0.2
"""Shares of the speed of bare matrix products that passes without and with a backward pass reach, padding and all
(`python -m benchmarks.estimate`)."""
QUICKER = 2.0
"""So many times as fast is a training step with bfloat16 products (`python -m benchmarks.speed products`)."""
LOADING, EVALUATION = 6.0, 5.0
"""Seconds for what does not depend on the documents: libraries and encoder; reports, 8-bit mode and saving."""


@dataclass(frozen=True)
class Step:
    """One step of a training, as the progress names it."""

    stage: str
    least: float
    """Seconds on a quiet machine: with the shortest forecast, or stop, and no joining documents without label."""
    most: float
    """With the longest."""


def stages(recipe: str, own_adapter: bool, unlabelled: bool) -> tuple[str, ...]:
    """Names of the steps of a training, in their order.

    Args:
        unlabelled: whether there are documents without label; whether they join shows on the way.
    """
    if recipe == "paper":
        first = ("loading", "embedding", "forecast", *(("own_adapter",) if own_adapter else ()))
    else:
        first = ("loading", "embedding", "forecast")
    alone = ("without_sources",) if recipe == "auto" and own_adapter else ()
    beside = ("unlabelled",) if alone and unlabelled else ()
    return (*first, "training", *alone, *beside, "baselines", "evaluation")


def plan_steps(
    n_documents: int,
    n_sources: int,
    device: str,
    own_adapter: bool,
    mean_bytes: float,
    recipe: str = "auto",
    encoder: str = DEFAULT,
    long_texts: str = "head",
    unlabelled: int = 0,
    test_share: float = TEST_SHARE,
) -> tuple[Step, ...]:
    """The steps of a training in their order, with the seconds each takes on a quiet machine.

    Args:
        n_documents: with labels, of the whole table.
        mean_bytes: mean length of a document in UTF-8, which tells its tokens in any script.
        device: "cpu", "cuda" or "mps".
        encoder: key of its card.
        long_texts: see `TrainingConfig`.
        unlabelled: documents without label; at least, none of them joins (`training/unlabelled.py`).
        test_share: of the documents, those tested on.
    """
    # The four variants cost the same, as the scales are folded into the up-projections.
    card = CARDS[encoder]
    windows = MOST_WINDOWS if long_texts == "windows" else 1
    per_document = min(windows * card.max_length, (len(card.prefix) + mean_bytes) / card.bytes_per_token + 2)
    plain = 2 * card.layers * (4 + 2 * INNER) * card.width**2
    adapter = 2 * card.layers * 2 * card.width**2 // REDUCTION_FACTOR
    speed = matmul_speed(device, card.width)
    quicker = QUICKER if RECIPES[recipe].bfloat16 and told_of_bfloat16_units(device) else 1.0

    def seconds(documents: float, sources: int, tokens: float = per_document) -> float:
        """To run documents through encoder and sources once."""
        return float(documents * tokens * (plain + sources * adapter) / (READING * speed))

    def learning(documents: float, sources: int) -> float:
        """To learn from documents once; a training step counts as two passes."""
        return 2 * seconds(documents, sources) * READING / (LEARNING * quicker)

    train = round((1 if recipe == "auto" else PAPER_SHARE) * (1 - test_share) * n_documents)
    test = n_documents * test_share
    settings = TrainingConfig(recipe=recipe).resolved(train)
    candidate = seconds(min(train, FORECAST.documents), 1, tokens=min(FORECAST.length, per_document))
    first_round = 1 + FORECAST.alone(n_sources) + FORECAST.shuffled
    further = (FORECAST.most(n_sources) - first_round) * candidate
    asked = Step("forecast", first_round * candidate, first_round * candidate + further)
    begin = Step("loading", LOADING, LOADING), _exactly("embedding", 2 * seconds(n_documents, 0))
    scored = seconds(test, 0) + 2 * seconds(test, n_sources)
    end = _exactly("evaluation", EVALUATION + scored + seconds(train, n_sources))
    if recipe == "auto":
        batch = min(train, TrainingConfig().batch_size)
        learned = settings.steps * learning(batch, n_sources + own_adapter)
        # The control (`evidence/rivals.py`): without sources, or all of it again with shuffled ones.
        shuffled = 0.0 if own_adapter else learned
        least, most = (0.0, 0.0) if own_adapter else (asked.least, asked.most)
        rivals = seconds(n_documents, 1) + shuffled
        alone = [_exactly("without_sources", settings.steps * learning(batch, 1))] if own_adapter else []
        others = Step("baselines", rivals + least, rivals + most)
        steps = [*begin, asked, _exactly("training", learned), *alone, others, end]
        if own_adapter and unlabelled:
            every = train + min(unlabelled, MOST_UNLABELLED)
            with_sources, without = (
                UNLABELLED_STEPS * learning(batch, adapters) + 2 * seconds(every, adapters)
                for adapters in (n_sources + 1, 1)
            )
            steps.insert(5, Step("unlabelled", 0.0, seconds(every, 0) + with_sources + without))
        return tuple(steps)
    stage_one = StageOneConfig.for_documents(train, seed=0)
    epoch = learning(train, n_sources + own_adapter)
    least, most = (epochs * epoch for epochs in (min(settings.epochs, settings.patience + 1), settings.epochs))
    own = [_exactly("own_adapter", stage_one.epochs * learning(train, 1))] if own_adapter else []
    again = sum(step.least for step in own)  # the control is the same training
    others = Step("baselines", again + least, again + most + further)
    return (*begin, asked, *own, Step("training", least, most), others, end)


def _exactly(stage: str, seconds: float) -> Step:
    """A step whose work is known."""
    return Step(stage, seconds, seconds)


def mean_bytes(texts: pd.Series[str]) -> float:
    """Mean length in UTF-8, on which the time depends."""
    return float(texts.map(lambda text: len(text.encode())).mean())


def estimate(steps: Sequence[Step], device: str) -> tuple[float, float]:
    """Seconds that the steps take together at least and at most, beside what runs now.

    At most, all of that goes on; at least, most of it ends before long: so a busy machine widens the range.
    """
    slower = busy(device)
    return slower**0.5 * sum(step.least for step in steps), slower * sum(step.most for step in steps)


def busy(device: str) -> float:
    """How many times longer work takes beside what runs on the processor now; 1 on a quiet machine and on a GPU.

    With `load` others that want a core, a program with a thread for each core gets its share of them.
    """
    if device != "cpu":
        return 1.0
    cores = usable_cores()
    try:
        return max(1.0, (os.getloadavg()[0] + cores) / cores)
    except (AttributeError, OSError):  # Windows has none, and a container may hide it
        return 1.0


def matmul_speed(device: str, width: int) -> float:
    """Floating-point operations per second of the encoder's largest matrix product, at most ten minutes old."""
    return _measured(device, width, int(time.monotonic() // 600))


@lru_cache(maxsize=4)
def _measured(device: str, width: int, at: int) -> float:
    """On a processor what its cores give by their own clock, whatever else runs; on a GPU the best of five."""
    del at  # only the key of the cache
    return _cores_speed(width) if device == "cpu" else _gpu_speed(device, width)


def _cores_speed(width: int) -> float:
    """By NumPy, which is there already: torch would take seconds to load."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    left, right = np.ones((256, width), np.float32), np.ones((width, INNER * width), np.float32)
    with threadpool_limits(1):
        left @ right  # warms up
        seconds = min(_thread_seconds(left, right) for _ in range(5))
    return usable_cores() * 2 * left.shape[0] * right.size / seconds


def _thread_seconds(left: NDArray[np.float32], right: NDArray[np.float32]) -> float:
    """Of one product, by the clock of this thread."""
    started = time.thread_time()
    for _ in range(4):
        left @ right
    return (time.thread_time() - started) / 4


def _gpu_speed(device: str, width: int) -> float:
    import torch

    left = torch.rand(2048, width, device=device)
    right = torch.rand(width, INNER * width, device=device)

    def seconds() -> float:
        started = time.perf_counter()
        for _ in range(4):
            product = left @ right
        float(product[0, 0])  # waits for the device
        return (time.perf_counter() - started) / 4

    seconds()  # warms up
    return 2 * left.shape[0] * right.numel() / min(seconds() for _ in range(5))
