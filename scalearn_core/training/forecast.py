"""Forecast which sources will help, before any training: a gain for each, and a start for the scales.

For a strength per source, the same in all layers (1, and for those that harm most there -0.5), the documents are
embedded with the sources so scaled, and a logistic regression is cross-validated on the embeddings. What a source
promises is how much less that classifier is wrong (its log-loss) than the one on the plain encoder. Forward
selection then begins at the plain encoder and adds one source, or more of one, at a time; it stops as soon as the
gain does not exceed its standard error. So where no source promises anything the forecast is "none".

Any change of the embeddings, even by noise, can make them a little easier to divide. So a few of the sources are
asked once more with shuffled weights: what these seem to promise is chance, and a promise must exceed it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import FORECAST
from scalearn_core.data.splits import Folds, stratified_folds
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder, Tokens
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.encoders.quick import quick, runs_in_bfloat16
from scalearn_core.heads.logistic import unit
from scalearn_core.heads.solver import askable, cross_validated_losses, on_one_core
from scalearn_core.records.forecast import ForecastRecord, SourcePromise, Start
from scalearn_core.scaling.sources import StackedSources, mixed
from scalearn_core.targets import Targets, are_multi_label, in_turns
from scalearn_core.training.shuffled_sources import shuffled

TOLERANCE = 1e-3
"""Largest gradient at which a fit is done: candidates differ by more."""


@dataclass(frozen=True)
class Promise:
    """The forecast gain of one source alone, at the better of the strengths that were tried."""

    source: int
    """Its number among the sources asked."""
    strength: float
    """The scale it would have in all layers."""
    gain: float | None
    """Percent by which the cross-validated log-loss falls below the plain encoder's; None: nothing was asked."""
    low: float | None
    """Lower end of its 95% interval over the documents. The better of two strengths is a little flattered."""
    high: float | None


@dataclass(frozen=True)
class Forecast:
    """The forecast gain of each source, the start chosen from it, and the gain of that start."""

    strengths: NDArray[np.float64]
    """One per source, `[sources]`; all zero where none promises anything."""
    plain_loss: float | None
    """Cross-validated log-loss (nats per document) of the plain encoder; None where there is nothing to ask."""
    loss: float | None
    """The same with the sources so scaled."""
    documents: int
    """How many were looked at."""
    sources: tuple[Promise, ...]
    """Of every source, best first."""
    by_chance: float | None
    """Percent gained by the best of a few sources whose weights were shuffled (`training/shuffled_sources.py`),
    which is what one that knows nothing seems to promise. None where there is nothing to ask."""
    promised: bool
    """Whether the best source surely promises more than the best of those (`FORECAST.surety`, `margin`)."""

    def record(self, names: Sequence[str]) -> ForecastRecord:
        """As a result keeps it; `names` are those of the sources."""
        strengths = zip(names, self.strengths.tolist(), strict=False)  # an own adapter may come after them
        return ForecastRecord(
            tuple(
                SourcePromise(names[promise.source], promise.strength, promise.gain, promise.low, promise.high)
                for promise in self.sources
            ),
            Start(
                strengths={name: strength for name, strength in strengths if strength},
                share=FORECAST.shrinkage,
                plain_loss=self.plain_loss,
                loss=self.loss,
                by_chance=self.by_chance,
                promised=self.promised,
                documents=self.documents,
            ),
        )


def forecast(
    encoder: Encoder, sources: Sequence[Adapter], tokens: Tokens, targets: Targets, *, seed: int,
    on_candidate: Callable[[float], None] = lambda fraction: None, bfloat16: bool = True,
) -> Forecast:  # fmt: skip
    """Choose a strength for each source by cross-validation on `tokens`.

    Args:
        targets: classes (`targets.py`); those of a single document are left out.
        bfloat16: False: in float32 whatever the processor can.
        on_candidate: told the share of the work that is done at most (0 to 1); raise in it to stop.
    """
    rows, targets = _chosen(targets, tokens.lengths, np.random.default_rng(seed))
    if not _differ(targets):
        unknown = tuple(Promise(source, FORECAST.strength, None, None, None) for source in range(len(sources)))
        return Forecast(np.zeros(len(sources)), None, None, len(rows), unknown, None, promised=False)
    if runs_in_bfloat16(encoder, bfloat16):
        encoder = quick(encoder)
    first_layer = StackedSources(sources).first_layer
    documents = CachedDocuments(encoder, _cut(tokens.take(rows.tolist()), FORECAST.length), first_layer)
    numbers = targets if are_multi_label(targets) else np.unique(targets, return_inverse=True)[1]
    folds = stratified_folds(numbers, FORECAST.folds, seed)
    turns = itertools.islice(itertools.cycle(sources), FORECAST.shuffled)
    ignorant = shuffled(list(turns), seed=seed)
    tried, most = 0, FORECAST.most(len(sources))

    def losses(adapters: Sequence[Adapter], strengths: NDArray[np.float64]) -> NDArray[np.float64]:
        nonlocal tried
        tried += 1
        on_candidate(min(1.0, tried / most))
        omega = torch.as_tensor(strengths, dtype=torch.float32, device=encoder.device)[None, :, None]
        embeddings = embed(encoder, documents, mixed(adapters, omega))
        return _held_out_losses(unit(embeddings), numbers, folds, seed)

    plain = losses(sources, np.zeros(len(sources)))
    alone = {
        (t, FORECAST.strength): losses(sources, _one(t, FORECAST.strength, sources)) for t in range(len(sources))
    }
    worst = sorted(alone, key=lambda move: -alone[move].mean())[: FORECAST.turned]
    alone |= {(t, FORECAST.turned_strength): losses(sources, _one(t, FORECAST.turned_strength, sources))
              for t, _ in worst}  # fmt: skip
    both = itertools.cycle((FORECAST.strength, FORECAST.turned_strength))
    by_chance = [
        losses(ignorant, _one(t, strength, ignorant))
        for t, strength in zip(range(len(ignorant)), both, strict=False)
    ]
    strengths, current, loss_by_move, moves = np.zeros(len(sources)), plain, alone, list(alone)
    for number in range(FORECAST.additions):
        if number:
            loss_by_move = {move: losses(sources, strengths + _one(*move, sources)) for move in moves}
        moves = sorted(loss_by_move, key=lambda move: float(loss_by_move[move].mean()))[: FORECAST.kept]
        if not _exceeds(current - loss_by_move[moves[0]], 1.0):
            break
        strengths, current = strengths + _one(*moves[0], sources), loss_by_move[moves[0]]
    best, luck = (min(tries, key=lambda loss: float(loss.mean())) for tries in (alone.values(), by_chance))
    clear = (luck - best).mean() > FORECAST.margin * plain.mean()
    return Forecast(
        strengths, float(plain.mean()), float(current.mean()), len(rows), _promises(plain, alone),
        by_chance=float(100 * (plain - luck).mean() / plain.mean()),
        promised=bool(strengths.any() and clear and _exceeds(luck - best, FORECAST.surety)),
    )  # fmt: skip


Moves = dict[tuple[int, float], NDArray[np.float64]]
"""A source and a strength of it: the losses `[documents]` where it is added."""


def _promises(plain: NDArray[np.float64], alone: Moves) -> tuple[Promise, ...]:
    """One per source, best first. A source is told of as it is, unless turned round it surely gains, and more."""
    promises: dict[int, tuple[float, NDArray[np.float64]]] = {}
    for (source, strength), loss in alone.items():  # turned round they come last
        gain = plain - loss
        if source in promises and not (
            _exceeds(gain, FORECAST.surety) and gain.mean() > promises[source][1].mean()
        ):
            continue
        promises[source] = strength, gain
    all_promises = []
    for source, (strength, gain) in promises.items():
        percent = 100 * gain / plain.mean()
        mean, margin = float(percent.mean()), float(1.96 * percent.std() / np.sqrt(len(percent)))
        all_promises.append(Promise(source, strength, mean, mean - margin, mean + margin))
    return tuple(sorted(all_promises, key=lambda promise: -(promise.gain or 0.0)))


def _exceeds(gains: NDArray[np.float64], standard_errors: float) -> bool:
    """Whether gains `[documents]` are on average more than so many standard errors above 0."""
    return bool(gains.mean() > standard_errors * gains.std() / np.sqrt(len(gains)))


def _one(source: int, strength: float, sources: Sequence[Adapter]) -> NDArray[np.float64]:
    """A strength of one source and 0 of the others, `[sources]`."""
    added = np.zeros(len(sources))
    added[source] = strength
    return added


def _chosen(
    targets: Targets, lengths: Sequence[int], generator: np.random.Generator
) -> tuple[NDArray[np.int64], Targets]:
    """Numbers of the documents looked at, one of each class after the other, and their classes.

    A class of which there is only one document says nothing; nor does one of several that all but one have.
    """
    read = np.minimum(lengths, FORECAST.length)

    def affordable(order: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.sort(order[read[order].cumsum() <= FORECAST.tokens])

    if are_multi_label(targets):
        rows = affordable(in_turns(targets, FORECAST.documents, generator))
        return rows, askable(targets[rows])
    classes, counts = np.unique(targets, return_counts=True)
    repeated = np.flatnonzero(np.isin(targets, classes[counts > 1]))
    rows = affordable(repeated[in_turns(targets[repeated], FORECAST.documents, generator)])
    kept, counts = np.unique(targets[rows], return_counts=True)  # the cut may leave one of a class
    rows = rows[np.isin(targets[rows], kept[counts > 1])]
    return rows, targets[rows]


def _differ(targets: Targets) -> bool:
    """Whether there is anything to tell apart."""
    return bool(targets.shape[1]) if are_multi_label(targets) else len(np.unique(targets)) > 1


def _cut(tokens: Tokens, length: int) -> Tokens:
    """The first tokens of each document; the last one, which ends it, stays."""
    ids = [ids if len(ids) <= length else ids[: length - 1] + ids[-1:] for ids in tokens.ids]
    return replace(tokens, ids=ids, segments=[segments[:length] for segments in tokens.segments])


def _held_out_losses(
    embeddings: NDArray[np.float32], targets: Targets, folds: Folds, seed: int
) -> NDArray[np.float64]:
    """Log-loss of each document by a classifier that did not see it, `[documents]`."""
    # As many features as documents hold all that a regularised linear model can tell of them.
    with on_one_core():
        left, sizes, _ = np.linalg.svd(embeddings.astype(np.float64), full_matrices=False)
    (losses,) = cross_validated_losses(
        left * sizes, targets, (FORECAST.C,), folds=folds, tolerance=TOLERANCE, seed=seed
    )
    return np.asarray(losses)
