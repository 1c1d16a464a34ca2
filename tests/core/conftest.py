"""The tiny encoder of two layers, built once; nothing here touches the network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.encoders.encoder import Batch, Encoder
from tests.core.tiny import random_adapter, save_encoder

TEXTS = ["my invoice is wrong", "the vpn drops again since monday and the wifi is gone too", "lamp", "a new desk"]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Tensors this small are slower on several threads, and far slower on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoders") / "tiny-bert"
    save_encoder(folder)
    return folder


@pytest.fixture(scope="session")
def encoder(encoder_folder: Path) -> Encoder:
    """A random BERT; tests must not change it."""
    return Encoder.load(encoder_folder)


@pytest.fixture(scope="session")
def batch(encoder: Encoder) -> Batch:
    """Four documents of unequal length, padded."""
    return encoder.pad(encoder.tokenize(TEXTS), range(len(TEXTS)))


@pytest.fixture
def sources() -> list[Adapter]:
    """Three adapters that differ in rank, non-linearity and layers."""
    return [
        random_adapter("first", seed=1, rank=4, non_linearity="tanh"),
        random_adapter("second", seed=2, rank=2, left_out=(1,)),
        random_adapter("third", seed=3, rank=8, non_linearity="gelu"),
    ]
