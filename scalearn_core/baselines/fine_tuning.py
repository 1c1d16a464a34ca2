"""Rivals that train weights of their own: an adapter for the task alone, and the whole encoder."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scalearn_core.baselines.classifier import Classifier, Classify, train_from_linear_head
from scalearn_core.config import StageOneConfig
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.training.loop import OnStep
from scalearn_core.training.stage_one import TaskData, predict_adapter, train_adapter

if TYPE_CHECKING:
    from scalearn_core.data.split import Split

LEARNING_RATE = 2e-5
"""Of the whole encoder: the published one."""
HEAD_LEARNING_RATE = 2e-5


def fit_own_adapter(encoder: Encoder, train: Split, validation: Split, *, seed: int) -> Classify:
    """An adapter trained on this task alone (stage one), with its own head; no source takes part."""
    config = StageOneConfig.for_documents(len(train), seed)
    trained = train_adapter(
        encoder, "own", TaskData.read(encoder, train), TaskData.read(encoder, validation), config
    )

    def classify(texts: Sequence[str]) -> NDArray[np.int64]:
        tokens = encoder.tokenize(texts)
        unknown = np.zeros((len(tokens), *train.targets.shape[1:]), dtype=np.int64)
        return predict_adapter(encoder, trained, TaskData(tokens, unknown, len(train.labels)))

    return classify


def fit_fine_tuned(
    encoder: Encoder, train: Split, validation: Split, *, seed: int, on_step: OnStep | None = None
) -> Classifier:
    """Full fine-tuning: every weight of a copy of the encoder learns; the encoder given is left as it was."""
    copied = copy.deepcopy(encoder)
    copied.model.requires_grad_(True)
    return train_from_linear_head(
        copied, None, dict(copied.model.named_parameters()), copied.model.train, train, validation,
        learning_rate=LEARNING_RATE, head_learning_rate=HEAD_LEARNING_RATE, seed=seed, on_step=on_step,
    )  # fmt: skip
