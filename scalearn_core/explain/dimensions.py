"""Scales of one number per dimension, summarised in a few numbers per layer and source.

The variants "scalearn" and "scalearn_pp" learn a scale for every dimension of the hidden states: thousands of
numbers, of which a map shows the mean. Here is what the mean hides: how far they spread, how many are negative
(where the model takes away what the source would add), and the dimensions that stand out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from scalearn_core.records.training import DimensionSummary
from scalearn_core.scaling.scales import Scales
from scalearn_core.storage.codec import tupled

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
TOP = 5
"""Dimensions named per layer and source."""


def dimension_summary(omega: NDArray[np.floating[Any]]) -> DimensionSummary:
    """How the scales of each layer and source are distributed over the dimensions.

    Args:
        omega: `[layers or 1, sources, width]`.

    Returns:
        With the scales at `QUANTILES`, and the `TOP` dimensions of the largest size, counted from 0.
    """
    scales = np.asarray(omega, dtype=np.float64)
    order = np.argsort(-np.abs(scales), axis=-1, kind="stable")[..., :TOP]  # [layers, sources, TOP]
    largest = np.take_along_axis(scales, order, axis=-1)
    return DimensionSummary(
        width=scales.shape[-1],
        quantiles=QUANTILES,
        values=tupled(np.moveaxis(np.quantile(scales, QUANTILES, axis=-1), 0, -1)),
        spread=tupled(scales.std(axis=-1)),
        negative=tupled((scales < 0).mean(axis=-1)),
        top=tuple(
            tuple(
                tuple((int(dimension), float(value)) for dimension, value in zip(places, values, strict=True))
                for places, values in zip(*layer, strict=True)
            )
            for layer in zip(order, largest, strict=True)
        ),
    )


@torch.no_grad()
def summary_of(scales: Scales) -> DimensionSummary | None:
    """The summary of the scales in use; None where there is one number per source, which needs none."""
    if scales.variant.uniform:
        return None
    used = [scales(layer) for layer in range(len(scales.omega))]  # without dropout, see `Scales.forward`
    return dimension_summary(torch.stack(used).cpu().numpy())
