"""A model folder as far as a prediction needs it: its graph, read without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from scalearn_core.config import LONG_TEXTS
from scalearn_core.encoders.cards import CARDS, DEFAULT
from scalearn_core.encoders.packaged import packaged_reader, read_packaged
from scalearn_core.encoders.reading import Reader
from scalearn_core.errors import ScaLearnError
from scalearn_core.heads.thresholds import from_stored
from scalearn_core.heads.unlike import Unlike, read_unlike
from scalearn_core.onnx_graph.fast_mode import Engine, engine_of
from scalearn_core.onnx_graph.stored import left_out, read_graph
from scalearn_core.scaling.description import read_description
from scalearn_core.scaling.seal import GRAPH, UNLIKE, read_seal
from scalearn_core.targets import Targets, decide


@dataclass(frozen=True, eq=False)
class ReadyModel:
    """What a `Predictor` asks of a model, by the names of `ScaLearnModel`."""

    labels: tuple[str, ...]
    separator: str | None
    thresholds: NDArray[np.float64] | None
    encoder: Reader
    unlike: Unlike | None

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
        if (parts := read_parts(folder)) is None:
            return None
        model = parts.model
        return model, engine_of(parts.graph, model.encoder, parts.measured, speed, parts.weights)
    except ScaLearnError:
        return None
    except Exception:  # of a foreign runtime, or of a file that is not ours
        return None


@dataclass(frozen=True, eq=False)
class Parts:
    """What an engine is made of."""

    model: ReadyModel
    graph: onnx.ModelProto
    weights: Mapping[str, np.ndarray]
    """Those that the graph names without holding them (`onnx_graph/stored.py`)."""
    measured: Mapping[str, Any]
    """What `onnx_graph.fast_mode.measure_fast_mode` found."""
    model_id: str


def read_parts(folder: Path) -> Parts | None:
    """The parts of an engine, from a folder with the model's graph; None where its encoder is not the studio's.

    Raises:
        ScaLearnError: what is wrong with the folder.
        Exception: of a foreign runtime, or of a file that is not ours.
    """
    description = read_description(folder)
    wanted: Mapping[str, Any] = description["encoder"]
    card = CARDS.get(wanted["source"] or DEFAULT)
    if card is None or wanted["fingerprint"] != card.fingerprint or wanted["long_texts"] not in LONG_TEXTS:
        return None
    sealed = read_seal(folder)
    settings, weights = read_packaged(card)
    encoder = packaged_reader(card, settings.pad_token_id).reading(wanted["long_texts"])
    encoder.prefix, encoder.max_length = str(wanted["prefix"]), int(wanted["max_length"])
    labels, separator = tuple(description["labels"]), description["separator"]
    thresholds = None if separator is None else from_stored(description["thresholds"], labels)
    graph = read_graph((folder / GRAPH).read_bytes())
    unlike = read_unlike(folder / UNLIKE, settings.hidden_size)
    model = ReadyModel(labels, separator, thresholds, encoder, unlike)
    return Parts(model, graph, left_out(graph, weights), description["fast_mode"], sealed.model_id)


def read_parts_or_load(folder: Path) -> Parts:
    """As `read_parts`; of a folder without a graph it is recorded now, which takes torch and seconds.

    Raises:
        ModelError: what is wrong with the folder.
    """
    if (folder / GRAPH).is_file() and (parts := read_parts(folder)) is not None:
        return parts
    from scalearn_core.onnx_graph.graph import record
    from scalearn_core.scaling.model import ScaLearnModel

    model = ScaLearnModel.load(folder)
    ready = ReadyModel(model.labels, model.separator, model.thresholds, model.encoder, model.unlike)
    return Parts(ready, record(model), {}, model.fast_mode, model.seal.model_id if model.seal else "")
