"""The tiny encoder with mean pooling, and documents of three topics."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalearn_core.data.dataset import TextDataset
from scalearn_core.encoders.encoder import Encoder
from tests.core.tiny import dataset


@pytest.fixture(scope="package")
def encoder(encoder_folder: Path) -> Encoder:
    encoder = Encoder.load(encoder_folder)
    encoder.pooling = "mean"
    return encoder


@pytest.fixture(scope="package", params=[0.2, 0.0], ids=["validation", "no validation"])
def data(request: pytest.FixtureRequest) -> TextDataset:
    return dataset(48).split(test=0.2, validation=request.param)
