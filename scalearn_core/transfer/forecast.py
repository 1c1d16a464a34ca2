"""Which sources will help? Asked in seconds, before any training: a promise for each, and a start for the scales.

For a strength per source, the same in all layers, the documents are embedded with the sources so scaled, and a
logistic regression is cross-validated on the embeddings. What a source promises is how much less that classifier
is wrong (its log-loss) than the one on the plain encoder. Forward selection then begins at the plain encoder and
adds one source, or more of one, at a time; it stops as soon as the gain does not exceed its standard error. So
where no source promises anything the forecast is "none".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from scalearn_core.baselines.frozen_head import unit
from scalearn_core.baselines.solver import fit_path
from scalearn_core.config import FORECAST
from scalearn_core.encoders.encoder import Encoder, Tokens
from scalearn_core.scaling.sources import StackedSources
from scalearn_core.training.opened import OpenedDocuments
from scalearn_core.training.stage_one import embed

TOLERANCE = 1e-3
"""Largest gradient at which a fit is done: candidates differ by more."""


@dataclass(frozen=True)
class Promise:
    """What one source promises alone, at the better of the strengths that were tried."""

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
    """What each source promises, what to start from, and what that promises."""

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
    promised: bool
    """Whether what is started from is surely better than the plain encoder (`FORECAST.surety`)."""

    def to_dict(self, names: Sequence[str]) -> dict[str, Any]:
        """`forecast` and `start` of a training's result (`docs/formats.md`); `names` are those of the sources."""
        strengths = zip(names, self.strengths.tolist(), strict=False)  # an own adapter may come after them
        return {
            "forecast": [
                {
                    "source": names[promise.source], "strength": promise.strength, "gain": promise.gain,
                    "low": promise.low, "high": promise.high,
                }
                for promise in self.sources
            ],
            "start": {
                "strengths": {name: strength for name, strength in strengths if strength},
                "share": FORECAST.shrinkage,
                "plain_loss": self.plain_loss,
                "loss": self.loss,
                "promised": self.promised,
                "documents": self.documents,
            },
        }  # fmt: skip


def forecast(
    encoder: Encoder, sources: StackedSources, tokens: Tokens, targets: NDArray[np.int64], *, seed: int,
    on_candidate: Callable[[float], None] = lambda fraction: None,
) -> Forecast:  # fmt: skip
    """Choose a strength for each source by cross-validation on `tokens`.

    Args:
        targets: classes, `[documents]`; those of a single document are left out.
        on_candidate: told the share of the work that is done at most (0 to 1); raise in it to stop.
    """
    rows = _chosen(targets, np.random.default_rng(seed))
    count, nothing = len(sources.names), np.zeros(len(sources.names))
    if len(np.unique(targets[rows])) < 2:
        unknown = tuple(Promise(source, FORECAST.strengths[-1], None, None, None) for source in range(count))
        return Forecast(nothing, None, None, len(rows), unknown, promised=False)
    documents = OpenedDocuments(encoder, _cut(tokens.take(rows.tolist()), FORECAST.length), sources.first_layer)
    folds = _folds(targets[rows], seed)
    tried = 0
    most = FORECAST.most(count)

    def losses(strengths: NDArray[np.float64]) -> NDArray[np.float64]:
        nonlocal tried
        tried += 1
        on_candidate(min(1.0, tried / most))
        omega = torch.as_tensor(strengths, dtype=torch.float32, device=encoder.device)[:, None]
        embeddings = embed(encoder, documents, lambda layer, z, f: sources.scaled_sum(layer, z, omega))
        return _held_out_losses(unit(embeddings), targets[rows], folds)

    plain = losses(nothing)
    strengths, current = nothing, plain
    moves = [(source, strength) for source in range(count) for strength in FORECAST.strengths]
    alone: list[NDArray[np.float64]] = []
    for _ in range(FORECAST.additions):
        found = [losses(strengths + _one(move, count)) for move in moves]
        alone = alone or found
        order = np.argsort([loss.mean() for loss in found], kind="stable")
        gain = current - found[order[0]]
        if gain.mean() <= gain.std() / np.sqrt(len(gain)):
            break
        strengths, current = strengths + _one(moves[order[0]], count), found[order[0]]
        moves = [moves[number] for number in order[: FORECAST.kept]]
    return Forecast(
        strengths, float(plain.mean()), float(current.mean()), len(rows),
        _promises(plain, alone), promised=_surely(plain - current),
    )  # fmt: skip


def _promises(plain: NDArray[np.float64], alone: list[NDArray[np.float64]]) -> tuple[Promise, ...]:
    """One per source, best first, from the losses of each move of the first round, `[documents]` each."""
    per_source = len(FORECAST.strengths)
    promises = []
    for source, first in enumerate(range(0, len(alone), per_source)):
        best = min(range(first, first + per_source), key=lambda number: float(alone[number].mean()))
        gains = 100 * (plain - alone[best]) / plain.mean()
        margin = 1.96 * gains.std() / np.sqrt(len(gains))
        mean, strength = float(gains.mean()), FORECAST.strengths[best - first]
        promises.append(Promise(source, strength, mean, mean - float(margin), mean + float(margin)))
    return tuple(sorted(promises, key=lambda promise: -(promise.gain or 0.0)))


def _surely(gains: NDArray[np.float64]) -> bool:
    """Whether gains `[documents]` lie above 0 by more than chance finds among many candidates."""
    return bool(gains.mean() > FORECAST.surety * gains.std() / np.sqrt(len(gains)))


def _one(move: tuple[int, float], count: int) -> NDArray[np.float64]:
    added = np.zeros(count)
    added[move[0]] = move[1]
    return added


def _chosen(targets: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.int64]:
    """Numbers of at most `FORECAST.documents` documents, one of each class after the other."""
    turns = np.empty(len(targets))
    for target in np.unique(targets):
        mine = np.flatnonzero(targets == target)
        turns[mine] = generator.permutation(len(mine)) if len(mine) > 1 else np.inf
    order = np.lexsort((targets, turns))
    order = order[np.isfinite(turns[order])][: FORECAST.documents]
    kept, counts = np.unique(targets[order], return_counts=True)  # the cut may leave one of a class
    return np.sort(order[np.isin(targets[order], kept[counts > 1])])


def _cut(tokens: Tokens, length: int) -> Tokens:
    """The first tokens of each document; the last one, which ends it, stays."""
    return Tokens(
        [ids if len(ids) <= length else ids[: length - 1] + ids[-1:] for ids in tokens.ids],
        [segments[:length] for segments in tokens.segments],
    )


Folds = list[tuple[NDArray[np.int64], NDArray[np.int64]]]


def _folds(targets: NDArray[np.int64], seed: int) -> Folds:
    from sklearn.model_selection import StratifiedKFold

    number = min(FORECAST.folds, int(np.unique(targets, return_counts=True)[1].min()))
    return list(StratifiedKFold(number, shuffle=True, random_state=seed).split(targets, targets))


def _held_out_losses(
    embeddings: NDArray[np.float32], targets: NDArray[np.int64], folds: Folds
) -> NDArray[np.float64]:
    """Log-loss of each document by a classifier that did not see it, `[documents]`."""
    numbers = np.unique(targets, return_inverse=True)[1]
    # As many features as documents hold all that a regularised linear model can tell of them.
    left, sizes, _ = np.linalg.svd(embeddings.astype(np.float64), full_matrices=False)
    features = left * sizes
    losses = np.zeros(len(targets))
    for train, held_out in folds:
        (model,) = fit_path(features[train], numbers[train], (FORECAST.C,), tolerance=TOLERANCE, seed=0)
        log_shares = model.predict_log_proba(features[held_out])
        losses[held_out] = -log_shares[np.arange(len(held_out)), numbers[held_out]]
    return losses
