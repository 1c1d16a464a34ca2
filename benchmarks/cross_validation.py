"""How often do the intervals of repeated cross-validation hold the truth?

    python -m benchmarks.cross_validation [--tables 200]

Documents are points around the centre of their label, in ten dimensions with unit noise; a classifier learns the
centres and takes the nearest, its rival sees only some of the dimensions. For each setting so many tables are
drawn and cross-validated as the study does (`studies.cross_validation.summary`: five folds, three repetitions).
The truth is the mean score, on 4,000 other documents, of what the trainings of all tables learned. An interval of
95% should hold it 95 times in 100. "trainings alone" is the corrected resampled t-interval, "both" what the studio
tells.
"""

from __future__ import annotations

import argparse
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scalearn_core.data.folds import grouped_folds
from scalearn_core.evaluation.metrics import score
from scalearn_core.evaluation.resampled import corrected_interval
from scalearn_core.records.studies import CrossValidation
from scalearn_core.studies.cross_validation import FOLDS, REPEATS, Repetition, summary

DIMENSIONS = 10
OTHERS = 4_000
ROWS = ("macro_f1", "accuracy", "difference")


class Setting(NamedTuple):
    documents: int
    labels: int
    apart: float
    """Distance of a label's centre from the origin."""
    seen: int
    """Dimensions that the rival sees."""


SETTINGS = (
    Setting(30, 2, 2.0, 1),
    Setting(40, 2, 2.0, 1),
    Setting(40, 2, 4.0, 1),
    Setting(40, 4, 2.5, 3),
    Setting(80, 4, 2.5, 3),
    Setting(80, 8, 3.0, 6),
    Setting(200, 4, 2.5, 3),
)


class Points(NamedTuple):
    places: NDArray[np.float64]
    targets: NDArray[np.int64]


def drawn(setting: Setting, n: int, generator: np.random.Generator) -> Points:
    """At least two documents of each label."""
    while True:
        targets = generator.integers(setting.labels, size=n)
        if np.bincount(targets, minlength=setting.labels).min() >= 2:
            break
    places = generator.normal(size=(n, DIMENSIONS))
    places[np.arange(n), targets] += setting.apart
    return Points(places, targets)


def nearest(learned: Points, asked: NDArray[np.float64], dimensions: int) -> NDArray[np.int64]:
    """The label whose mean is nearest, by the first so many dimensions."""
    labels = np.unique(learned.targets)
    means = np.stack([learned.places[learned.targets == label, :dimensions].mean(0) for label in labels])
    distances = (means**2).sum(1) - 2 * asked[:, :dimensions] @ means.T
    return np.asarray(labels[distances.argmin(1)])


def measured(setting: Setting, tables: int) -> dict[str, tuple[float, float, float]]:
    """By score: how often "trainings" and "both" hold the truth, and the mean width of the latter in points."""
    generator = np.random.default_rng(0)
    others = drawn(setting, OTHERS, generator)
    names = tuple(map(str, range(setting.labels)))
    found, truths = [], []
    for table in range(tables):
        data = drawn(setting, setting.documents, generator)
        repetitions, true = [], []
        for number in range(REPEATS):
            texts = list(map(str, range(setting.documents)))
            folds = grouped_folds(texts, data.targets, FOLDS, seed=table * REPEATS + number)
            predicted, plain = np.zeros_like(data.targets), np.zeros_like(data.targets)
            for fold in range(FOLDS):
                tested, learned = folds == fold, Points(data.places[folds != fold], data.targets[folds != fold])
                predicted[tested] = nearest(learned, data.places[tested], DIMENSIONS)
                plain[tested] = nearest(learned, data.places[tested], setting.seen)
                if not number:  # the trainings of one repetition tell the truth as well as those of three
                    ours, rival = (nearest(learned, others.places, seen) for seen in (DIMENSIONS, setting.seen))
                    f1, rivals = (score("macro_f1", others.targets, told) for told in (ours, rival))
                    true.append((f1, score("accuracy", others.targets, ours), f1 - rivals))
            repetitions.append(Repetition(folds, predicted, plain))
        found.append(summary(data.targets, repetitions, names, seed=table))
        truths.append(np.mean(true, axis=0))
    return {row: held(row, found, float(truth)) for row, truth in zip(ROWS, np.mean(truths, axis=0), strict=True)}


def held(row: str, found: list[CrossValidation], truth: float) -> tuple[float, float, float]:
    """As in `measured`, for one score."""
    alone, both, width = [], [], []
    for record in found:
        interval = record.comparison if row == "difference" else getattr(record.scores["scalearn"], row)
        metric = "macro_f1" if row == "difference" else row
        scores = np.array([getattr(training.scalearn, metric) for training in record.trainings])
        if row == "difference":
            scores -= [getattr(training.frozen_head, metric) for training in record.trainings]
        size = record.tested / FOLDS
        bare = corrected_interval(scores, tested=size, learned=record.documents - size)
        alone.append(bare.low <= truth <= bare.high)
        both.append(interval.low <= truth <= interval.high)
        width.append(100 * (interval.high - interval.low))
    return 100 * float(np.mean(alone)), 100 * float(np.mean(both)), float(np.mean(width))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=200, help="per setting (default: %(default)s)")
    tables = parser.parse_args().tables
    print("| documents | labels | apart | score | trainings alone hold | both hold | width |")
    print("|---|---|---|---|---|---|---|")
    for setting in SETTINGS:
        for row, (alone, both, width) in measured(setting, tables).items():
            told = f"{alone:.0f}% | {both:.0f}% | {width:.0f}"
            print(f"| {setting.documents} | {setting.labels} | {setting.apart} | {row} | {told} |", flush=True)


if __name__ == "__main__":
    main()
