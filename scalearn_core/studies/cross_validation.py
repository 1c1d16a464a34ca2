"""How good is it, where there are too few documents for a test set? Every document is tested, in turns.

The documents are divided into five folds; five trainings learn from four of them each and are tested on the one
left out, and all of it is repeated with other divisions. So every document is tested once per repetition by a
model that saw neither it nor another of its text or group, and what is scored is the way of training on these
documents, not the one model at hand.

An interval has to hold two kinds of luck: which documents were learned from (`resampled.corrected_interval`, over
the trainings), and which were tested (the smoothed bootstrap of `report.py`, over the documents of one repetition:
where nearly all is right, all trainings score alike and the first alone would be far too narrow). It reaches to
the farther end of both. `python -m benchmarks.cross_validation` measures how often that holds the truth.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scalearn_core.data.folds import grouped_folds
from scalearn_core.data.parts import Part
from scalearn_core.data.split_plan import groups_of
from scalearn_core.data.splits import OPEN, complete_parts
from scalearn_core.encoders.embedding import embed
from scalearn_core.errors import ConfigError, DataError
from scalearn_core.evaluation.by_language import Scores
from scalearn_core.evaluation.comparison import FEWEST_DISAGREEMENTS, Verdict, compare_predictions
from scalearn_core.evaluation.intervals import Interval, wilson_interval
from scalearn_core.evaluation.metrics import score
from scalearn_core.evaluation.report import evaluate_predictions
from scalearn_core.evaluation.resampled import corrected_interval
from scalearn_core.evidence.trained import OnProgress, TrainedModel
from scalearn_core.heads.logistic import unit
from scalearn_core.records.studies import CrossValidation, FoldDifference, FoldScore, FoldTraining
from scalearn_core.studies.training import Progress, train_again
from scalearn_core.targets import Targets, same

FOLDS = 5
REPEATS = 3
LONGEST = 1800.0
"""Seconds: another repetition is not begun where it would end later."""
METRICS = ("macro_f1", "accuracy")


@dataclass(frozen=True, eq=False)
class Repetition:
    """Every document tested once."""

    folds: NDArray[np.int64]
    """The fold that each was tested in, below 0 where it was not tested, `[documents]`."""
    predicted: Targets
    """By the model (`targets.py`); of no meaning where it was not tested."""
    plain: Targets
    """By the plain classifier of the same training documents."""


def study(trained_model: TrainedModel, on_progress: OnProgress) -> CrossValidation:
    """Train 5 times per repetition and score (`docs/formats.md`: `studies.cross_validation`).

    Raises:
        ConfigError: `study.not_at_random`, where the user chose the test documents: testing others says nothing
            of how new documents fare, for which these stand.
        DataError: `data.empty_test`, where hardly a label has two texts or groups.
    """
    plan = trained_model.result.plan
    if plan.by != "random":
        raise ConfigError("study.not_at_random")
    dataset, encoder = trained_model.dataset, trained_model.model.encoder
    whole = dataset.whole()
    texts, targets = whole.texts, whole.targets
    tokens = trained_model.documents.tokens
    progress = Progress(on_progress, [0.3, *[1.0] * FOLDS * REPEATS], trained_model.result.seconds)
    embeddings = unit(embed(encoder, tokens))
    progress.next()
    groups = groups_of(plan, texts, dataset.side)
    began, done = time.monotonic(), list[Repetition]()
    for number in range(REPEATS):
        spent = time.monotonic() - began
        if done and spent / len(done) * (len(done) + 1) > LONGEST:
            break
        seed = (trained_model.config.seed + number) % 2**32
        folds = grouped_folds(texts, targets, FOLDS, seed, groups=groups)
        if len(set(folds[folds >= 0].tolist())) < 2:
            raise DataError("data.empty_test")
        predicted, plain = np.zeros_like(targets), np.zeros_like(targets)
        for fold in range(FOLDS):
            tested = np.flatnonzero(folds == fold)
            if len(tested):
                config = replace(trained_model.config, seed=(seed + REPEATS * fold) % 2**32)
                parts = complete_parts(
                    np.where(folds == fold, Part.TEST, OPEN),
                    texts,
                    targets,
                    validation=plan.validation,
                    seed=seed,
                    groups=groups,
                )
                model, result = train_again(
                    trained_model,
                    replace(dataset, parts=parts),
                    config,
                    on_step=progress.step,
                    on_stage=progress.stage,
                )
                predicted[tested] = model.decide(model.predict_proba_of(tokens.take(tested.tolist())))
                plain[tested] = result.frozen_head.predict(embeddings[tested])
            progress.next()
        done.append(Repetition(folds, predicted, plain))
    return summary(targets, done, dataset.labels, seed=trained_model.config.seed)


def summary(
    targets: Targets, repetitions: list[Repetition], labels: tuple[str, ...], *, seed: int
) -> CrossValidation:
    """Scores of both methods, their difference, and what each training scored.

    Args:
        targets: true labels of all documents (`targets.py`).
        repetitions: at least one.
        seed: of the bootstrap over documents.
    """
    trainings = [
        (tested, run)
        for run in repetitions
        for fold in range(FOLDS)
        if len(tested := np.flatnonzero(run.folds == fold))
    ]
    size = float(np.mean([len(tested) for tested, _ in trainings]))
    learned = len(targets) - size
    scores = {
        method: {
            metric: np.array([score(metric, targets[rows], getattr(run, method)[rows]) for rows, run in trainings])
            for metric in METRICS
        }
        for method in ("predicted", "plain")
    }
    first = repetitions[0]
    rows = np.flatnonzero(first.folds >= 0)
    reports = {
        method: evaluate_predictions(targets[rows], getattr(first, method)[rows], labels, seed=seed)
        for method in ("predicted", "plain")
    }

    def interval(method: str, metric: str) -> Interval:
        over_trainings = corrected_interval(scores[method][metric], tested=size, learned=learned)
        widened = _wider(over_trainings, getattr(reports[method], metric))
        return Interval(widened.value, max(0.0, widened.low), min(1.0, widened.high))

    apart = scores["predicted"]["macro_f1"] - scores["plain"]["macro_f1"]
    over_documents = _difference(targets[rows], first.predicted[rows], first.plain[rows], len(labels), seed)
    difference = _wider(
        corrected_interval(apart, tested=size, learned=learned),
        over_documents,
    )
    disagreements = [int((~same(run.predicted, run.plain))[run.folds >= 0].sum()) for run in repetitions]
    methods = (("scalearn", "predicted"), ("frozen_head", "plain"))
    return CrossValidation(
        folds=FOLDS,
        repeats=len(repetitions),
        documents=len(targets),
        tested=len(rows),
        learned=round(learned),
        scores={
            name: Scores(**{metric: interval(method, metric) for metric in METRICS}) for name, method in methods
        },
        comparison=FoldDifference(
            difference.value,
            difference.low,
            difference.high,
            verdict=_verdict(difference, min(disagreements)),
            against="frozen_head",
            disagreements=sum(disagreements),
        ),
        trainings=tuple(
            FoldTraining(
                len(tested),
                **{
                    name: FoldScore(**{metric: float(scores[method][metric][i]) for metric in METRICS})
                    for name, method in methods
                },
            )
            for i, (tested, _) in enumerate(trainings)
        ),
        notes=reports["predicted"].notes,
    )


def _difference(targets: Targets, predicted: Targets, plain: Targets, n_classes: int, seed: int) -> Interval:
    """Of the two methods' macro-F1 on the same documents.

    Where all answers are the same, others may differ: by as much as a share of 0 in so many documents may be.
    """
    comparison = compare_predictions(targets, predicted, plain, n_classes=n_classes, seed=seed)
    if not comparison.disagreements:
        reach = wilson_interval(0, len(targets)).high
        return Interval(0.0, -reach, reach)
    return Interval(comparison.difference, comparison.low, comparison.high)


def _wider(over_trainings: Interval, over_documents: Interval) -> Interval:
    """The value of the trainings with the farther ends of both, each taken from its own value."""
    value = over_trainings.value
    below = max(value - over_trainings.low, over_documents.value - over_documents.low)
    above = max(over_trainings.high - value, over_documents.high - over_documents.value)
    return Interval(value, value - below, value + above)


def _verdict(difference: Interval, disagreements: int) -> Verdict:
    if disagreements < FEWEST_DISAGREEMENTS or difference.low <= 0.0 <= difference.high:
        return "no_difference"
    return "better" if difference.low > 0.0 else "worse"
