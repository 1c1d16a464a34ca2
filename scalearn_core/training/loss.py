"""The loss that a classifier is trained to minimise."""

from __future__ import annotations

import torch
from torch.nn import functional as F


def classification_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy over documents; of several labels (`targets.py`) the binary one, over labels too.

    Args:
        logits: `[documents, labels]`.
        targets: class numbers `[documents]`, or 0 and 1 `[documents, labels]`.
    """
    if targets.ndim == 2:
        return F.binary_cross_entropy_with_logits(logits, targets.to(logits.dtype))
    return F.cross_entropy(logits, targets)
