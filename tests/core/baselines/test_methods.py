"""The rivals by name that the benchmark compares, on a part without validation documents."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.methods import METHODS, FewLabels, run_method
from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.encoders.encoder import Encoder
from tests.core.tiny import random_adapter

ROWS = [["invoice payment", "money"], ["refund the bill", "money"], ["wifi router", "net"], ["vpn cable", "net"]]


@pytest.fixture
def part(tmp_path: Path) -> FewLabels:
    """The class "rooms" has no document at all."""
    content = {"labels": ["money", "net", "rooms"], "train": ROWS * 2, "test": [*ROWS[1:], ["a bill", "money"]]}
    file = tmp_path / "tiny-k4-s0.json"
    file.write_text(json.dumps(content), "utf-8")
    return FewLabels.read(file)


def test_a_part_is_read_as_it_stands(part: FewLabels) -> None:
    assert part.train.texts[:2] == ("invoice payment", "refund the bill")
    assert part.train.targets.tolist() == [0, 0, 1, 1] * 2
    assert part.test.targets.tolist() == [0, 1, 1, 0]
    assert len(part.validation) == 0
    assert part.test.labels == part.train.labels == ("money", "net", "rooms")


@pytest.mark.parametrize("name", METHODS)
def test_every_rival_classifies_the_test_documents(name: str, part: FewLabels, encoder: Encoder) -> None:
    sources: list[Adapter] = [random_adapter(str(seed), seed=seed) for seed in range(2)]
    result = run_method(name, part, encoder, sources, seed=0)
    assert result.predictions.dtype == np.int64
    assert result.predictions.shape == (4,)
    assert set(result.predictions.tolist()) <= {0, 1}  # nobody guesses a class without documents
    assert result.seconds_training >= 0 < result.seconds_prediction
