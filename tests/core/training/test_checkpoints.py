"""A training that is stopped or killed again and again ends with the numbers of one that was not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from scalearn_core.config import TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.runs.reporter import Cancelled
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.training.checkpoints import kept_in
from scalearn_core.training.stage_two import TrainingResult, train_scales
from tests.core.tiny import dataset

SETTINGS = {"seed": 1}


class Killed(Exception):
    """The process is gone: nothing more is written."""


class Stopping:
    """Told of each step; raises after so many of them."""

    def __init__(self, reason: type[Exception], after: int) -> None:
        self.reason, self.left, self.steps = reason, after, list[int]()

    def __call__(self, step: int, metrics: dict[str, float]) -> None:
        if step:  # 0: of the forecast
            self.steps.append(step)
            self.left -= 1
            if not self.left:
                raise self.reason


@pytest.fixture(scope="module")
def data() -> TextDataset:
    return dataset(48)


def train(encoder, sources, data: TextDataset, config: TrainingConfig, on_step=None) -> tuple[Any, TrainingResult]:
    model = ScaLearnModel(encoder, sources, labels=data.labels, variant="scalearn_pp")
    return model, train_scales(model, data.split(validation=0.2), config, on_step=on_step)


def numbers(model: ScaLearnModel) -> dict[str, torch.Tensor]:
    own = {f"own.{key}": value for key, value in model.sources[-1].layers.state_dict().items()}
    return {**model.scales.state_dict(), **model.head.state_dict(), **own}


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (TrainingConfig(batch_size=8, epochs=4), Killed),
        (TrainingConfig("paper", batch_size=8, epochs=3, patience=9, own_adapter=True), Cancelled),
    ],
)
def test_it_ends_with_the_same_numbers(
    encoder, sources, data, config: TrainingConfig, reason: type[Exception], tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("SCALEARN_CHECKPOINT_SECONDS", "0" if reason is Killed else "1000")
    expected, undisturbed = train(encoder, sources, data, config)
    steps: list[int] = []
    for after in (3, 6, 10_000):
        stopping = Stopping(reason, after)
        try:
            with kept_in(tmp_path, SETTINGS):
                model, result = train(encoder, sources, data, config, stopping)
        except reason:
            steps += stopping.steps
    assert len(steps) == 9, "each time it went on"
    assert {key: value.tolist() for key, value in numbers(model).items()} == {
        key: value.tolist() for key, value in numbers(expected).items()
    }
    assert result.history == undisturbed.history
    again = Stopping(Killed, 1)
    with kept_in(tmp_path, SETTINGS):
        train(encoder, sources, data, config, again)
    assert again.steps == [], "what is done is not done again"


def test_what_does_not_fit_is_not_used(encoder, sources, data, tmp_path: Path, caplog) -> None:
    config = TrainingConfig(batch_size=8, epochs=1)
    with kept_in(tmp_path, SETTINGS):
        expected, _ = train(encoder, sources, data, config)
    with kept_in(tmp_path, SETTINGS | {"seed": 2}):
        other_settings, _ = train(encoder, sources, data, config)
    assert "other versions or settings" in caplog.text
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:-9])
    with kept_in(tmp_path, SETTINGS | {"seed": 2}):
        cut_off, _ = train(encoder, sources, data, config)
    assert "cannot be used" in caplog.text
    assert torch.equal(other_settings.scales.omega, expected.scales.omega)
    assert torch.equal(cut_off.scales.omega, expected.scales.omega)


def test_a_disk_that_cannot_be_written_costs_the_checkpoint_alone(
    encoder, sources, data, tmp_path, caplog
) -> None:
    (tmp_path / "file").touch()
    with kept_in(tmp_path / "file" / "checkpoint", SETTINGS):
        train(encoder, sources, data, TrainingConfig(batch_size=8, epochs=1))
    assert "was not kept" in caplog.text
