"""Corrections and the documents a model was made from become a gentle update (`training/gentle.py`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from scalearn_core.data.near_duplicates import as_seen
from scalearn_core.errors import DataError
from scalearn_core.evidence.documents import LEARNED, TESTED, Document
from scalearn_core.records.update import UpdateRecord
from scalearn_core.review.words import FILE, labels_in
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import from_json
from scalearn_core.storage.damage import DAMAGED_FILE
from scalearn_core.storage.files import read_json
from scalearn_core.targets import Targets
from scalearn_core.training.gentle import gentle_update
from scalearn_core.training.stage_one import TaskData


def update_model(
    model: ScaLearnModel,
    corrections: Sequence[Document],
    known: Sequence[Document],
    *,
    guard_first: float | None = None,
    seed: int = 0,
    on_progress: Callable[[float], None] = lambda share: None,
) -> UpdateRecord:
    """Update `model` in place, guarded by the documents it was tested on, as far as none of them is corrected.

    Args:
        corrections: documents with the labels a person gave them, at least one.
        known: those the model learned from and was tested on.
        guard_first, seed, on_progress: see `gentle_update`.

    Raises:
        DataError: `data.unknown_labels`, for a label that the model cannot give; `review.no_guard`.
    """
    labels = {label for each in corrections for label in labels_in(each.label, model.separator)}
    if unknown := sorted(labels - {*model.labels}):
        raise DataError("data.unknown_labels", unknown=", ".join(unknown), labels=", ".join(model.labels))
    others = without_corrected(known, corrections)
    guard = [each for each in others if each.part == TESTED]
    if not guard:
        raise DataError("review.no_guard")
    memory = [each for each in others if each.part == LEARNED]
    model.training_record = {**model.training_record, "updates": updates_of(model) + 1}
    record = gentle_update(
        model, task_of(model, corrections), task_of(model, memory), task_of(model, guard),
        guard_first=guard_first, seed=seed, on_progress=on_progress,
    )  # fmt: skip
    if record.accepted:
        model.fast_mode = {}  # it was measured on the model before
    return record


def without_corrected(known: Sequence[Document], corrections: Sequence[Document]) -> list[Document]:
    """Those of the known documents that are not corrected: what was, is known by its new label alone."""
    new = {as_seen(each.text) for each in corrections}
    return [each for each in known if as_seen(each.text) not in new]


def task_of(model: ScaLearnModel, documents: Sequence[Document]) -> TaskData:
    """Documents as the model reads them, with their targets."""
    place = {label: number for number, label in enumerate(model.labels)}
    rows = [[place[label] for label in labels_in(each.label, model.separator)] for each in documents]
    targets: Targets
    if model.multi_label:
        targets = np.zeros((len(rows), len(place)), dtype=np.int64)
        for row, places in enumerate(rows):
            targets[row, places] = 1
    else:
        targets = np.array([places[0] for places in rows], dtype=np.int64)
    return TaskData(model.encoder.tokenize([each.text for each in documents]), targets, len(place))


def first_guard(evidence: Path) -> float | None:
    """The guard's score that a row of updates is measured from; None where the model is no update."""
    try:
        return from_json(UpdateRecord, read_json(evidence / FILE)).guard_first
    except DAMAGED_FILE:
        return None


def updates_of(model: ScaLearnModel) -> int:
    """How many updates a model has behind it."""
    number = model.training_record.get("updates", 0)
    return number if isinstance(number, int) else 0
