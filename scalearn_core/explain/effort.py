"""The amount of work in measuring the sources of a model, and so how long it takes; without torch."""

from __future__ import annotations

MOST_TRAIN, MOST_TEST = 600, 1000
"""At most so many training and test documents are looked at. Of 800 training documents 600 are three quarters of
the time, and leaving out each of 20 sources then keeps within two minutes (`python -m benchmarks.sources`)."""

STRENGTHS = (-1.0, -0.5, 0.0, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0)
"""Of one source. Of the paper's grid 0.1 and 0.9 are left out: they hardly differ from their neighbours."""
PAIR_STRENGTHS = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
"""Of each of two sources together."""
PROBED_TRAIN, PROBED_TEST = 160, 240
"""At most so many training and test documents are looked at for a strength, because hundreds are tried."""


def ablation_passes(sources: int, forecast: int) -> int:
    """Passes over all documents: two mixes, each source left out, alone and added, and at the forecast's strength.

    Args:
        sources: all of the model, its own adapter among them.
        forecast: for how many of them there is a forecast.
    """
    return 2 + 2 * sources + forecast + max(0, sources - 2)


def probing_passes(reused: int) -> int:
    """Passes over the probed documents: a curve for each reused source, and the grid of two."""
    return reused * (len(STRENGTHS) - 1) + (reused > 1) * (len(PAIR_STRENGTHS) - 1) ** 2


def work(train: int, test: int, *, sources: int, reused: int, forecast: int) -> int:
    """Documents that pass the encoder in the whole study of a model with so many documents."""
    whole = min(train, MOST_TRAIN) + min(test, MOST_TEST)
    probed = min(train, PROBED_TRAIN) + min(test, PROBED_TEST)
    return ablation_passes(sources, forecast) * whole + probing_passes(reused) * probed
