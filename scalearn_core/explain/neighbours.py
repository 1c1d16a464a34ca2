"""The documents learned from that lie nearest to a document, as the trained model sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalearn_core.encoders.embedding import embed
from scalearn_core.heads.logistic import unit
from scalearn_core.records.explanation import Neighbour
from scalearn_core.scaling.model import ScaLearnModel

MOST = 5_000
"""Documents looked among at most; of more, evenly spread ones."""
SHOWN = 3


@dataclass(frozen=True, eq=False)
class Known:
    """Documents that a model learned from."""

    rows: Sequence[int]
    texts: Sequence[str]
    labels: Sequence[str]
    embeddings: NDArray[np.float32]
    """Of length 1, `[documents, width]`."""


def know(model: ScaLearnModel, rows: Sequence[int], texts: Sequence[str], labels: Sequence[str]) -> Known:
    """Read the documents as the model does; takes a pass over all of them."""
    chosen = np.linspace(0, len(texts) - 1, min(len(texts), MOST)).astype(int).tolist()
    some = [texts[place] for place in chosen]
    return Known(
        [rows[place] for place in chosen], some, [labels[place] for place in chosen], embed_adapted(model, some)
    )


def embed_adapted(model: ScaLearnModel, texts: Sequence[str]) -> NDArray[np.float32]:
    """What the head of the model sees, brought to length 1: `[documents, width]`."""
    model.train_mode(False)
    return unit(embed(model.encoder, model.encoder.tokenize(list(texts)), model.adapt))


def nearest(known: Known, embedding: NDArray[np.float32], shown: int = SHOWN) -> tuple[Neighbour, ...]:
    """The nearest documents, nearest first, each text once; `similarity` is the cosine.

    Args:
        embedding: of length 1, `[width]`.
    """
    similarities = known.embeddings @ embedding
    found: dict[str, Neighbour] = {}
    for place in np.argsort(-similarities, kind="stable").tolist():
        if len(found) == shown:
            break
        text = known.texts[place]
        similarity = float(similarities[place])
        found.setdefault(text.strip(), Neighbour(int(known.rows[place]), text, known.labels[place], similarity))
    return tuple(found.values())
