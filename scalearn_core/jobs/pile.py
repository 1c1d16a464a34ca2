"""A run that reads a pile once, as the encoder does, so that documents can be proposed from it at once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from scalearn_core import runs
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.heads.logistic import unit
from scalearn_core.review import store
from scalearn_core.runs.folders import write_json

CHUNK = 128
"""Documents between two reports of progress."""


def run(config: dict[str, Any], folder: Path, report: runs.Reporter) -> None:
    """Embed the documents of `config["pile"]`; writes `embeddings.safetensors` beside them."""
    started = time.monotonic()
    report.stage("loading", 0.0)
    info = store.pile_info(config["pile"])
    texts = [document.text for document in store.documents_of(info.id)]
    encoder = Encoder.load(info.encoder)
    report.stage("reading", 0.05)
    parts = []
    for start in range(0, len(texts), CHUNK):
        parts.append(embed(encoder, encoder.tokenize(texts[start : start + CHUNK])))
        report.progress(0.05 + 0.95 * min(1.0, (start + CHUNK) / len(texts)))
    store.save_embeddings(info.id, unit(np.concatenate(parts)))
    seconds = round(time.monotonic() - started, 2)
    write_json(folder / "result.json", {"documents": len(texts), "seconds": seconds})
