"""What a trained model keeps to tell texts unlike anything it learned from (`heads/unlike.py`)."""

from __future__ import annotations

import numpy as np

from scalearn_core.encoders.encoder import Tokens
from scalearn_core.heads.unlike import Look, learn_unlike
from scalearn_core.onnx_graph.fast_mode import prepare
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.training.documents import Documents

MOST = 2_000
"""Documents looked at, of those learned from and of the test documents each, spread evenly over them."""


def keep_familiar(model: ScaLearnModel, documents: Documents, seed: int) -> None:
    """Look at the documents the model learned from, those without label among them, and at its test documents.

    Once more with 8-bit products, if these were measured. What there are too few of to tell is not kept. Equal
    documents count once.
    """
    everything = documents.train.tokens.followed_by(documents.validation.tokens).followed_by(documents.unlabelled)
    learned = _different(everything, set())
    held_back = _different(documents.test.tokens, {tuple(ids) for ids in everything.ids})
    exact = Look(model.look_at(learned)[1], model.look_at(held_back)[1])
    engine = prepare(model, "fast")
    rough = None
    if engine.kind == "int8" and len(held_back):
        rough = Look(engine.look_at(model, learned)[1], engine.look_at(model, held_back)[1])
    model.keep_unlike(learn_unlike(exact, seed, rough=rough))


def _different(tokens: Tokens, known: set[tuple[int, ...]]) -> Tokens:
    """At most `MOST` different documents, and none of the `known` ones."""
    first = {tuple(ids): row for row, ids in reversed(list(enumerate(tokens.ids)))}
    rows = sorted(row for ids, row in first.items() if ids not in known)
    spread = np.linspace(0, len(rows) - 1, min(len(rows), MOST)).round().astype(int)
    return tokens.take([rows[place] for place in spread])
