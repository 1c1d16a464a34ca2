"""A trained model with the documents it was made from: the input of every study."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.split import Split
from scalearn_core.errors import DataError, ModelError
from scalearn_core.evidence.reference import load_reference
from scalearn_core.evidence.upgrade import FILE, read_training
from scalearn_core.explain.held_back import divide_test
from scalearn_core.heads.logistic import FrozenHead
from scalearn_core.records.studies import StudyRecord
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs.folders import write_json
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import to_json
from scalearn_core.storage.damage import DAMAGED_FILE, reason
from scalearn_core.storage.locks import holding
from scalearn_core.training.documents import Documents

OnProgress = Callable[[float], None]
"""Told the share of the work that is done, 0 to 1; raise in it to stop."""

LOCK = "result.lock"


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A model, its evidence, and its documents, divided as they were for its training."""

    model: ScaLearnModel
    dataset: TextDataset
    result: TrainingRecord
    frozen_head: FrozenHead
    """The plain classifier it was compared with; takes embeddings of length 1."""

    @property
    def train(self) -> Split:
        return self.dataset.train

    @property
    def validation(self) -> Split:
        """Empty with recipe "auto", which learns from these documents too."""
        return self.dataset.validation

    @property
    def test(self) -> Split:
        return self.dataset.test

    @cached_property
    def documents(self) -> Documents:
        """All documents as the model's encoder reads them."""
        return Documents.read(self.dataset, self.model.encoder)

    @property
    def library_sources(self) -> list[Adapter]:
        """The sources without the task adapter."""
        return self.model.sources[:-1] if self.model.own_adapter else self.model.sources

    @property
    def config(self) -> TrainingConfig:
        """What the model was trained with."""
        return TrainingConfig(
            recipe=self.result.recipe,
            seed=self.result.seed,
            own_adapter=self.result.own_adapter,
            long_texts=self.model.encoder.long_texts,
        )


def load_trained(evidence: Path, model_folder: Path, dataset: TextDataset, device: str) -> TrainedModel:
    """Put a model, its `result.json` in `evidence` and its table together again.

    Args:
        dataset: the whole table, not divided yet.

    Raises:
        ModelError: no model or no evidence there, or one of them damaged.
        DataError: `study.other_documents`, if the table is not the one the model was made from.
    """
    if not (evidence / FILE).is_file():
        raise ModelError("study.no_evidence", folder=evidence)
    try:
        result = read_training(evidence)
    except DAMAGED_FILE as error:
        raise ModelError("model.damaged", folder=evidence, reason=reason(error)) from error
    if dataset.fingerprint != result.dataset.fingerprint:
        raise DataError("study.other_documents", name=dataset.name)
    model = ScaLearnModel.load(model_folder).to(device)
    reference = load_reference(evidence, model)
    if reference.frozen_head is None:
        raise ModelError("study.no_evidence", folder=evidence)
    divided = dataset.split(plan=result.plan)
    if result.recipe == "auto":
        divided = divided.without_validation()
    if result.levers is not None:  # who turned them saw some of the test documents: these test no more
        divided = divide_test(divided)
    return TrainedModel(model, divided, result, reference.frozen_head)


def keep(evidence: Path, name: str, found: StudyRecord) -> None:
    """Put what a study found into the result of its model; two studies may end at the same time."""
    with holding(evidence / LOCK):
        result = read_training(evidence)
        studies = result.studies.with_answer(name, found)
        write_json(evidence / FILE, to_json(replace(result, studies=studies)))
