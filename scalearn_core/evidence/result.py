"""The parts of a training's record (`records/training.py`), measured on the model and its documents."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evaluation.by_language import LanguageScores, scores_by_language
from scalearn_core.evaluation.comparison import Comparison, compare_predictions
from scalearn_core.evaluation.confidence import ConfidenceReport, confidence_report
from scalearn_core.evaluation.methods import WITHOUT_UNLABELLED
from scalearn_core.evaluation.report import EvaluationReport, evaluate_predictions
from scalearn_core.evaluation.verdict import Verdict, judge
from scalearn_core.explain.contributions import contribution_map
from scalearn_core.explain.dimensions import summary_of
from scalearn_core.records.training import (
    Counts,
    DatasetFacts,
    Epoch,
    FastMode,
    FastModeCosts,
    NotMeasured,
    ScalesRecord,
    UnlabelledFacts,
)
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import from_json, tupled
from scalearn_core.targets import Targets
from scalearn_core.training.documents import Documents
from scalearn_core.training.loop import History
from scalearn_core.training.stage_two import TrainingResult

COMPARED = ("frozen_head", "tfidf", "single_source")
"""Methods that the model is compared with in pairs, besides the control."""
CONTRIBUTION_DOCUMENTS = 128
"""Documents on which contributions are measured, spread evenly over the table."""


@dataclass(frozen=True)
class Measured:
    """The part of a record that is measured on the model as it stands: after a training, and after levers."""

    verdict: Verdict
    scores: dict[str, EvaluationReport]
    comparison: Comparison
    comparison_tfidf: Comparison
    comparison_single_source: Comparison
    comparison_control: Comparison
    confidence: ConfidenceReport
    scores_by_language: tuple[LanguageScores, ...]
    fast_mode: FastMode
    scales: ScalesRecord


def measure(
    model: ScaLearnModel,
    documents: Documents,
    probabilities: NDArray[np.float32],
    predicted: dict[str, Targets],
    *,
    control: str,
    promised: bool,
    recipe: str,
    seed: int,
) -> Measured:
    """Scores of all methods, comparisons with the model, the verdict, and what the scales do.

    Args:
        documents: divided; all is scored on the test documents.
        probabilities: of the model on these, `[documents, labels]`.
        predicted: classes by method (`targets.py`); the model's own is "scalearn".
        control: which of them is the control (`evaluation/verdict.py`).
        promised: whether the forecast found a source worth starting from.
        recipe: of the training.
        seed: of intervals and resamples.
    """
    test = documents.dataset.test
    compared = {
        name: replace(
            compare_predictions(
                test.targets, predicted["scalearn"], predicted[name], n_classes=len(test.labels), seed=seed
            ),
            against=name,
        )
        for name in (*COMPARED, control)
    }
    return Measured(
        verdict=judge(compared["frozen_head"], compared[control], promised=promised, documents=len(test.targets)),
        scores={
            name: evaluate_predictions(test.targets, classes, test.labels, seed=seed)
            for name, classes in predicted.items()
        },
        comparison=compared["frozen_head"],
        comparison_tfidf=compared["tfidf"],
        comparison_single_source=compared["single_source"],
        comparison_control=compared[control],
        confidence=confidence_report(
            test.targets, probabilities, test.labels, seed=seed, given=predicted["scalearn"]
        ),
        scores_by_language=scores_by_language(test.texts, test.targets, predicted, test.labels, seed=seed),
        fast_mode=_fast_mode(model.fast_mode),
        scales=_scales(model, documents, recipe),
    )


def unlabelled_facts(
    documents: Documents, trained: TrainingResult, predicted: dict[str, Targets], seed: int
) -> UnlabelledFacts | None:
    """What the documents without label brought on the test documents; None where there are none.

    Args:
        predicted: classes of the test documents by method.
        seed: of the resamples.
    """
    if trained.joining is None:
        return None
    count, test = len(documents.dataset.unlabelled), documents.dataset.test
    if trained.joined is None:
        return UnlabelledFacts(count, 0, trained.joining, None, None, None)
    comparison = compare_predictions(
        test.targets, predicted["scalearn"], predicted[WITHOUT_UNLABELLED], n_classes=len(test.labels), seed=seed
    )
    return UnlabelledFacts(
        documents=count,
        used=trained.joined.used,
        joining=trained.joining,
        gain=100 * comparison.difference,
        interval=(100 * comparison.low, 100 * comparison.high),
        comparison=replace(comparison, against=WITHOUT_UNLABELLED),
    )


def dataset_facts(documents: Documents, encoder: Encoder) -> DatasetFacts:
    """What was learned from, and how far the encoder reads it."""
    dataset, tokens = documents.dataset, documents.tokens
    return DatasetFacts(
        name=dataset.name,
        fingerprint=dataset.fingerprint,
        labels=tuple(dataset.labels),
        separator=dataset.separator,
        counts=Counts(len(dataset.train), len(dataset.validation), len(dataset.test)),
        kept_out=len(dataset.kept_out),
        class_counts=dataset.class_counts,
        cut=sum(tokens.cut),
        unknown_share=encoder.unknown_share(tokens),
        header_row=dataset.header_row if (dataset.header_row or 1) > 1 else None,
    )


def epochs(history: History) -> tuple[Epoch, ...]:
    """Losses by epoch; epoch 0 is the state before training."""
    return tuple(
        Epoch(
            epoch=record.epoch,
            train_loss=record.train_loss,
            validation_loss=record.validation.get("validation_loss"),
            validation_macro_f1=record.validation.get("validation_macro_f1"),
        )
        for record in history.records
    )


def _fast_mode(measured: dict[str, object]) -> FastMode:
    """As a model folder keeps it, without the ranges."""
    return from_json(FastModeCosts, measured) if "documents" in measured else from_json(NotMeasured, measured)


def _scales(model: ScaLearnModel, documents: Documents, recipe: str) -> ScalesRecord:
    """The learned scales and what they do in each layer."""
    count = len(documents.tokens)
    chosen = np.linspace(0, count - 1, min(count, CONTRIBUTION_DOCUMENTS)).round().astype(int)
    contributions = contribution_map(model, documents.take(chosen.tolist()))
    return ScalesRecord(
        shared=model.scales.variant.shared,
        per_dimension=not model.scales.variant.uniform,
        start=0.0 if recipe == "auto" else model.ablation.start_total / len(model.sources),
        raw=tupled(contributions.raw),
        contribution=tupled(contributions.contribution),
        output_size=tupled(contributions.output_size),
        documents=len(chosen),
        dimensions=summary_of(model.scales),
    )
