"""Embeddings of a model's plain encoder: what documents are about, whatever the model learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scalearn_core.encoders.embedding import embed
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.watch.figures import Embed


def plain_embeddings(model_folder: Path) -> Embed:
    """Loads the model; what comes back embeds texts. Raises ModelError."""
    encoder = ScaLearnModel.load(model_folder).encoder

    def embedded(texts: list[str]) -> NDArray[np.float32]:
        return embed(encoder, encoder.tokenize(texts))

    return embedded
