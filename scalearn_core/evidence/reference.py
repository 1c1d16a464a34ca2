"""The reference for later tables, kept beside a model's `result.json`: the plain classifier.

`frozen_head.safetensors` holds the plain classifier (`weight`, `bias`, of several labels `thresholds`) and, as
`documents`, a number for each document the model learned from: so that a table of documents it has seen is not
taken for a test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from scalearn_core.data.document_numbers import document_numbers
from scalearn_core.errors import ModelError
from scalearn_core.evidence.upgrade import read_training
from scalearn_core.heads.logistic import FrozenHead
from scalearn_core.records.training import FrozenHeadFacts
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.damage import DAMAGED_FILE, reason
from scalearn_core.storage.files import write_atomically

FILE = "frozen_head.safetensors"


@dataclass(frozen=True, eq=False)
class Reference:
    """What is known of a model's training; nothing of it where its evidence is not at hand."""

    languages: dict[str, float]
    """Of the training table, with their shares; empty also where the documents did not tell."""
    majority: int | None = None
    """The most frequent class of the training table; of equals the first label."""
    frozen_head: FrozenHead | None = None
    """None also in the evidence of earlier releases, which did not keep it."""
    documents: NDArray[np.int64] | None = None
    """`document_numbers` of those learned from, `[documents]`; None as above."""


NOTHING = Reference({})


def save_reference(head: FrozenHead, texts: Sequence[str], folder: Path) -> FrozenHeadFacts:
    """Write the plain classifier and the numbers of the texts learned from; returns what the result says of it.

    Raises OSError.
    """
    tensors: dict[str, NDArray[np.generic]] = {
        "weight": head.weight, "bias": head.bias, "documents": np.unique(document_numbers(texts))
    }  # fmt: skip
    if head.thresholds is not None:
        tensors["thresholds"] = head.thresholds
    content = save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()})
    write_atomically(folder / FILE, content)
    return FrozenHeadFacts(head.C, hashlib.sha256(content).hexdigest())


def load_reference(folder: Path, model: ScaLearnModel) -> Reference:
    """Read the evidence of `model` that lies in `folder`; `NOTHING` where there is no `result.json`.

    Raises:
        ModelError: it is damaged, or of another model.
    """
    if not (folder / "result.json").is_file():
        return NOTHING
    try:
        result = read_training(folder)
        dataset = result.dataset
        if dataset.fingerprint != model.training_record["dataset_fingerprint"]:
            raise ModelError("model.damaged", folder=folder, reason="result.json is of another training")
        if result.model_id and model.seal and result.model_id != model.seal.model_id:
            raise ModelError("model.damaged", folder=folder, reason="result.json is of another model")
        commonest = max(dataset.class_counts, key=dataset.class_counts.__getitem__)
        languages, majority = result.languages, model.labels.index(commonest)
        if result.frozen_head is None:
            return Reference(languages, majority)
        return Reference(languages, majority, *_load_head(folder, result.frozen_head, model))
    except ModelError:
        raise
    except DAMAGED_FILE as error:
        raise ModelError("model.damaged", folder=folder, reason=reason(error)) from error


def _load_head(folder: Path, entry: FrozenHeadFacts, model: ScaLearnModel) -> tuple[FrozenHead, NDArray[np.int64]]:
    content = (folder / FILE).read_bytes()
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise ModelError("model.damaged", folder=folder, reason=f"{FILE} was changed")
    tensors = load(content)
    weight, bias, documents = (tensors[name] for name in ("weight", "bias", "documents"))
    classes, width = len(model.labels), model.encoder.width
    if weight.shape != (classes, width) or bias.shape != (classes,):
        shapes = f"{list(weight.shape)} and {list(bias.shape)}"
        raise ModelError("model.damaged", folder=folder, reason=f"{FILE} has {shapes} for {classes} × {width}")
    thresholds = tensors.get("thresholds")  # earlier releases: one half
    if thresholds is not None and thresholds.shape != (classes,):
        raise ModelError("model.damaged", folder=folder, reason=f"{FILE} has {len(thresholds)} limits")
    head = FrozenHead(weight, bias, C=float(entry.C), multi_label=model.multi_label, thresholds=thresholds)
    return head, documents
