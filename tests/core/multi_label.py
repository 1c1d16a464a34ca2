"""Documents with several labels: each speaks of one topic, of two, of all three, now and then of none at all."""

from __future__ import annotations

import numpy as np
import torch

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.mapping import Mapping
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.tiny import TOPICS

LABELS = tuple(sorted(TOPICS))
COMBINATIONS = ((0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2), (0,), (1,))
"""Which labels the documents have in turn: the first two are the frequent ones."""


def multi_label_table(documents: int = 64, *, separator: str = ";", seed: int = 0) -> TextDataset:
    """Documents whose topics are told by their words, each with a number of its own; not yet split."""
    generator = np.random.default_rng(seed)
    rows = ["text,label"]
    for number in range(documents):
        topics = [LABELS[place] for place in COMBINATIONS[number % len(COMBINATIONS)]]
        words = [str(generator.choice(TOPICS[topic])) for topic in topics for _ in range(2)]
        rows.append(f'"{" ".join(generator.permutation(words))} help {number}","{separator.join(topics)}"')
    return TextDataset.from_table(
        "\n".join(rows).encode(), Mapping(text="text", label="label", separator=separator), name="several"
    )


def random_targets(documents: int, shares: list[float], seed: int) -> np.ndarray:
    """Labels drawn one by one with these shares, `[documents, labels]`; documents without a label among them."""
    drawn = np.random.default_rng(seed).random((documents, len(shares))) < np.array(shares)
    return drawn.astype(np.int64)


@torch.no_grad()
def with_random_head(model: ScaLearnModel, texts: list[str], *, seed: int = 0) -> ScaLearnModel:
    """Weights at random, such that each label is given to half of `texts`, and to each a different half."""
    weight, bias = model.head.parameters()
    bias.zero_()
    weight.normal_(generator=torch.Generator().manual_seed(seed))
    logits = model.logits(model.encoder.tokenize(texts), range(len(texts)))
    spread = logits.std(0)
    weight.mul_(2.0 / spread[:, None])
    bias.copy_(-2.0 * logits.quantile(0.5, dim=0) / spread)  # of an even number: between two documents
    return model
