"""Two versions of a model on the same documents: those that both were tested on and neither learned from."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scalearn_core.data.label_cells import NONE
from scalearn_core.data.labels import split_labels
from scalearn_core.evaluation.comparison import Comparison, compare_predictions
from scalearn_core.governance.folders import PREDICTIONS, place_of_version
from scalearn_core.governance.records import Version
from scalearn_core.storage.damage import DAMAGED_FILE


@dataclass(frozen=True)
class Paired:
    """The difference, and what it was measured on."""

    documents: int
    """Tested on by both."""
    comparison: Comparison | None
    """Macro-F1 of the first minus that of the second; None where there is no such document, or labels differ."""


@dataclass(frozen=True)
class _Tested:
    rows: dict[str, tuple[str, str]]
    """By text: label cell and predicted cell."""
    separator: str | None


def compare_versions(version: Version, other: Version) -> Paired:
    """Pair their test documents by text and label. Raises GovernanceError `governance.files_gone`."""
    first, second = (_tested(place_of_version(each).evidence) for each in (version, other))
    shared = [text for text, (label, _) in first.rows.items() if second.rows.get(text, (None,))[0] == label]
    if not shared or first.separator != second.separator:
        return Paired(0, None)
    cells = [[first.rows[text][0], first.rows[text][1], second.rows[text][1]] for text in shared]
    given = [[_labels(cell, first.separator) for cell in row] for row in cells]
    names = sorted({label for row in given for labels in row for label in labels})
    if first.separator is None:
        numbers = np.array([[names.index(labels[0]) for labels in row] for row in given])
        targets, predicted, others = numbers.T
    else:
        has = np.array([[[name in labels for name in names] for labels in row] for row in given], dtype=np.int64)
        targets, predicted, others = has[:, 0], has[:, 1], has[:, 2]
    return Paired(len(shared), compare_predictions(targets, predicted, others, n_classes=len(names)))


def _labels(cell: str, separator: str | None) -> list[str]:
    return [cell] if separator is None else [] if cell == NONE else list(split_labels(cell, separator))


def _tested(evidence: Path) -> _Tested:
    """What a version was tested on; nothing where its predictions are not at hand."""
    try:
        with (evidence / PREDICTIONS).open(encoding="utf-8-sig", newline="") as stream:
            rows = {row["text"]: (row["label"], row["predicted"]) for row in csv.DictReader(stream) if row["text"]}
        separator = json.loads((evidence / "model" / "model.json").read_text("utf-8")).get("separator")
    except (*DAMAGED_FILE, csv.Error):
        return _Tested({}, None)
    return _Tested(rows, separator)
