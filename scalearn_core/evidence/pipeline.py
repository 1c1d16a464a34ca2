"""From a divided dataset to a trained model with its evidence: the one path of the app and the shell."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.adapters import catalog
from scalearn_core.config import TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.languages import shares_of
from scalearn_core.devices import Device
from scalearn_core.encoders.choice import choose_encoder
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.quick import products
from scalearn_core.evaluation.metrics import score
from scalearn_core.evaluation.predictions import prediction_table
from scalearn_core.evaluation.stored_probabilities import save_test_probabilities
from scalearn_core.evaluation.verdict import Carrier
from scalearn_core.evidence.familiar import keep_familiar
from scalearn_core.evidence.reference import save_reference
from scalearn_core.evidence.result import Measured, dataset_facts, epochs, measure, unlabelled_facts
from scalearn_core.evidence.rivals import predict_rivals
from scalearn_core.evidence.upgrade import FILE
from scalearn_core.evidence.when import made_now
from scalearn_core.explain.ablation import carriers
from scalearn_core.explain.refit import Mixes
from scalearn_core.heads.logistic import FrozenHead, unit
from scalearn_core.heads.thresholds import as_stored
from scalearn_core.onnx_graph.fast_mode import measure_fast_mode
from scalearn_core.records.training import (
    FORMAT,
    DeviceFacts,
    EncoderFacts,
    ModelBytes,
    ParameterCounts,
    SourceFacts,
    TrainingRecord,
)
from scalearn_core.runs.folders import write_json
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import to_json
from scalearn_core.tables.export import write_csv
from scalearn_core.targets import Targets
from scalearn_core.training.documents import Documents
from scalearn_core.training.loop import OnStep
from scalearn_core.training.stage_two import train_scales

ASKED_AFTER = 3
"""Of the sources that do most, so many are left out in turn where the sources helped, to name the one that carries
it."""

OnStage = Callable[[str], None]
OnScore = Callable[[str, float], None]
"""Told a method and its macro-F1 on the test documents (0 to 1) as soon as it exists: first the plain classifier's
("frozen_head"), then the model's ("scalearn"). Intervals and verdict come with the result."""


@dataclass
class Outcome:
    """A trained model, its result, and its test predictions."""

    model: ScaLearnModel
    result: TrainingRecord
    test_predictions: pd.DataFrame
    """Columns row, text, label, predicted, confidence."""
    probabilities: NDArray[np.float32]
    """Of the model on the test documents, `[documents, labels]`."""
    targets: Targets
    """True classes of the test documents (`targets.py`)."""
    predicted: dict[str, Targets]
    """Classes of the test documents by method, alike."""
    frozen_head: FrozenHead
    """The plain classifier, for comparison on later tables."""
    learned_from: Sequence[str]
    """The documents it learned from or chose with."""

    def save(self, folder: Path, *, evidence: Path) -> None:
        """Write the model folder, and into `evidence` `result.json` and what it names (`docs/formats.md`)."""
        model_id = self.model.save(folder)
        omega = self.model.scales.omega
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        self.result = replace(
            self.result,
            model_id=model_id,
            model_bytes=ModelBytes(omega.numel() * omega.element_size(), size),
            frozen_head=save_reference(self.frozen_head, self.learned_from, evidence),
        )
        write_csv(self.test_predictions, evidence / "test_predictions.csv")
        save_test_probabilities(evidence, self.probabilities, self.targets, self.predicted)
        write_json(evidence / FILE, to_json(self.result))


def train_with_evidence(
    dataset: TextDataset,
    *,
    sources: Sequence[str],
    variant: str,
    config: TrainingConfig,
    device: Device,
    encoder: Encoder | None = None,
    on_stage: OnStage = lambda stage: None,
    on_step: OnStep | None = None,
    on_score: OnScore = lambda method, macro_f1: None,
) -> Outcome:
    """Train on `dataset.train`; score it, its rivals and its control on `dataset.test`, and judge.

    Every method sees the same training documents (with recipe "paper" all choose on the same validation documents,
    with "auto" none needs any) and is scored on the same test documents, which nothing else has seen.

    Args:
        dataset: already divided by `split()`.
        sources: names in the encoder's library, or adapter folders.
        encoder: by default the one that suits the languages of the documents (`encoders/choice.py`).
        on_stage: told "loading", those of `train_scales`, "baselines", "evaluation".
        on_step: see `loop.OnStep`; raise in it to stop.
        on_score: see `OnScore`.
    """
    started = time.monotonic()
    on_stage("loading")
    languages = shares_of(dataset.frame["text"].tolist())
    encoder = (encoder or Encoder.load(choose_encoder(languages).key)).to(device.kind)
    encoder = encoder.reading(config.long_texts)
    adapters = catalog.load(sources, encoder)
    if config.recipe == "auto":
        dataset = dataset.without_validation()
    documents = Documents.read(dataset, encoder)
    model = ScaLearnModel(
        encoder, adapters, labels=dataset.labels, separator=dataset.separator, variant=variant, seed=config.seed
    )
    read, predicted = documents.test, dict[str, Targets]()

    def classified(method: str, classes: Targets) -> None:
        predicted[method] = classes
        on_score(method, score("macro_f1", read.targets, classes))

    trained = train_scales(
        model, dataset, config, documents=documents, on_step=on_step, on_stage=on_stage,
        on_frozen_head=lambda head: classified("frozen_head", head.predict(unit(embed(encoder, read.tokens)))),
    )  # fmt: skip

    on_stage("baselines")
    clock = time.monotonic()
    probabilities = model.predict_proba_of(read.tokens)
    classified("scalearn", model.decide(probabilities))
    train, validation, test = dataset.train, dataset.validation, dataset.test
    recipe = config.resolved(len(train))
    rivals = predict_rivals(model, trained, documents, config, on_step)
    trained.seconds["baselines"] = time.monotonic() - clock

    on_stage("evaluation")
    clock = time.monotonic()
    predicted |= rivals.predicted
    model.fast_mode = measure_fast_mode(
        model, documents.train.tokens, read.tokens, read.targets, exact=probabilities
    )
    keep_familiar(model, documents, config.seed)
    measured = measure(
        model,
        documents,
        probabilities,
        predicted,
        control=rivals.control,
        promised=trained.forecast.promised,
        recipe=config.recipe,
        seed=config.seed,
    )
    carried_by = _carried_by(model, documents, measured, config.seed)
    promised = trained.forecast.record([source.name for source in model.sources])
    facts = dataset_facts(documents, encoder)
    trained.seconds["evaluation"] = time.monotonic() - clock
    trained.seconds["total"] = time.monotonic() - started

    result = TrainingRecord(
        format=FORMAT,
        **vars(replace(measured, verdict=replace(measured.verdict, carried_by=carried_by))),
        forecast=promised.forecast,
        start=promised.start,
        created=made_now(),
        device=DeviceFacts(device.kind, device.name, device.threads, products(encoder, recipe.bfloat16)),
        seconds={stage: round(seconds, 2) for stage, seconds in trained.seconds.items()},
        dataset=facts,
        encoder=EncoderFacts(
            key=encoder.card.key if encoder.card else None,
            name=encoder.name,
            fingerprint=encoder.fingerprint,
            layers=len(encoder.layers),
            width=encoder.width,
        ),
        languages=languages,
        split=dataset.plan,
        recipe=config.recipe,
        long_texts=config.long_texts,
        variant=variant,
        seed=config.seed,
        own_adapter=model.own_adapter,
        sources=tuple(SourceFacts(source.name, source.sha256()) for source in model.sources),
        thresholds=as_stored(model.thresholds, model.labels),
        parameter_counts=ParameterCounts(**model.parameter_counts()),
        history=epochs(trained.history),
        unlabelled=unlabelled_facts(documents, trained, predicted, config.seed),
        best_epoch=trained.history.best_epoch,
        stopped_early=trained.history.stopped_early,
    )
    predictions = prediction_table(test, probabilities, predicted["scalearn"])
    learned_from = [*train.texts, *validation.texts]
    return Outcome(
        model, result, predictions, probabilities, test.targets, predicted, trained.frozen_head, learned_from
    )


def _carried_by(
    model: ScaLearnModel, documents: Documents, measured: Measured, seed: int
) -> tuple[Carrier, ...]:  # fmt: skip
    """What is lost without each of the sources that do most; nothing is asked where none helped."""
    if measured.verdict.code != "helped":
        return ()
    sizes = np.abs(measured.scales.contribution).mean(axis=0)[: len(model.sources) - model.own_adapter]
    strongest = np.argsort(-sizes, kind="stable")[:ASKED_AFTER].tolist()
    mixes = Mixes(model, documents.train, documents.test, seed=seed)
    return tuple(Carrier(model.sources[source].name, lost) for source, lost in carriers(mixes, strongest))
