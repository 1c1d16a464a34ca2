"""Rivals that train nothing but a linear head: the best single source adapter, and an average of a few.

Single best source: the encoder with one source adapter as it is. AdapterSoup (Chronopoulou et al. 2023, arXiv
2302.07027): one adapter whose weights are the mean of several, at the cost of one. Its authors take the adapters
whose training texts are most similar to the target's documents. The library ships no training texts, and the
ScaLearn paper found that similarity a poor guide for this kind of transfer; the members here are the sources that
do best alone, by the same estimate that chooses the single best one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from scalearn_core.adapters.bottleneck import Adapter, BottleneckLayer
from scalearn_core.baselines.classifier import Classify
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder, Tokens
from scalearn_core.heads.logistic import fit_frozen_head, unit
from scalearn_core.scaling.sources import StackedSources

if TYPE_CHECKING:
    from scalearn_core.data.split import Split

FOLDS = 4
"""Of the cross-validation that compares sources where no validation documents are."""
DOCUMENTS = 512
"""At most so many training documents compare the sources; more would cost a pass each per source."""
SOUP = 5
"""Adapters in the soup, as in the comparison of the ScaLearn paper's code."""


def fit_single_source(
    encoder: Encoder, sources: Sequence[Adapter], train: Split, validation: Split, *, seed: int
) -> Classify:
    """The source of lowest loss (see `rank_sources`), frozen, with a logistic regression on its embeddings."""
    best = sources[rank_sources(encoder, sources, train, validation, seed=seed)[0]]
    return fit_head_on(encoder, best, train, validation, seed=seed)


def fit_soup(
    encoder: Encoder, sources: Sequence[Adapter], train: Split, validation: Split, *, seed: int
) -> Classify:
    """The mean of the weights of the `SOUP` best sources (see `rank_sources`), with a logistic regression.

    Only adapters of one shape and non-linearity can be averaged: those like the best one are.
    """
    ranking = [sources[i] for i in rank_sources(encoder, sources, train, validation, seed=seed)]
    alike = [source for source in ranking if _shape(source) == _shape(ranking[0])]
    return fit_head_on(encoder, average(alike[:SOUP]), train, validation, seed=seed)


def rank_sources(
    encoder: Encoder, sources: Sequence[Adapter], train: Split, validation: Split, *, seed: int
) -> list[int]:
    """Numbers of the sources, best first, by the log-loss of a logistic regression on each one's embeddings.

    The loss is that of the validation documents; without them, of the training documents by cross-validation.
    At most `DOCUMENTS` training documents take part, drawn by `seed`.
    """
    drawn = np.sort(np.random.default_rng(seed).permutation(len(train))[:DOCUMENTS])
    tokens, targets = encoder.tokenize([train.texts[i] for i in drawn]), train.targets[drawn]
    held_out = encoder.tokenize(validation.texts)
    losses = []
    for source in sources:
        features = _embed(encoder, source, tokens)
        if len(validation):
            others = _embed(encoder, source, held_out)
            head = fit_frozen_head(
                features, targets, others, validation.targets, len(train.labels), seed=seed
            )  # fmt: skip
            losses.append(head.losses(others, validation.targets).mean())
        else:
            losses.append(cross_validated_loss(features, targets, len(train.labels), seed=seed))
    return [int(i) for i in np.argsort(losses, kind="stable")]


def cross_validated_loss(
    embeddings: NDArray[np.float32], targets: NDArray[np.int64], n_classes: int, *, seed: int
) -> float:
    """Mean log-loss of documents their head was not fitted on; `FOLDS` parts with the classes spread evenly.

    Args:
        embeddings: `[n, d]`.
        targets: `[n]`.
    """
    fold = np.zeros(len(targets), dtype=np.int64)
    order = np.random.default_rng(seed).permutation(len(targets))
    classes = targets[order] if targets.ndim == 1 else targets[order].argmax(1)
    fold[order[np.argsort(classes, kind="stable")]] = np.arange(len(targets)) % FOLDS
    nothing = embeddings[:0], targets[:0]
    losses = []
    for left_out in range(min(FOLDS, len(targets))):
        inside = fold != left_out
        if inside.any():
            head = fit_frozen_head(embeddings[inside], targets[inside], *nothing, n_classes, seed=seed)
            losses.append(head.losses(embeddings[~inside], targets[~inside]))
    return float(np.concatenate(losses).mean()) if losses else 0.0


def average(adapters: Sequence[Adapter]) -> Adapter:
    """One adapter whose weights are the means of those of `adapters`, all of one shape; at least one."""
    first = adapters[0]
    layers = nn.ModuleList(
        BottleneckLayer(first.width, first.bottleneck(i).rank) for i in range(len(first.layers))
    )
    states = [adapter.layers.state_dict() for adapter in adapters]
    layers.load_state_dict({key: torch.stack([state[key] for state in states]).mean(0) for key in states[0]})
    return Adapter(
        "soup", layers, non_linearity=first.non_linearity, model_type=first.model_type,
        reduction_factor=first.reduction_factor, encoder_fingerprint=first.encoder_fingerprint,
    ).frozen()  # fmt: skip


def fit_head_on(encoder: Encoder, adapter: Adapter, train: Split, validation: Split, *, seed: int) -> Classify:
    """A logistic regression on the embeddings of the encoder with one frozen adapter."""
    head = fit_frozen_head(
        _embed(encoder, adapter, encoder.tokenize(train.texts)), train.targets,
        _embed(encoder, adapter, encoder.tokenize(validation.texts)), validation.targets,
        len(train.labels), seed=seed,
    )  # fmt: skip
    return lambda texts: head.predict(_embed(encoder, adapter, encoder.tokenize(texts)))


def _embed(encoder: Encoder, adapter: Adapter, tokens: Tokens) -> NDArray[np.float32]:
    stack = StackedSources([adapter]).to(encoder.device)  # the adapter given may lie on another device
    return unit(embed(encoder, tokens, lambda layer, z, f: stack.outputs(layer, z)[0]))


def _shape(adapter: Adapter) -> tuple[object, ...]:
    ranks = tuple(adapter.bottleneck(i).rank for i in range(len(adapter.layers)))
    return adapter.non_linearity, adapter.width, ranks
