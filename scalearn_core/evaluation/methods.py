"""The methods that a training is scored beside, by their codes."""

from __future__ import annotations

OURS = "scalearn"
WITHOUT_UNLABELLED = "without_unlabelled"
METHODS = (
    OURS, WITHOUT_UNLABELLED, "own_adapter", "shuffled_sources", "single_source", "frozen_head", "tfidf",
    "majority",
)  # fmt: skip
"""Ours first, then from the strongest to the simplest; page and shell list them in this order. The second is the
same training without the documents that have no label, where there were some. The third and the fourth are
controls, of which a training has one (`evaluation/verdict.py`)."""
