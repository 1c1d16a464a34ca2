"""What is kept of the test documents: read back as written, and refused where it does not fit together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from scalearn_core.errors import DataError, ModelError
from scalearn_core.evaluation.stored_probabilities import (
    FILE,
    check_probabilities,
    load_test_probabilities,
    save_test_probabilities,
)

PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], dtype=np.float32)
TARGETS = [0, 2]
PREDICTED = {"scalearn": [0, 2], "frozen_head": [1, 2]}


def test_there_and_back(tmp_path: Path) -> None:
    save_test_probabilities(tmp_path, PROBABILITIES, TARGETS, PREDICTED)
    found = load_test_probabilities(tmp_path)
    assert found is not None
    assert found.probabilities.dtype == np.float32
    np.testing.assert_array_equal(found.probabilities, PROBABILITIES)
    np.testing.assert_array_equal(found.targets, TARGETS)
    assert {name: values.tolist() for name, values in found.predicted.items()} == PREDICTED
    tensors = load((tmp_path / FILE).read_bytes())
    assert set(tensors) == {"probabilities", "targets", "predicted.scalearn", "predicted.frozen_head"}
    assert tensors["targets"].dtype == tensors["predicted.scalearn"].dtype == np.int64


def test_an_older_result_has_none(tmp_path: Path) -> None:
    assert load_test_probabilities(tmp_path) is None


@pytest.mark.parametrize("change", ["cut", "other_length", "missing", "no_class", "no_number"])
def test_a_damaged_file_is_refused(tmp_path: Path, change: str) -> None:
    save_test_probabilities(tmp_path, PROBABILITIES, TARGETS, PREDICTED)
    file = tmp_path / FILE
    tensors = load(file.read_bytes())
    if change == "cut":
        file.write_bytes(file.read_bytes()[:-5])
    else:
        if change == "other_length":
            tensors["probabilities"] = tensors["probabilities"][:1].copy()
        elif change == "missing":
            del tensors["targets"]
        elif change == "no_class":
            tensors["predicted.scalearn"] = np.array([0, 3])
        else:
            tensors["probabilities"] = np.array([[np.nan, 1, 0], [0, 0, 1]], dtype=np.float32)
        file.write_bytes(save(tensors))
    with pytest.raises(ModelError) as error:
        load_test_probabilities(tmp_path)
    assert error.value.code == "model.damaged"


def test_nothing_is_written_that_would_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        save_test_probabilities(tmp_path, PROBABILITIES, [0, 1, 2], {})
    assert error.value.code == "evaluation.unequal_lengths"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "broken", [[[0.5, 0.6]], [[-0.1, 1.1]], [[np.inf, 0.0]], [[0.0, 0.0]], [0.5, 0.5], np.zeros((2, 0))]
)
def test_what_is_no_probability_is_refused(broken: object) -> None:
    with pytest.raises(DataError) as error:
        check_probabilities(broken)
    assert error.value.code == "evaluation.no_probabilities"


def test_the_document_is_named_and_rounding_is_mended() -> None:
    with pytest.raises(DataError) as error:
        check_probabilities([[0.5, 0.5], [0.4, 0.4]])
    assert error.value.values["position"] == 2
    np.testing.assert_allclose(check_probabilities([[0.5004, 0.4999]]).sum(1), 1.0, atol=1e-12)
