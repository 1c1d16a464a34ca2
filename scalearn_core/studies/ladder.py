"""What each further step costs and brings, from the plain classifier to training the whole encoder.

Every rung learns from the same documents with the same seed and is scored on the same test documents. What does
not change is shared: the documents are opened once, all scales start at the one forecast of the model at hand, and
where this model is itself a rung it is not trained again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from scalearn_core.baselines.fine_tuning import fit_fine_tuned
from scalearn_core.config import VARIANTS
from scalearn_core.devices import free_bytes
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Tokens
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.evaluation.report import evaluate_predictions
from scalearn_core.evidence.trained import OnProgress, TrainedModel
from scalearn_core.heads.logistic import fit_frozen_head, unit
from scalearn_core.records.studies import Ladder, LearnedNumbers, RungRecord, TrainTest
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.studies.memory import PeakMemory
from scalearn_core.studies.stopping import where_to_stop
from scalearn_core.studies.time_estimates import STAGES
from scalearn_core.studies.training import Progress, new_model, test_notes, train_again
from scalearn_core.targets import Targets
from scalearn_core.training.recipe_auto import learn_from_pairs
from scalearn_core.training.without_sources import average_with_alone

RUNGS = ("frozen_head", *VARIANTS, "own_adapter", "fine_tuning")
WEIGHTS = (0.2, 1.0, 1.0, 1.0, 1.0, 1.2, 5.0)
"""Time of the rungs, measured on the first sample with 9 sources (CPU), a variant being 1."""
COPIES = 6
"""Of the encoder's weights that fine-tuning holds at a time: the copy that learns, its gradients, two moments of
the optimizer, and the states of two epochs."""
FREE_SHARE = 0.8
"""Of the free memory that these may take."""
LONGEST = 1800.0
"""Seconds that fine-tuning may take, projected from its first steps."""
FIRST_STEPS = 3
WARM_UP = 16
"""Documents classified before the speed is measured."""

Predict = Callable[[Tokens], Targets]


@dataclass(frozen=True, eq=False)
class Rung:
    """One step, trained; or why it was not."""

    name: str
    learned: LearnedNumbers
    predict: Predict | None
    seconds: float | None = None
    """What training it took, shared work included."""
    memory: int | None = None
    """See `memory.PeakMemory`; None where it was not measured."""
    skipped: Literal["memory", "time"] | None = None
    is_model: bool = False

    @property
    def bytes(self) -> int:
        """On disk beside the encoder and the library: four for each learned number."""
        return torch.float32.itemsize * self.learned.total


class _TooLong(Exception):
    """Fine-tuning would take longer than `LONGEST`."""


def study(trained_model: TrainedModel, on_progress: OnProgress) -> Ladder:
    """Train and score every rung; say where to stop (`docs/formats.md`: `studies.ladder`)."""
    progress = Progress(on_progress, WEIGHTS, trained_model.result.seconds)
    test = trained_model.documents.test.tokens
    labels, seed = trained_model.model.labels, trained_model.config.seed
    rungs, predicted, speeds = [], {}, {}
    for rung in _climb(trained_model, progress):
        rungs.append(rung)
        if rung.predict is not None:
            predicted[rung.name], speeds[rung.name] = _measured(rung.predict, test)
        progress.next()
    stop, differences = where_to_stop(trained_model.test.targets, predicted, n_classes=len(labels), seed=seed)
    rows = []
    for rung in rungs:
        row = RungRecord(rung.name, rung.learned, rung.bytes, rung.skipped, rung.is_model)
        if rung.name in predicted:
            report = evaluate_predictions(trained_model.test.targets, predicted[rung.name], labels, seed=seed)
            against = differences.get(rung.name)
            row = replace(
                row,
                macro_f1=report.macro_f1,
                accuracy=report.accuracy,
                comparison=replace(against[1], against=against[0]) if against else None,
                seconds=round(rung.seconds, 2) if rung.seconds is not None else None,
                memory=rung.memory,
                documents_per_second=round(speeds[rung.name], 1),
            )
        rows.append(row)
    return Ladder(
        stop=stop,
        rungs=tuple(rows),
        documents=TrainTest(len(trained_model.train), len(trained_model.test)),
        memory_of="cuda" if trained_model.model.encoder.device.type == "cuda" else "process",
        notes=test_notes(trained_model),
    )


def uniform(variant: str) -> str:
    """The variant of one number where the given one has one per dimension."""
    return {"scalearn": "scalearn_uniform", "scalearn_pp": "scalearn_uniform_pp"}.get(variant, variant)


def _climb(trained_model: TrainedModel, progress: Progress) -> Iterator[Rung]:
    """The rungs, lowest first, each trained when it is asked for."""
    model, train, config = trained_model.model, trained_model.train, trained_model.config
    encoder = model.encoder
    began = time.monotonic()
    cached = CachedDocuments(encoder, trained_model.documents.train.tokens)
    opening = time.monotonic() - began
    yield _plain(trained_model, cached, opening)

    start = _start(trained_model)
    shared = opening + float(trained_model.result.seconds.get("forecast", 0.0))
    for variant, own in (*((variant, False) for variant in VARIANTS), (uniform(model.variant), True)):
        name = "own_adapter" if own else variant
        if (model.variant, model.own_adapter) == (variant, own):
            took = sum(float(trained_model.result.seconds.get(stage, 0.0)) for stage in STAGES)
            yield Rung(name, _learned(model), _predictor(model), took, is_model=True)
            continue
        peak = PeakMemory(encoder.device)
        began = time.monotonic()
        if start is not None:
            trained = new_model(trained_model, variant, config.seed)
            recipe = replace(config, own_adapter=own).resolved(len(train))
            learn_from_pairs(
                trained, cached, train.targets, recipe, start=start,
                batch_size=config.batch_size, seed=config.seed, on_step=progress.step,
            )  # fmt: skip
            if own:
                average_with_alone(
                    trained, cached, train.targets, recipe,
                    batch_size=config.batch_size, seed=config.seed, on_step=progress.step,
                )  # fmt: skip
            took = shared + time.monotonic() - began
        else:
            trained, _ = train_again(
                trained_model, trained_model.dataset, replace(config, own_adapter=own), variant=variant,
                on_step=progress.step, on_stage=progress.stage,
            )  # fmt: skip
            took = time.monotonic() - began
        yield Rung(name, _learned(trained), _predictor(trained), took, peak.bytes())
    del cached
    yield fine_tune(trained_model, progress)


def _plain(trained_model: TrainedModel, cached: CachedDocuments, opening: float) -> Rung:
    """The plain classifier of the model at hand; fitted once more only to measure what that takes."""
    encoder, head = trained_model.model.encoder, trained_model.frozen_head
    peak = PeakMemory(encoder.device)
    began = time.monotonic()
    held_back = trained_model.documents.validation.tokens
    fit_frozen_head(
        unit(embed(encoder, cached)), trained_model.train.targets, unit(embed(encoder, held_back)),
        trained_model.validation.targets, len(trained_model.model.labels), seed=trained_model.config.seed,
    )  # fmt: skip
    took = opening + time.monotonic() - began
    learned = LearnedNumbers(scales=0, own_adapter=0, head=head.weight.size + head.bias.size, encoder=0)
    return Rung(
        "frozen_head", learned, lambda tokens: head.predict(unit(embed(encoder, tokens))), took, peak.bytes()
    )


def fine_tune(trained_model: TrainedModel, progress: Progress) -> Rung:
    """Every weight of a copy of the encoder; left out where memory or time do not suffice."""
    encoder = trained_model.model.encoder
    head = len(trained_model.model.labels) * (encoder.width + 1)
    learned = LearnedNumbers(scales=0, own_adapter=0, head=head, encoder=encoder.parameter_count())
    skipped = Rung("fine_tuning", learned, None)
    if COPIES * torch.float32.itemsize * learned.encoder > FREE_SHARE * free_bytes(encoder.device):
        return replace(skipped, skipped="memory")
    peak = PeakMemory(encoder.device)
    began = time.monotonic()

    def on_step(step: int, metrics: dict[str, float]) -> None:
        elapsed = time.monotonic() - began
        if step == FIRST_STEPS and elapsed / metrics["fraction"] > LONGEST:
            raise _TooLong
        progress.step(step, metrics)

    try:
        classifier = fit_fine_tuned(
            encoder, trained_model.train, trained_model.validation, seed=trained_model.config.seed, on_step=on_step
        )
    except _TooLong:
        return replace(skipped, skipped="time")
    except torch.OutOfMemoryError:
        return replace(skipped, skipped="memory")
    took = time.monotonic() - began

    return replace(skipped, predict=classifier.classes, seconds=took, memory=peak.bytes())


def _start(trained_model: TrainedModel) -> NDArray[np.float64] | None:
    """Where the scales of the model at hand began, one for each library source; None where that is not known.

    Recipe "paper" does not begin at the forecast, and results of the first releases have none: then each rung is
    trained from its beginning.
    """
    start = trained_model.result.start
    if start is None or trained_model.config.recipe != "auto":
        return None
    strengths = [start.strengths.get(source.name, 0.0) for source in trained_model.library_sources]
    return start.share * np.array(strengths, dtype=np.float64)


def _learned(model: ScaLearnModel) -> LearnedNumbers:
    counts = model.parameter_counts()
    return LearnedNumbers(counts["scales"], counts["own_adapter"], counts["head"], encoder=0)


def _predictor(model: ScaLearnModel) -> Predict:
    return lambda tokens: model.decide(model.predict_proba_of(tokens))


def _measured(predict: Predict, tokens: Tokens) -> tuple[Targets, float]:
    """The classes, and documents per second once the device is warm."""
    predict(tokens.take(list(range(min(WARM_UP, len(tokens))))))
    began = time.perf_counter()
    classes = predict(tokens)
    return classes, len(tokens) / (time.perf_counter() - began)
