"""Does `watch` tell when documents change, and only then? False alarms, misses, and the estimated score.

    python -m benchmarks.watch FOLDER/ag_news/test.csv                 # the default encoder's own embeddings

Two windows of 200 documents over ten days each, from three of the table's categories.

- *swapped*: in the second window one category is replaced by the fourth (20 simulations).
- *reshuffled*: both windows are drawn alike (40 simulations).
- *estimated score*: a plain classifier of 16 documents per category, 200 test documents, a window of 200: how
  often the 95% interval from confidences alone holds the share that is right (400 simulations).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.heads.logistic import fit_head
from scalearn_core.watch.drift import ALARM, input_drift
from scalearn_core.watch.estimate import estimated_score

WINDOW, DAYS, SWAPS, SHUFFLES, ESTIMATES = 200, 10, 20, 40, 400
LEARNED, TESTED = 16, 200
MOST = 2400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--documents", type=int, default=MOST)
    parser.add_argument("--simulations", type=float, default=1.0, help="share of them that is run")
    args = parser.parse_args()
    rows = pd.read_csv(args.table, dtype=str, keep_default_na=False)
    rows = rows.sample(min(args.documents, len(rows)), random_state=0)
    _, labels = np.unique(rows["label"], return_inverse=True)
    encoder = Encoder.load()
    vectors = embed(encoder, encoder.tokenize(rows["text"].tolist()))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    generator = np.random.default_rng(7)
    for name, count, swapped in (("swapped", SWAPS, True), ("reshuffled", SHUFFLES, False)):
        times = max(1, round(count * args.simulations))
        alarms = sum(_alarm(vectors, labels, generator, swapped=swapped, seed=seed) for seed in range(times))
        print(f"{name}: alarm in {alarms} of {times}")
    times = max(1, round(ESTIMATES * args.simulations))
    held, widths = zip(*(_held(vectors, labels, generator, seed=seed) for seed in range(times)), strict=True)
    print(
        f"estimated score: {100 * np.mean(held):.1f}% of {times} intervals hold it, "
        f"mean width {np.mean(widths):.3f}"
    )


def _alarm(
    vectors: np.ndarray, labels: np.ndarray, generator: np.random.Generator, *, swapped: bool, seed: int
) -> bool:
    order = generator.permutation(labels.max() + 1)
    before, now = order[:3], [*order[:2], order[3]] if swapped else order[:3]
    first = generator.choice(np.flatnonzero(np.isin(labels, before)), WINDOW, replace=False)
    left = np.setdiff1d(np.flatnonzero(np.isin(labels, now)), first)
    second = generator.choice(left, WINDOW, replace=False)
    chosen = np.concatenate([first, second])
    days = np.concatenate([generator.integers(0, DAYS, WINDOW), DAYS + generator.integers(0, DAYS, WINDOW)])
    found = input_drift(vectors[chosen], days, np.arange(2 * WINDOW) >= WINDOW, seed=seed)
    return found.p is not None and found.p <= ALARM


def _held(
    vectors: np.ndarray, labels: np.ndarray, generator: np.random.Generator, *, seed: int
) -> tuple[bool, float]:
    learned = np.concatenate(
        [generator.choice(np.flatnonzero(labels == label), LEARNED, replace=False) for label in np.unique(labels)]
    )
    rest = generator.permutation(np.setdiff1d(np.arange(len(labels)), learned))
    tested, new = rest[:TESTED], rest[TESTED : TESTED + WINDOW]
    head = fit_head(vectors[learned], labels[learned], int(labels.max()) + 1, c=10.0, seed=seed)
    test, window = head.predict_proba(vectors[tested]), head.predict_proba(vectors[new])
    right = float((window.argmax(1) == labels[new]).mean())
    found = estimated_score(test.max(1), test.argmax(1) == labels[tested], window.max(1), seed=seed)
    return found.low - 1e-9 <= right <= found.high + 1e-9, found.high - found.low


if __name__ == "__main__":
    main()
