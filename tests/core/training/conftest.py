"""The tiny encoder with mean pooling: token 0 of a random encoder hardly knows the other words."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalearn_core.encoders.encoder import Encoder


@pytest.fixture(scope="package")
def encoder(encoder_folder: Path) -> Encoder:
    encoder = Encoder.load(encoder_folder)
    encoder.pooling = "mean"
    return encoder
