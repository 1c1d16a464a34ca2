"""Would it come out the same again? The training repeated with other seeds, on the same documents.

Only the luck of the training changes: the forecast's folds, the start of the own adapter, the order of the
documents and the dropout. The division into training and test documents stays, so what is seen is not what other
documents would do. Scores are told as a distribution, as Reimers and Gurevych (2017, arXiv 1707.09861) ask.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scalearn_core.evaluation.metrics import score
from scalearn_core.evidence.trained import OnProgress, TrainedModel
from scalearn_core.explain.contributions import contribution_map
from scalearn_core.records.studies import Seeds, SourceTotals, Spread
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import tupled
from scalearn_core.studies.training import Progress, test_notes, train_again
from scalearn_core.targets import Targets

MORE = 3
"""Repetitions beside the training at hand."""
MEASURING = 0.1
"""Of a repetition's time: contributions and score."""


def study(trained_model: TrainedModel, on_progress: OnProgress) -> Seeds:
    """Train `MORE` times again and say which contributions repeat (`docs/formats.md`: `studies.seeds`).

    The first row of every list is the model at hand.
    """
    documents = trained_model.documents
    tokens, measured_on = documents.test.tokens, documents.take(_measured_on(trained_model))
    seeds = [(trained_model.config.seed + more) % 2**32 for more in range(MORE + 1)]
    progress = Progress(
        on_progress, [MEASURING, *[1.0 - MEASURING, MEASURING] * MORE], trained_model.result.seconds
    )
    raw, contributions, scores = [], [], []
    for number, seed in enumerate(seeds):
        model = trained_model.model
        if number:
            config = replace(trained_model.config, seed=seed)
            model, _ = train_again(
                trained_model, trained_model.dataset, config, on_step=progress.step, on_stage=progress.stage
            )
            progress.next()
        measured = contribution_map(model, measured_on)
        progress.within(0.5)
        raw.append(measured.raw)
        contributions.append(measured.contribution)
        scores.append(_macro_f1(trained_model, model.decide(model.predict_proba_of(tokens))))
        progress.next()
    values = np.array(contributions)  # [seeds, layers, sources]
    sizes = np.abs(values).mean(axis=1)  # [seeds, sources]
    return Seeds(
        seeds=tuple(seeds),
        sources=_names(trained_model.model),
        documents=len(measured_on),
        test_documents=len(trained_model.test),
        macro_f1=tuple(scores),
        score=Spread(float(np.mean(scores)), float(np.std(scores, ddof=1)), min(scores), max(scores)),
        raw=tuple(map(tupled, raw)),
        contribution=tupled(values),
        mean=tupled(values.mean(axis=0)),
        sd=tupled(values.std(axis=0, ddof=1)),
        notes=test_notes(trained_model),
        repeats=tupled(repeats(values)),
        totals=SourceTotals(tupled(sizes), tupled(sizes.mean(axis=0)), tupled(sizes.std(axis=0, ddof=1))),
    )


def repeats(contributions: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where the repetitions agree: one sign, not 0, in all of them, and a mean farther from 0 than one deviation.

    A rule of thumb, no test: of cells that were noise around 0, one in nine (11%) would pass it with four
    repetitions; "does not repeat" is the safer of the two answers.

    Args:
        contributions: signed, `[repetitions, layers, sources]`, two repetitions or more.

    Returns:
        `[layers, sources]`.
    """
    signs = np.sign(contributions)
    agree = (signs[0] != 0) & (signs == signs[0]).all(axis=0)
    clear = np.abs(contributions.mean(axis=0)) > contributions.std(axis=0, ddof=1)
    return np.asarray(agree & clear)


def _measured_on(trained_model: TrainedModel) -> list[int]:
    """As many documents as the model's own contributions were measured on, spread evenly over the table."""
    count = len(trained_model.dataset.frame)
    number = min(count, trained_model.result.scales.documents)
    places: list[int] = np.linspace(0, count - 1, number).round().astype(int).tolist()
    return places


def _macro_f1(trained_model: TrainedModel, predicted: Targets) -> float:
    return score("macro_f1", trained_model.test.targets, predicted)


def _names(model: ScaLearnModel) -> tuple[str, ...]:
    return tuple(source.name for source in model.sources)
