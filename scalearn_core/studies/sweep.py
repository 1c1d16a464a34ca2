"""Many trainings on one table: variants of the scales, seeds of the training, and sets of sources.

What they share is made once (`prepare`): the documents, divided and tokenised, and the states of the training
documents below the first adapter, which no training can change. Each training is then a trial of its own, wherever
it works: it gives the same numbers alone and beside others.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from scalearn_core.adapters import catalog
from scalearn_core.config import TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.evaluation.report import evaluate_predictions
from scalearn_core.records.sweep import Trial, TrialRecord
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.training.documents import Documents
from scalearn_core.training.stage_two import train_scales

SHARED_LAYER = 0
"""An own adapter sits in every layer, so nothing above the first is the same for all."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """What all trials share: plain values and arrays, which can be handed to another process."""

    documents: Documents
    states: NDArray[np.float32] | None
    """Of the training documents at `SHARED_LAYER` (`CachedDocuments.states`); None where they are too large."""
    encoder: str
    config: TrainingConfig
    device: str

    @property
    def dataset(self) -> TextDataset:
        return self.documents.dataset


@dataclass(frozen=True, eq=False)
class TrialResult:
    """What a trial gave."""

    record: TrialRecord
    probabilities: NDArray[np.float32]
    """Of the test documents, `[documents, labels]`."""


def trials_of(
    variants: Sequence[str], seeds: Sequence[int], subsets: Sequence[Sequence[str]]
) -> tuple[Trial, ...]:  # fmt: skip
    """Every combination, each once, in the order given."""
    combined = (Trial(v, seed, tuple(sources)) for v, seed, sources in product(variants, seeds, subsets))
    return tuple(dict.fromkeys(combined))


def prepare(dataset: TextDataset, encoder: str, config: TrainingConfig, device: str) -> Prepared:
    """Tokenise, and run the training documents up to the first adapter.

    Args:
        dataset: divided by `split()`.
        encoder: as `Encoder.load` takes it.
        config: of every trial, but for its seed.
    """
    if config.recipe == "auto":
        dataset = dataset.without_validation()
    loaded = _encoder(encoder, device, config.long_texts)
    documents = Documents.read(dataset, loaded)
    states = CachedDocuments(loaded, documents.train.tokens, SHARED_LAYER).states
    return Prepared(documents, None if states is None else states.cpu().numpy(), encoder, config, device)


def run_trial(prepared: Prepared, trial: Trial) -> TrialResult:
    """Train once, and score on the test documents. Raises AdapterError for sources that do not fit."""
    began = time.monotonic()
    encoder = _encoder(prepared.encoder, prepared.device, prepared.config.long_texts)
    dataset, documents = prepared.dataset, prepared.documents
    model = ScaLearnModel(
        encoder, catalog.load(trial.sources, encoder), labels=dataset.labels, separator=dataset.separator,
        variant=trial.variant, seed=trial.seed,
    )  # fmt: skip
    cached: CachedDocuments | None = None
    if prepared.states is not None:
        states = torch.from_numpy(np.array(prepared.states))  # shared memory may be written by nobody
        cached = CachedDocuments(encoder, documents.train.tokens, SHARED_LAYER, states=states)
    config = replace(prepared.config, seed=trial.seed)
    train_scales(model, dataset, config, documents=documents, cached=cached)
    test = documents.test
    probabilities = model.predict_proba_of(test.tokens)
    report = evaluate_predictions(
        test.targets, model.decide(probabilities), dataset.labels, seed=prepared.config.seed
    )
    record = TrialRecord(
        **vars(trial), macro_f1=report.macro_f1, accuracy=report.accuracy, documents=report.n,
        seconds=round(time.monotonic() - began, 2),
    )  # fmt: skip
    return TrialResult(record, probabilities)


@cache
def _encoder(name: str, device: str, long_texts: str) -> Encoder:
    """Loaded once in each process."""
    return Encoder.load(Path(name) if Path(name).is_dir() else name).to(device).reading(long_texts)
