"""Training one adapter: classes and scores, the encoder untouched, the seed obeyed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scalearn_core.config import StageOneConfig
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ConfigError
from scalearn_core.training.stage_one import TaskData, predict_adapter, train_adapter
from tests.core.tiny import LAYERS, WIDTH, dataset


@pytest.fixture(scope="module")
def task(encoder: Encoder) -> tuple[TaskData, TaskData]:
    data = dataset(90).split(test=0.2, validation=0.2)
    parts = (data.train, data.validation)
    train, validation = (TaskData(encoder.tokenize(part.texts), part.targets, 3) for part in parts)
    return train, validation


def test_an_adapter_learns_its_task(encoder: Encoder, task: tuple[TaskData, TaskData]) -> None:
    config = StageOneConfig(epochs=8, patience=8, batch_size=8, learning_rate=1e-2, reduction_factor=8)
    result = train_adapter(encoder, "own", *task, config)
    losses = [record.validation["validation_loss"] for record in result.history.records]
    assert losses[result.history.best_epoch] == min(losses) < 0.85 * losses[0]
    assert (predict_adapter(encoder, result, task[1]) == task[1].targets).mean() > 0.6  # chance: 0.33
    assert result.adapter.encoder_fingerprint == encoder.fingerprint
    assert [result.adapter.bottleneck(i).rank for i in range(LAYERS)] == [WIDTH // 8] * LAYERS
    assert not any(parameter.requires_grad for parameter in result.adapter.layers.parameters())
    assert all(parameter.grad is None for parameter in encoder.model.parameters())


def test_the_seed_decides_the_adapter(encoder: Encoder, task: tuple[TaskData, TaskData]) -> None:
    def trained(seed: int) -> str:
        return train_adapter(encoder, "own", *task, StageOneConfig(epochs=1, seed=seed)).adapter.sha256()

    first = trained(1)
    torch.manual_seed(77)
    assert trained(1) == first != trained(2)


def test_scores_are_learned_in_their_own_unit(encoder: Encoder, task: tuple[TaskData, TaskData]) -> None:
    train, validation = (TaskData(part.tokens, 50.0 + 10.0 * (part.targets == 1), 0) for part in task)
    config = StageOneConfig(epochs=8, patience=8, batch_size=8, learning_rate=1e-2, reduction_factor=8)
    result = train_adapter(encoder, "own", train, validation, config)
    losses = [record.validation["validation_loss"] for record in result.history.records]
    assert min(losses) < 0.9 * losses[0]
    predicted = predict_adapter(encoder, result, validation)
    assert np.corrcoef(predicted, validation.targets)[0, 1] > 0.3


@pytest.mark.parametrize("setting", ["learning_rate", "epochs", "batch_size", "patience", "reduction_factor"])
def test_settings_are_checked(setting: str) -> None:
    with pytest.raises(ConfigError, match=f"setting {setting} must be above zero, but is 0"):
        StageOneConfig(**{setting: 0})
