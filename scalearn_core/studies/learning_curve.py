"""What would more labels bring? Trainings on parts of the documents, and the curve extrapolated.

The parts grow by doubling and lie within each other; small ones are drawn several times, each time with another
seed. All are scored on the same test documents, the plain classifier beside them. The curve (`power_law.py`) is
fitted to the scores, and fitted again on resampled test documents with the deviations of the draws put back at
random signs (wild bootstrap, Liu 1988): the intervals cover the choice of test documents and the luck of drawing
and training, not that the law may not hold beyond the documents at hand. So it is carried on to `REACH` times
these.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scalearn_core.encoders.embedding import embed
from scalearn_core.evaluation.intervals import CONFIDENCE
from scalearn_core.evaluation.metrics import FloatArray, count_cells, macro_f1, total_classes
from scalearn_core.evidence.trained import OnProgress, TrainedModel
from scalearn_core.heads.logistic import unit
from scalearn_core.records.studies import (
    CarriedOn,
    CurvePoint,
    FittedCurve,
    LearningCurve,
    MethodCurve,
    MoreLabels,
)
from scalearn_core.storage.codec import tupled
from scalearn_core.studies.power_law import PowerLaw, fit_power_law
from scalearn_core.studies.training import Progress, test_notes, train_again, with_training
from scalearn_core.targets import Targets, indicators

METHODS = ("scalearn", "frozen_head")
SIZES = 5
"""At most: all documents, half of them, a quarter, ..."""
DRAWS = (1, 2, 2, 3, 3)
"""How often each is drawn, the largest first: all documents can be drawn once."""
FEWEST_SIZES = 4
"""For a curve of three numbers."""
PER_CLASS = 2
"""Documents per class in the smallest part, at least."""
REACH = 3.0
"""The curve is carried on to so many times the documents at hand."""
MORE = (100, 50, 20, 10)
"""More labels asked about: the first that keeps within the reach."""
GRID = 40
"""Places of the curve that are kept."""
RESAMPLES = 1000
FLAT, RISING = 0.01, 0.005
"""A gain whose interval ends below the one is next to nothing; one that begins above the other is shown."""
MISFIT = 0.05
"""Mean distance of the sizes' mean scores from the curve above which it does not describe them."""


def study(trained_model: TrainedModel, on_progress: OnProgress) -> LearningCurve:
    """Train on parts and carry the curve on (`docs/formats.md`: `studies.learning_curve`)."""
    targets, test = trained_model.train.targets, trained_model.test
    plan = draws(targets, len(trained_model.model.labels), trained_model.config.seed)
    weights = [0.3, *[0.4 + 0.6 * kept.mean() for _, kept in plan[1:]]]
    progress = Progress(on_progress, weights, trained_model.result.seconds)
    encoder = trained_model.model.encoder
    tokens = trained_model.documents.test.tokens
    embeddings = unit(embed(encoder, tokens))
    progress.within(0.5)
    predicted: dict[str, list[NDArray[np.int64]]] = {
        "scalearn": [trained_model.model.decide(trained_model.model.predict_proba_of(tokens))],
        "frozen_head": [trained_model.frozen_head.predict(embeddings)],
    }
    progress.next()
    for number, kept in plan[1:]:
        config = replace(trained_model.config, seed=(trained_model.config.seed + number) % 2**32)
        model, result = train_again(
            trained_model,
            with_training(trained_model.dataset, kept),
            config,
            on_step=progress.step,
            on_stage=progress.stage,
        )
        predicted["scalearn"].append(model.decide(model.predict_proba_of(tokens)))
        predicted["frozen_head"].append(result.frozen_head.predict(embeddings))
        progress.next()
    sizes = [int(kept.sum()) for _, kept in plan]
    classes, seed = len(test.labels), trained_model.config.seed
    curves = {
        name: carry_on(sizes, test.targets, np.array(predicted[name]), n_classes=classes, seed=seed)
        for name in METHODS
    }
    return LearningCurve(
        documents=len(targets),
        test_documents=len(test),
        reach=round(REACH * len(targets)),
        methods=curves,
        notes=test_notes(trained_model),
    )


def draws(targets: Targets, n_classes: int, seed: int) -> list[tuple[int, NDArray[np.bool_]]]:
    """Parts to train on, the largest first: the number of the draw, and which documents, `[documents]`.

    The parts of one draw lie within each other, and have every class in about its share, at least one document
    of it where they are large enough.
    """
    n = len(targets)
    sizes = [round(n / 2**halved) for halved in range(SIZES)]
    sizes = [n, *[size for size in sizes[1:] if size >= max(4, PER_CLASS * n_classes)]]
    parts = []
    for number in range(max(DRAWS)):
        order = _stratified(targets, n_classes, np.random.default_rng([seed, number]))
        for size, times in zip(sizes, DRAWS, strict=False):
            if number < times:
                kept = np.zeros(n, dtype=np.bool_)
                kept[order[:size]] = True
                parts.append((number, kept))
    return sorted(parts, key=lambda part: -int(part[1].sum()))


def _stratified(targets: Targets, n_classes: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """An order of the documents whose every beginning has the classes in about their shares.

    A document of several classes stands where the rarest of them puts it.
    """
    place = np.full(len(targets), np.nan)
    has = indicators(targets, n_classes)
    first = generator.random(len(targets))  # of documents without any class
    for column in has.T[np.argsort(has.sum(0), kind="stable")]:
        mine = generator.permutation(np.flatnonzero(column & np.isnan(place)))
        if len(mine):
            place[mine] = (np.arange(len(mine)) + generator.random()) / len(mine)
            place[mine[0]] -= 1.0  # one of each class comes first
    return np.argsort(np.where(np.isnan(place), first, place), kind="stable")


def carry_on(
    sizes: list[int], targets: NDArray[np.int64], predicted: NDArray[np.int64], *, n_classes: int, seed: int
) -> MethodCurve:
    """Scores, fitted curve and what more labels would bring, of one method.

    Args:
        sizes: documents learned from, `[trainings]`, the largest first.
        targets: true classes, `[test documents]`.
        predicted: classes, `[trainings, test documents]`.
        seed: of the resampling.
    """
    scores, resampled = _scored(targets, predicted, n_classes, seed)
    points = tuple(CurvePoint(n, score) for n, score in zip(sizes, scores.tolist(), strict=True))
    curve = MethodCurve(points, "few_documents")
    if len(set(sizes)) < FEWEST_SIZES:
        return curve
    fitted = fit_power_law(sizes, scores[None, :])
    if _distance(sizes, scores, fitted) > MISFIT:
        return replace(curve, code="misfit")
    # Three numbers were fitted to the points, which therefore lie nearer to the curve than to the truth.
    deviations = (scores - fitted.at(sizes)[0]) * np.sqrt(len(sizes) / max(1, len(sizes) - 3))
    signs = np.random.default_rng([seed, 1]).choice([-1.0, 1.0], size=resampled.shape)
    again = fit_power_law(sizes, resampled + signs * deviations)
    at_hand = max(sizes)
    more_labels = next((more for more in MORE if at_hand + more <= REACH * at_hand), at_hand)
    more, double = (_gain(fitted, again, at_hand, extra) for extra in (more_labels, at_hand))
    grid = np.unique([at_hand, *np.geomspace(min(sizes), REACH * at_hand, GRID).round()])
    low, high = _ends(again.at(grid))
    return MethodCurve(
        points,
        code=_code(double),
        fit=FittedCurve(float(fitted.a[0]), float(fitted.b[0]), float(fitted.c[0])),
        curve=CarriedOn(tupled(grid.astype(int)), tupled(fitted.at(grid)[0]), tupled(low), tupled(high)),
        more=more,
        double=double,
    )


def _code(double: MoreLabels) -> Literal["flat", "rising", "unsure"]:
    """Told by what twice the documents would bring: small steps are small on any curve."""
    low, high = (bound / 100 for bound in double.interval)
    return "flat" if high < FLAT else "rising" if low > RISING else "unsure"


def _gain(fitted: PowerLaw, again: PowerLaw, at_hand: int, extra: int) -> MoreLabels:
    """What `extra` more labels would bring, in points (0 to 100), with its interval."""
    steps = [at_hand, at_hand + extra]
    (now, then), resampled = fitted.at(steps)[0], again.at(steps)
    low, high = _ends((resampled[:, 1] - resampled[:, 0])[:, None])
    return MoreLabels(int(extra), 100 * float(then - now), (100 * float(low[0]), 100 * float(high[0])))


def _ends(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ends of the 95% interval of each column, `[columns]`, from `[resamples, columns]`."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(values, [tail, 1 - tail], axis=0)
    return low, high


def _distance(sizes: list[int], scores: FloatArray, fitted: PowerLaw) -> float:
    """Root mean square distance of each size's mean score from the curve."""
    different = sorted(set(sizes))
    means = np.array([scores[np.array(sizes) == size].mean() for size in different])
    return float(np.sqrt(np.mean((means - fitted.at(different)[0]) ** 2)))


def _scored(
    targets: NDArray[np.int64], predicted: NDArray[np.int64], n_classes: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Macro-F1 of each training, `[trainings]`, and on resamples of the documents, the same for all
    `[resamples, trainings]`."""
    (true, *guesses), counts = count_cells(targets, *predicted)
    n = int(counts.sum())
    drawn = np.random.default_rng([seed, 0]).multinomial(n, counts / n, size=RESAMPLES)

    def of(documents: NDArray[np.int64]) -> FloatArray:
        return np.stack([macro_f1(total_classes(documents, true, guess, n_classes)) for guess in guesses], axis=1)

    return of(counts[None, :])[0], of(drawn)
