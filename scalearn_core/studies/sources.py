"""Which sources help: each left out, alone and added, how far they overlap, and how strong each should be.

What is asked, and how, stands in `explain/ablation.py`, `explain/overlap.py` and `explain/probing.py`; the
result in `records/sources.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scalearn_core.evidence.trained import OnProgress, TrainedModel
from scalearn_core.explain import ablation, effort, probing
from scalearn_core.explain.ablation import Step, Tried
from scalearn_core.explain.overlap import DOCUMENTS, alike_together, overlap
from scalearn_core.explain.probing import Curve
from scalearn_core.explain.refit import Meter, Mixes
from scalearn_core.records.sources import (
    AddedSource,
    ChangeAt,
    Probing,
    SourceDocuments,
    SourceOverlap,
    SourcePair,
    SourcesStudy,
    SourceWorth,
    StrengthCurve,
)
from scalearn_core.training.stage_one import TaskData


def study(trained_model: TrainedModel, on_progress: OnProgress) -> SourcesStudy:
    """Measure every source of a trained model. `on_progress` is called after every batch."""
    model, seed = trained_model.model, trained_model.result.seed
    names = [source.name for source in model.sources]
    reused = len(trained_model.library_sources)
    train, test = (
        trained_model.train.drawn(effort.MOST_TRAIN, seed),
        trained_model.test.drawn(effort.MOST_TEST, seed),
    )
    on_progress(0.0)
    mixes = Mixes(model, TaskData.read(model.encoder, train), TaskData.read(model.encoder, test), seed=seed)
    whole = mixes.whole
    sample = mixes.sample(effort.PROBED_TRAIN, effort.PROBED_TEST)
    expected = {entry.source: float(entry.strength) for entry in trained_model.result.forecast}  # best first
    tokens = [int(mixes.tokens[part.rows].sum()) for part in (whole, sample)]
    passes = effort.ablation_passes(len(names), len(expected)), effort.probing_passes(reused)
    mixes.meter = Meter(on_progress, passes[0] * tokens[0] + passes[1] * tokens[1])

    everything = ablation.try_mix(mixes, mixes.omega, whole)
    plain = ablation.try_mix(mixes, mixes.only(), whole)
    left_out = ablation.leave_one_out(mixes, everything)
    alone = ablation.each_alone(mixes, plain)
    alone_changes = [mixes.change(tried.judged, plain.judged, whole) for tried in alone]
    at_forecast = {
        name: _at_forecast(mixes, names.index(name), strength, plain) for name, strength in expected.items()
    }
    order = [*ablation.order_by_promise(mixes, alone[:reused]), *range(reused, len(names))]
    added = ablation.add_one_by_one(mixes, order, plain=plain, alone=alone, everything=everything)
    effects = [tried.embeddings - plain.embeddings for tried in alone]

    known = plain.embeddings[sample.rows]  # `whole` holds the documents in order
    start = Tried(known, mixes.judge(known, sample))
    curves = {source: probing.curve(mixes, source, start, sample) for source in range(reused)}
    pair = _pair([names.index(name) for name in expected] or order[:reused])
    grid = probing.pair_grid(mixes, pair, curves, start, sample) if pair else []
    on_progress(1.0)
    return SourcesStudy(
        documents=SourceDocuments(len(train), len(test), len(sample.train), len(sample.test)),
        all=everything.judged.macro_f1,
        plain=plain.judged.macro_f1,
        sources=tuple(
            SourceWorth(
                source=name,
                own=number >= reused,
                idle=mixes.idle(number),
                left_out=left_out[number],
                alone=alone_changes[number],
                at_forecast=at_forecast.get(name),
            )
            for number, name in enumerate(names)
        ),
        added=tuple(_step(step, names) for step in added),
        overlap=_overlap(effects),
        probing=Probing(effort.STRENGTHS, tuple(_curve(curve, names) for curve in curves.values())),
        pair=SourcePair((names[pair[0]], names[pair[1]]), effort.PAIR_STRENGTHS, tuple(map(tuple, grid)))
        if pair
        else None,
    )


def _pair(ranked: list[int]) -> tuple[int, int] | None:
    """The two most promising sources; None where there is one."""
    return (ranked[0], ranked[1]) if len(ranked) > 1 else None


def _at_forecast(mixes: Mixes, source: int, strength: float, plain: Tried) -> ChangeAt:
    """One source alone at the strength that the forecast thinks best, against the plain encoder."""
    tried = ablation.try_mix(mixes, mixes.even({source: strength}), mixes.whole)
    return ChangeAt(strength, **vars(mixes.change(tried.judged, plain.judged, mixes.whole)))


def _step(step: Step, names: list[str]) -> AddedSource:
    return AddedSource(names[step.source], step.judged.macro_f1, **vars(step.change), step=step.step)


def _overlap(effects: list[Any]) -> SourceOverlap:
    """Rows and columns in the order of the model's sources; None where one has no effect."""
    similar = overlap(effects)
    return SourceOverlap(
        similarity=tuple(
            tuple(None if np.isnan(value) else round(float(value), 4) for value in row) for row in similar
        ),
        order=tuple(alike_together(similar)),
        documents=min(DOCUMENTS, len(effects[0])),
    )


def _curve(curve: Curve, names: list[str]) -> StrengthCurve:
    return StrengthCurve(names[curve.source], tuple(curve.scores), tuple(curve.changes), curve.chosen)
