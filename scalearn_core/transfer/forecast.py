"""Which sources will help? Asked in seconds, before any training: a starting point for the scales.

For a strength per source, the same in all layers, the documents are embedded with the sources so scaled, and a
ridge classifier tells each document's class from all others (leave one out, which ridge regression has in closed
form). Forward selection begins at the plain encoder and adds one source, or more of one, at a time; it stops as
soon as the gain does not exceed its standard error. So where no source promises anything the forecast is "none".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from scalearn_core.baselines.frozen_head import unit
from scalearn_core.encoders.encoder import Encoder, Tokens
from scalearn_core.scaling.sources import StackedSources
from scalearn_core.training.batching import ordered_batches
from scalearn_core.training.opened import OpenedDocuments

STRENGTHS = (-0.5, 0.5, 1.0)
"""What is tried of a source at a time; negative ones take away what it would add."""
ADDITIONS = 3
KEPT = 9
"""So many candidates of the first round, the most promising, are tried again in the later ones."""
DOCUMENTS, LENGTH = 128, 48
"""At most so many documents, classes as even as can be, are looked at, and of each so many tokens."""
RIDGES = (0.03, 0.1, 0.3, 1.0)
"""Regularisation strengths tried, for embeddings of length 1; each candidate is judged with its best."""
ERRORS = 1.0
"""A step is taken for a gain of more than so many standard errors."""


@dataclass(frozen=True)
class Forecast:
    """What to start from, and what it promises."""

    strengths: NDArray[np.float64]
    """One per source, `[sources]`; all zero where none promises anything."""
    plain_loss: float
    """Squared error per document, left out in turn, of the plain encoder: 0 to about 1, where guessing lies."""
    loss: float
    """The same with the sources so scaled."""
    documents: int
    """How many were looked at."""


def forecast(
    encoder: Encoder, sources: StackedSources, tokens: Tokens, targets: NDArray[np.int64], *, seed: int,
    on_candidate: Callable[[float], None] = lambda fraction: None,
) -> Forecast:  # fmt: skip
    """Choose a strength for each source by leaving out one of `tokens` at a time.

    Args:
        targets: classes, `[documents]`; those of a single document are left out.
        on_candidate: told the share of the work that is done at most (0 to 1); raise in it to stop.
    """
    rows = _chosen(targets, np.random.default_rng(seed))
    count, nothing = len(sources.names), np.zeros(len(sources.names))
    if len(np.unique(targets[rows])) < 2:
        return Forecast(nothing, float("nan"), float("nan"), len(rows))
    documents = OpenedDocuments(encoder, _cut(tokens.take(rows.tolist()), LENGTH), sources.first_layer)
    one_hot = np.eye(int(targets.max()) + 1)[targets[rows]]
    tried = 0
    most = count * len(STRENGTHS) + KEPT * ADDITIONS

    def losses(strengths: NDArray[np.float64]) -> NDArray[np.float64]:
        nonlocal tried
        tried += 1
        on_candidate(min(1.0, tried / most))
        return left_out_errors(_embed(encoder, sources, documents, strengths), one_hot)

    plain = losses(nothing)
    strengths, current = nothing, plain
    moves = [(source, strength) for source in range(count) for strength in STRENGTHS]
    for _ in range(ADDITIONS):
        found = [losses(strengths + _one(move, count)) for move in moves]
        order = np.argsort([loss.mean() for loss in found], kind="stable")
        gain = current - found[order[0]]
        if gain.mean() <= ERRORS * gain.std() / np.sqrt(len(gain)):
            break
        strengths, current = strengths + _one(moves[order[0]], count), found[order[0]]
        moves = [moves[number] for number in order[:KEPT]]
    return Forecast(strengths, float(plain.mean()), float(current.mean()), len(rows))


def _one(move: tuple[int, float], count: int) -> NDArray[np.float64]:
    added = np.zeros(count)
    added[move[0]] = move[1]
    return added


def _chosen(targets: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.int64]:
    """Numbers of at most `DOCUMENTS` documents, one of each class after the other."""
    turns = np.empty(len(targets))
    for target in np.unique(targets):
        mine = np.flatnonzero(targets == target)
        turns[mine] = generator.permutation(len(mine)) if len(mine) > 1 else np.inf
    order = np.lexsort((targets, turns))
    order = order[np.isfinite(turns[order])][:DOCUMENTS]
    kept, counts = np.unique(targets[order], return_counts=True)  # the cut may leave one of a class
    return np.sort(order[np.isin(targets[order], kept[counts > 1])])


def _cut(tokens: Tokens, length: int) -> Tokens:
    """The first tokens of each document; the last one, which ends it, stays."""
    return Tokens(
        [ids if len(ids) <= length else ids[: length - 1] + ids[-1:] for ids in tokens.ids],
        [segments[:length] for segments in tokens.segments],
    )


@torch.no_grad()
def _embed(
    encoder: Encoder, sources: StackedSources, documents: OpenedDocuments, strengths: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Unit-length embeddings `[documents, width]` with the sources so scaled in every layer."""
    omega = torch.as_tensor(strengths, dtype=torch.float32, device=encoder.device)[:, None]
    embeddings = np.zeros((len(documents), encoder.width), dtype=np.float32)
    for rows in ordered_batches(documents.lengths):
        batch, start = documents.batch(rows)
        hidden = encoder.hidden_states(
            *batch, adapt=lambda layer, z, f: sources.scaled_sum(layer, z, omega), start=start
        )
        embeddings[rows] = encoder.pool(hidden, batch.attention_mask).cpu().numpy()
    return unit(embeddings)


def left_out_errors(embeddings: NDArray[np.float32], one_hot: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared error of each document by a ridge regression on all others, `[documents]`.

    With the hat matrix `H` of the regression on all, the error without document i is `(y - Hy)_i / (1 - H_ii)`.
    """
    features = embeddings.astype(np.float64) - embeddings.mean(axis=0)
    count = len(features)
    sizes, vectors = np.linalg.eigh(features @ features.T)
    candidates = []
    for ridge in RIDGES:
        shrunk = np.maximum(sizes, 0) / (np.maximum(sizes, 0) + ridge)
        hat = (vectors * shrunk) @ vectors.T + 1 / count  # the mean is not regularised
        residual = (one_hot - hat @ one_hot) / np.maximum(1 - np.diag(hat), 1e-9)[:, None]
        candidates.append((residual**2).sum(axis=1))
    return min(candidates, key=lambda errors: float(errors.mean()))
