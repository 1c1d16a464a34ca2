"""A model folder as far as a prediction needs it: its graph, read without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalearn_core.config import LONG_TEXTS
from scalearn_core.encoders.cards import CARDS, DEFAULT
from scalearn_core.encoders.packaged import packaged_reader, read_packaged
from scalearn_core.encoders.reading import Reader
from scalearn_core.errors import ScaLearnError
from scalearn_core.heads.thresholds import from_stored
from scalearn_core.onnx_graph.fast_mode import Engine, engine_of
from scalearn_core.onnx_graph.stored import left_out, read_graph
from scalearn_core.scaling.description import read_description
from scalearn_core.scaling.seal import GRAPH, read_seal
from scalearn_core.targets import Targets, decide


@dataclass(frozen=True, eq=False)
class ReadyModel:
    """What a `Predictor` asks of a model, by the names of `ScaLearnModel`."""

    labels: tuple[str, ...]
    separator: str | None
    thresholds: NDArray[np.float64] | None
    encoder: Reader

    @property
    def multi_label(self) -> bool:
        return self.separator is not None

    def decide(self, probabilities: np.ndarray) -> Targets:
        return decide(probabilities, multi_label=self.multi_label, thresholds=self.thresholds)


def read_ready(folder: Path, speed: str) -> tuple[ReadyModel, Engine] | None:
    """A model and its engine at speed "auto" or "fast", from a folder that holds its graph.

    None where it holds none, where its encoder is not one of the studio's, or where anything is amiss: loading all
    of the model then says what.
    """
    if not (folder / GRAPH).is_file():
        return None
    try:
        return _read(folder, speed)
    except ScaLearnError:
        return None
    except Exception:  # of a foreign runtime, or of a file that is not ours
        return None


def _read(folder: Path, speed: str) -> tuple[ReadyModel, Engine] | None:
    description = read_description(folder)
    wanted: Mapping[str, Any] = description["encoder"]
    card = CARDS.get(wanted["source"] or DEFAULT)
    if card is None or wanted["fingerprint"] != card.fingerprint or wanted["long_texts"] not in LONG_TEXTS:
        return None
    read_seal(folder)
    settings, weights = read_packaged(card)
    encoder = packaged_reader(card, settings.pad_token_id).reading(wanted["long_texts"])
    encoder.prefix, encoder.max_length = str(wanted["prefix"]), int(wanted["max_length"])
    labels, separator = tuple(description["labels"]), description["separator"]
    thresholds = None if separator is None else from_stored(description["thresholds"], labels)
    graph = read_graph((folder / GRAPH).read_bytes())
    engine = engine_of(graph, encoder, description["fast_mode"], speed, left_out(graph, weights))
    return ReadyModel(labels, separator, thresholds, encoder), engine
