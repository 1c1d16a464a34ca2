"""Trained models with their evidence, made once: what the registry keeps."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scalearn_core.encoders.encoder import Encoder
from scalearn_core.governance import registry, steps
from scalearn_core.governance.records import Version
from scalearn_core.governance.register import register
from tests.core.conftest import encoder, encoder_folder  # noqa: F401  the fixtures
from tests.core.evidence.test_pipeline import train


@pytest.fixture(scope="session")
def two_trained(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:  # noqa: F811
    """The folders of two trainings, each with `model/` and its evidence."""
    folders = []
    for seed in (1, 2):
        folder = tmp_path_factory.mktemp(f"trained{seed}")
        train(encoder, folder, seed=seed).save(folder / "model", evidence=folder)
        folders.append(folder)
    return folders[0], folders[1]


@pytest.fixture
def trained(two_trained: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the first, to be changed at will."""
    return Path(shutil.copytree(two_trained[0], tmp_path / "trained"))


@pytest.fixture
def unmeasured(two_trained: tuple[Path, Path], tmp_path: Path) -> Path:
    """A model without evidence."""
    return Path(shutil.copytree(two_trained[1] / "model", tmp_path / "unmeasured"))


@pytest.fixture
def answering(trained: Path) -> Version:
    """Version 1 of `tickets`, in use."""
    register(trained, "tickets")
    steps.submit("tickets")
    steps.approve("tickets", reason="for a pilot")
    steps.use("tickets")
    return registry.in_use("tickets")
