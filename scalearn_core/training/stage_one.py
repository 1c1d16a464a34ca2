"""Stage one: train one source adapter with its own head on its task (paper, section 2; single-task adapter)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from scalearn_core.adapters.bottleneck import Adapter, new_adapter
from scalearn_core.config import StageOneConfig
from scalearn_core.data.split import Split
from scalearn_core.devices import autocast
from scalearn_core.encoders.batching import TokenBudget, forward_batches
from scalearn_core.encoders.encoder import Encoder, Tokens
from scalearn_core.encoders.prefix_cache import CachedDocuments, batch_of
from scalearn_core.heads.modules import two_layer_head
from scalearn_core.targets import THRESHOLD, are_multi_label, decide
from scalearn_core.training.loop import History, OnStep, fit
from scalearn_core.training.loss import classification_loss


@dataclass(frozen=True)
class TaskData:
    """Tokenized documents with classes (`targets.py`), or scores (float) where `classes` is 0 (regression)."""

    tokens: Tokens
    targets: np.ndarray
    classes: int

    @classmethod
    def read(cls, encoder: Encoder, split: Split) -> TaskData:
        return cls(encoder.tokenize(split.texts), split.targets, len(split.labels))

    def __len__(self) -> int:
        return len(self.tokens)

    def take(self, rows: Sequence[int]) -> TaskData:
        return TaskData(self.tokens.take(rows), self.targets[list(rows)], self.classes)


@dataclass
class StageOneResult:
    adapter: Adapter
    head: nn.Sequential
    history: History


def train_adapter(
    encoder: Encoder,
    name: str,
    train: TaskData,
    validation: TaskData,
    config: StageOneConfig,
    on_step: OnStep | None = None,
) -> StageOneResult:
    """Train an adapter and a two-layer head; the encoder stays frozen. The epoch of lowest loss is kept.

    Scores (regression) are learned with squared error, scaled to mean 0 and deviation 1 of the training part.
    """
    adapter = new_adapter(
        name, layers=len(encoder.layers), width=encoder.width, model_type=encoder.model_type,
        reduction_factor=config.reduction_factor, seed=config.seed,
    )  # fmt: skip
    adapter.encoder_fingerprint = encoder.fingerprint
    generator = torch.Generator().manual_seed(config.seed + 1)
    head = two_layer_head(encoder.width, max(train.classes, 1), generator=generator)
    adapter.layers.to(encoder.device)
    head.to(encoder.device)
    shift, scale = (0.0, 1.0) if train.classes else (train.targets.mean(), train.targets.std() or 1.0)

    # The encoder stands still, dropout included: below the first adapter every epoch is the same.
    cached, cached_validation = (CachedDocuments(encoder, data.tokens) for data in (train, validation))

    def batch_loss(data: TaskData, documents: CachedDocuments, rows: Sequence[int]) -> torch.Tensor:
        with autocast(encoder.device):
            outputs = _forward(encoder, adapter, head, documents, rows).float()
        targets = torch.as_tensor(data.targets[list(rows)], device=outputs.device)
        if data.classes:
            return classification_loss(outputs, targets)
        return F.mse_loss(outputs[:, 0], ((targets - shift) / scale).float())

    def train_loss(rows: list[int]) -> torch.Tensor:
        head.train()
        return batch_loss(train, cached, rows)

    @torch.no_grad()
    def validate() -> dict[str, float]:
        if not len(validation):
            return {}
        head.eval()
        batches = list(forward_batches(validation.tokens.lengths, encoder.device.type))
        total = sum(batch_loss(validation, cached_validation, rows).item() * len(rows) for rows in batches)
        return {"validation_loss": total / len(validation)}

    trainable = {f"adapter.{key}": p for key, p in adapter.layers.named_parameters()}
    trainable |= {f"head.{key}": p for key, p in head.named_parameters()}
    history = fit(
        trainable, train_loss, validate, lengths=train.tokens.lengths,
        learning_rates={"adapter": config.learning_rate, "head": config.learning_rate},
        epochs=config.epochs, batch_size=config.batch_size, patience=config.patience, seed=config.seed,
        budget=TokenBudget.of(encoder.device.type), on_step=on_step,
    )  # fmt: skip
    head.eval().requires_grad_(False)
    return StageOneResult(adapter.frozen(), head, history)


@torch.no_grad()
def predict_adapter(encoder: Encoder, result: StageOneResult, data: TaskData) -> np.ndarray:
    """Classes shaped as the targets of `data` (`targets.py`), or unscaled scores (float) for a regression task."""
    outputs = np.zeros((len(data), max(data.classes, 1)), dtype=np.float32)
    for rows in forward_batches(data.tokens.lengths, encoder.device.type):
        outputs[rows] = _forward(encoder, result.adapter, result.head, data.tokens, rows).cpu().numpy()
    if not data.classes:
        return outputs[:, 0]
    multi_label = are_multi_label(data.targets)
    return decide(
        outputs + THRESHOLD if multi_label else outputs, multi_label=multi_label
    )  # a logit of 0 is one half


def _forward(
    encoder: Encoder,
    adapter: Adapter,
    head: nn.Sequential,
    documents: Tokens | CachedDocuments,
    rows: Sequence[int],
) -> torch.Tensor:
    batch, start = batch_of(encoder, documents, rows)
    hidden = encoder.hidden_states(*batch, adapt=lambda layer, z, f: adapter.output(layer, z), start=start)
    outputs: torch.Tensor = head(encoder.pool(hidden, batch.attention_mask))
    return outputs
