"""What bulk prediction is asked and what it knows so far."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalearn_core.prediction.cascade import Exit


@dataclass(frozen=True, eq=False)
class Documents:
    """Documents as token ids, one after another."""

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    """Where each begins, and where the last ends, `[documents + 1]`."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        return self.ids[self.starts[row] : self.starts[row + 1]]


@dataclass(frozen=True)
class Plan:
    """Where documents leave, and what became of the promise."""

    exits: tuple[Exit, ...] = ()
    spread: float = 0.0
    """Of the margin of 8-bit products."""
    level: float = math.inf
    """See `cascade.choose_level`; infinite: all are computed by the model as it was trained."""
    checked: int = 0
    """Documents drawn at random that were computed by the model as it was trained as well."""
    same: int = 0
    """Of them, how many get the same answer."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What is known of documents; of all of them in the end. The arrays are filled in place."""

    probabilities: NDArray[np.float32]
    """`[documents, labels]`."""
    step: NDArray[np.int8]
    """Where each document got its answer: 0 by its word vectors, then after each part of the layers, the last of
    them with 8-bit products, then one more by the model as it was trained; -1 where it has none yet."""
    plan: Plan | None = None
    """None until documents have been drawn and checked."""
