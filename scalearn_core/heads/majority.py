"""The simplest baseline: always answer with the most frequent class, and only that one in multi-label data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from scalearn_core.targets import Targets, are_multi_label, counts_of

if TYPE_CHECKING:
    from scalearn_core.data.split import Split


def predict_majority(train: Split, texts: Sequence[str]) -> Targets:
    """The most frequent class of `train` for every text (`targets.py`); of equals the first label."""
    commonest = int(counts_of(train.targets, len(train.labels)).argmax())
    return always(commonest, len(texts), len(train.labels), multi_label=are_multi_label(train.targets))


def always(label: int, documents: int, n_labels: int, *, multi_label: bool) -> Targets:
    """One label for every document, shaped as `targets.py` says."""
    if multi_label:
        return np.tile(np.eye(n_labels, dtype=np.int64)[label], (documents, 1))
    return np.full(documents, label, dtype=np.int64)
