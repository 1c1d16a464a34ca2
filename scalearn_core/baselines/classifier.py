"""What the rivals that learn by gradient share: a forward pass with a head, its start, and its training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from scalearn_core.config import StageOneConfig
from scalearn_core.encoders.batching import forward_batches
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Adapt, Encoder, Tokens
from scalearn_core.heads.logistic import fit_frozen_head, unit
from scalearn_core.heads.modules import unit_linear_head
from scalearn_core.heads.thresholds import choose_thresholds
from scalearn_core.targets import Targets, are_multi_label, decide
from scalearn_core.training.loop import OnStep, fit
from scalearn_core.training.loss import classification_loss
from scalearn_core.training.stage_one import TaskData

if TYPE_CHECKING:
    from scalearn_core.data.split import Split

Classify = Callable[[Sequence[str]], Targets]
"""A trained rival: texts -> the classes of each (`targets.py`)."""


@dataclass(frozen=True, eq=False)
class Classifier:
    """An encoder, what is added in its layers, and a head."""

    encoder: Encoder
    adapt: Adapt | None
    head: nn.Sequential
    multi_label: bool = False
    """Whether a document may have several classes."""
    thresholds: NDArray[np.float64] | None = None
    """Then, from which probability on each is given, `[labels]`; None: one half."""

    def logits(self, tokens: Tokens, rows: Sequence[int]) -> torch.Tensor:
        """`[rows, labels]`."""
        batch = self.encoder.pad(tokens, rows)
        hidden = self.encoder.hidden_states(*batch, adapt=self.adapt)
        outputs: torch.Tensor = self.head(self.encoder.pool(hidden, batch.attention_mask))
        return outputs

    @torch.no_grad()
    def all_logits(self, tokens: Tokens) -> torch.Tensor:
        """`[documents, labels]`, on the CPU; at least one document."""
        order: list[int] = []
        outputs = []
        for rows in forward_batches(tokens.lengths, self.encoder.device.type):
            outputs.append(self.logits(tokens, rows).cpu())
            order += rows
        return torch.cat(outputs)[torch.tensor(order).argsort()]

    def classes(self, tokens: Tokens) -> Targets:
        """The likeliest class of each document, or all likely ones (`targets.py`); at least one document."""
        logits = self.all_logits(tokens)
        values = (logits.sigmoid() if self.multi_label else logits).numpy()
        return decide(values, multi_label=self.multi_label, thresholds=self.thresholds)

    def __call__(self, texts: Sequence[str]) -> Targets:
        """The same for texts, of which there may be none."""
        if not len(texts):
            *_, bias = self.head.parameters()
            return decide(np.zeros((0, len(bias))), multi_label=self.multi_label)
        return self.classes(self.encoder.tokenize(texts))


def train_from_linear_head(
    encoder: Encoder,
    adapt: Adapt | None,
    learned: dict[str, nn.Parameter],
    switch: Callable[[bool], object],
    train: Split,
    validation: Split,
    *,
    learning_rate: float,
    head_learning_rate: float,
    seed: int,
    penalty: Callable[[], torch.Tensor] | None = None,
    on_step: OnStep | None = None,
) -> Classifier:
    """Fit a linear head to where `learned` starts, then train both; steps and patience as for a task adapter.

    With few labels a head that starts at random spoils what it stands on before it has learned anything (Kumar
    et al. 2022, arXiv 2202.10054). Without validation documents the last epoch is kept.

    Args:
        learned: what trains besides the head, by name.
        switch: puts it into train mode (True) or out of it.
        penalty: added to the loss of each batch.
        on_step: see `loop.OnStep`; raise in it to stop.
    """
    data, held_out = TaskData.read(encoder, train), TaskData.read(encoder, validation)
    start = fit_frozen_head(
        unit(embed(encoder, data.tokens, adapt)), data.targets,
        unit(embed(encoder, held_out.tokens, adapt)), held_out.targets, data.classes, seed=seed,
    )  # fmt: skip
    head = unit_linear_head(encoder.width, data.classes)
    head.load_state_dict({"1.weight": torch.from_numpy(start.weight), "1.bias": torch.from_numpy(start.bias)})
    classifier = Classifier(encoder, adapt, head.to(encoder.device), are_multi_label(data.targets))

    def batch_loss(rows: list[int]) -> torch.Tensor:
        switch(True)
        outputs = classifier.logits(data.tokens, rows)
        loss = classification_loss(outputs, torch.as_tensor(data.targets[rows], device=outputs.device))
        return loss if penalty is None else loss + penalty()

    def validate() -> dict[str, float]:
        switch(False)
        if not len(held_out):
            return {}
        outputs = classifier.all_logits(held_out.tokens)
        return {"validation_loss": classification_loss(outputs, torch.as_tensor(held_out.targets)).item()}

    schedule = replace(StageOneConfig.for_documents(len(train), seed), learning_rate=learning_rate)
    try:
        fit(
            {f"learned.{key}": parameter for key, parameter in learned.items()}
            | {f"head.{key}": parameter for key, parameter in head.named_parameters()},
            batch_loss, validate, lengths=data.tokens.lengths,
            learning_rates={"learned": schedule.learning_rate, "head": head_learning_rate},
            epochs=schedule.epochs, batch_size=schedule.batch_size, patience=schedule.patience, seed=seed,
            on_step=on_step,
        )  # fmt: skip
    finally:
        switch(False)
    if not classifier.multi_label:
        return classifier
    if len(held_out):
        said = classifier.all_logits(held_out.tokens).sigmoid().numpy()
        return replace(classifier, thresholds=choose_thresholds(said, held_out.targets))
    # Out of fold would mean to train it once more for each: a regression on what it has learned stands in for it.
    trained = unit(embed(encoder, data.tokens, adapt))
    head_alone = fit_frozen_head(trained, data.targets, trained[:0], data.targets[:0], data.classes, seed=seed)
    return replace(classifier, thresholds=head_alone.thresholds)
