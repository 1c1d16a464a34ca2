"""The test probabilities of every compared method, stored beside a result: `test_probabilities.safetensors`.

Whatever is asked later (at which confidence to call a person, what a mistake costs, which source can go) is then
answered on the very documents and probabilities that the scores were measured on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors.numpy import load, save

from scalearn_core.errors import DataError, ModelError
from scalearn_core.evaluation.metrics import IntArray, check_classes
from scalearn_core.storage.damage import DAMAGED_FILE, reason
from scalearn_core.storage.files import write_atomically
from scalearn_core.targets import are_multi_label

FILE = "test_probabilities.safetensors"
_PREDICTED = "predicted."
_ROUNDING = 1e-3
"""How far from 1 the probabilities of a document may add up to, in float32 or half of it."""


@dataclass(frozen=True, eq=False)
class TestProbabilities:
    """The test documents of one training, in the order of `test_predictions.csv`."""

    __test__ = False  # a class of ours whose name pytest would take for its own

    probabilities: NDArray[np.float32]
    """Of the model (`scalearn`), `[documents, labels]`; each row sums to 1 where documents have one label."""
    targets: IntArray
    """True classes (`targets.py`)."""
    predicted: dict[str, IntArray]
    """Classes given by each compared method, alike, by the method's name in `scores`."""


def save_test_probabilities(
    folder: Path, probabilities: ArrayLike, targets: ArrayLike, predicted: Mapping[str, ArrayLike]
) -> None:
    """Write the file into `folder`.

    Args:
        probabilities: `[documents, labels]`, kept as float32.
        targets: true classes (`targets.py`).
        predicted: classes by method, alike.

    Raises:
        DataError: no documents, unequal lengths, or a class that has no column of probabilities.
        OSError: the folder cannot be written.
    """
    checked = _checked(probabilities, targets, predicted)
    tensors: dict[str, NDArray[np.generic]] = {
        "probabilities": np.ascontiguousarray(checked.probabilities),
        "targets": np.ascontiguousarray(checked.targets),
    }
    for method, classes in checked.predicted.items():
        tensors[f"{_PREDICTED}{method}"] = np.ascontiguousarray(classes)
    write_atomically(folder / FILE, save(tensors))


def load_test_probabilities(folder: Path) -> TestProbabilities | None:
    """Read the file that lies in `folder`; None where there is none, as in results of the first releases.

    Raises:
        ModelError: it is damaged, or its parts do not fit together.
    """
    if not (folder / FILE).is_file():
        return None
    try:
        tensors = load((folder / FILE).read_bytes())
        predicted = {
            name.removeprefix(_PREDICTED): values
            for name, values in sorted(tensors.items())
            if name.startswith(_PREDICTED)
        }
        return _checked(tensors["probabilities"], tensors["targets"], predicted)
    except DAMAGED_FILE as error:
        raise ModelError("model.damaged", folder=folder, reason=f"{FILE}: {reason(error)}") from error


def _checked(
    probabilities: ArrayLike, targets: ArrayLike, predicted: Mapping[str, ArrayLike]
) -> TestProbabilities:
    check_probabilities(probabilities, multi_label=are_multi_label(targets))
    values = np.asarray(probabilities, dtype=np.float32)
    names = list(predicted)
    true, *classes = check_classes(targets, *(predicted[name] for name in names), n_classes=values.shape[1])
    if len(true) != len(values):
        raise DataError("evaluation.unequal_lengths", lengths=f"{len(values)}, {len(true)}")
    return TestProbabilities(values, true, dict(zip(names, classes, strict=True)))


def check_probabilities(probabilities: ArrayLike, *, multi_label: bool = False) -> NDArray[np.float64]:
    """Probabilities as float64 `[documents, labels]`, each row of them summing to 1 exactly.

    Args:
        multi_label: whether each label stands for itself (`targets.py`), so that they need not sum to 1.

    Raises:
        DataError: not a table, no label, or a document whose values are no probabilities (from 0 to 1, sum 1).
    """
    values = np.asarray(probabilities, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 1:
        raise DataError("evaluation.no_probabilities", position=1)
    with np.errstate(invalid="ignore"):
        right = (values >= 0).all(1) & (values <= 1.0 + _ROUNDING).all(1)  # false for what is no number
        right &= multi_label | (np.abs(values.sum(1) - 1.0) <= _ROUNDING)
    if not right.all():
        raise DataError("evaluation.no_probabilities", position=int((~right).argmax()) + 1)
    return np.minimum(values, 1.0) if multi_label else np.asarray(values / values.sum(1, keepdims=True))
