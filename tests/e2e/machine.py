"""How fast the machine is here and now: limits in seconds mean one that does a fixed work in a known time."""

from __future__ import annotations

import statistics
import time

import torch

USUAL_SECONDS = 1.0
"""For `_work` on one idle core of the two-core machine that the limits were set on."""


NOISE = 1.25
"""What neighbours on the machine may take in between two looks at it."""


def slowness() -> float:
    """How many times longer than usual the fixed work takes, never below `NOISE`."""
    return max(NOISE, statistics.median(_work() for _ in range(3)) / USUAL_SECONDS)


def _work() -> float:
    """Seconds for products of the encoder's size on one thread."""
    values, weight = torch.ones(512, 384), torch.ones(384, 1536)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    started = time.monotonic()
    for _ in range(60):
        (values @ weight).relu() @ weight.T
    torch.set_num_threads(threads)
    return time.monotonic() - started
