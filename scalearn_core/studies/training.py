"""What the studies that train again share: a new model like the one at hand, and how far they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scalearn_core.config import TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.parts import Part
from scalearn_core.evaluation.report import evaluate_predictions
from scalearn_core.evidence.trained import OnProgress, TrainedModel
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.studies.time_estimates import STAGES
from scalearn_core.training.loop import OnStep
from scalearn_core.training.stage_two import OnStage, TrainingResult, train_scales


class Progress:
    """Parts of known weight, done one after the other, reported as one share that only grows."""

    def __init__(
        self, on_progress: OnProgress, weights: Sequence[float], seconds: Mapping[str, float] | None = None
    ) -> None:
        """`weights`: the cost of each part, in any unit; `seconds`: how long the stages of a training took."""
        self._on_progress = on_progress
        ends = np.cumsum(weights) / sum(weights)
        self._bounds = list(zip([0.0, *ends[:-1].tolist()], ends.tolist(), strict=True))
        took = np.array([(seconds or {}).get(stage, 0.0) for stage in STAGES]) + 1e-3
        done = np.cumsum(took / took.sum())
        self._stages = dict(zip(STAGES, zip([0.0, *done[:-1].tolist()], done.tolist(), strict=True), strict=True))
        self._part, self._told = 0, 0.0
        self._stage = (0.0, 1.0)  # of a part that tells no stages

    def within(self, share: float) -> None:
        """So much of the part is done; raises what the listener raises."""
        start, end = self._bounds[self._part]
        self._told = max(self._told, start + (end - start) * min(1.0, share))
        self._on_progress(self._told)

    def next(self) -> None:
        """The part is done."""
        self.within(1.0)
        self._part = min(self._part + 1, len(self._bounds) - 1)
        self._stage = (0.0, 1.0)

    def stage(self, code: str) -> None:
        """A stage of a training begins (see `stage_two.OnStage`)."""
        self._stage = self._stages[code]
        self.within(self._stage[0])

    def step(self, step: int, metrics: dict[str, float]) -> None:
        """See `loop.OnStep`."""
        start, end = self._stage
        self.within(start + (end - start) * metrics["fraction"])


def train_again(
    trained_model: TrainedModel,
    dataset: TextDataset,
    config: TrainingConfig,
    *,
    variant: str | None = None,
    on_step: OnStep | None = None,
    on_stage: OnStage | None = None,
) -> tuple[ScaLearnModel, TrainingResult]:
    """A new model with the encoder and the library's sources of the one at hand, trained on `dataset`.

    Args:
        variant: by default that of the model at hand.
    """
    model = new_model(trained_model, variant or trained_model.model.variant, config.seed)
    documents = trained_model.documents
    return model, train_scales(model, dataset, config, documents=documents, on_step=on_step, on_stage=on_stage)


def new_model(trained_model: TrainedModel, variant: str, seed: int) -> ScaLearnModel:
    """Untrained, with the encoder, library sources and labels of the model at hand."""
    return trained_model.model.like(trained_model.library_sources, variant=variant, seed=seed)


def with_training(dataset: TextDataset, kept: NDArray[np.bool_]) -> TextDataset:
    """The dataset with a part of its training documents; the others are in no part.

    Args:
        kept: whether each training document, in file order, stays one, `[training documents]`.
    """
    assert dataset.parts is not None
    parts = dataset.parts.copy()
    rows = np.flatnonzero(parts == Part.TRAIN)
    parts[rows[~kept]] = Part.LEFT_OUT
    assert (parts == Part.TEST).sum() == (dataset.parts == Part.TEST).sum()
    return replace(dataset, parts=parts)


def test_notes(trained_model: TrainedModel) -> tuple[str, ...]:
    """The caveats of `evaluation.report` that hold of the test documents, whatever is predicted."""
    targets = trained_model.test.targets
    notes = evaluate_predictions(targets, targets, trained_model.model.labels, resamples=1).notes
    return tuple(code for code in notes if code in ("few_documents", "class_without_test_documents"))
