"""What more labels would bring: held against what they do bring, and nothing said where nothing can be."""

from __future__ import annotations

import numpy as np

from scalearn_core.heads.logistic import unit
from scalearn_core.records.labelling import LabelEntry
from scalearn_core.review.outlook import MORE, Outlook, outlook
from scalearn_core.review.proposals import live_head
from scalearn_core.review.standing import standing

NAMES = ("a", "b", "c", "d")
NOW = "2026-11-01T00:00:00+00:00"


def pile(seed: int, documents: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Four categories that overlap."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(len(NAMES), size=documents)
    centres = rng.normal(size=(len(NAMES), 24))
    return unit((centres[targets] + 2.2 * rng.normal(size=(documents, 24))).astype(np.float32)), targets


def asked(vectors: np.ndarray, targets: np.ndarray, labels: int, why: str = "random") -> Outlook | None:
    said = [LabelEntry(NOW, "Aoi", n, "label", (NAMES[targets[n]],), why=why) for n in range(labels)]
    return outlook(vectors, standing(said), NAMES, None)


def test_the_interval_holds_what_more_labels_bring() -> None:
    held, rises = 0, 0
    for seed in range(10):
        vectors, targets = pile(seed)
        found = asked(vectors, targets, 60)
        if found is None:
            continue
        head = live_head(vectors[: 60 + MORE], targets[: 60 + MORE], len(NAMES))
        assert head is not None
        right = float((head.predict(vectors[60 + MORE :]) == targets[60 + MORE :]).mean())
        held += found.right.low <= right <= found.right.high
        rises += found.gain.value >= 0
    assert held >= 8 and rises >= 8


def test_what_cannot_be_told_is_not() -> None:
    vectors, targets = pile(0)
    assert asked(vectors, targets, 60) is not None
    assert asked(vectors, targets, MORE - 1) is None, "a curve is not extended beyond twice its length"
    assert asked(vectors, targets, 60, why="unsure") is None, "chosen for being hard, they judge nothing"
