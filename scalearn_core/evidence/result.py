"""The result of a training, as `result.json` stores it (`docs/formats.md`)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalearn_core.data.split import Split
from scalearn_core.evaluation.comparison import compare_predictions
from scalearn_core.evaluation.confidence import confidence_report
from scalearn_core.evaluation.report import evaluate_predictions
from scalearn_core.evaluation.verdict import judge
from scalearn_core.explain.contributions import ContributionMap
from scalearn_core.explain.dimensions import summary_of
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.targets import Targets
from scalearn_core.training.forecast import Forecast
from scalearn_core.training.loop import History

FORMAT = 2
COMPARED = ("frozen_head", "tfidf", "single_source")
"""Methods that the model is compared with in pairs, besides the control."""


def weigh(
    test: Split,
    probabilities: NDArray[np.float32],
    predicted: dict[str, Targets],
    control: str,
    asked: Forecast,
    *,
    seed: int,
) -> dict[str, Any]:
    """Scores of all methods, comparisons with the model, its verdict and how far its confidence can be trusted.

    Args:
        probabilities: of the model on the test documents, `[documents, labels]`.
        predicted: classes by method (`targets.py`); the model's own is "scalearn".
        control: which of them is the control (`evaluation/verdict.py`).
    """
    compared = {
        name: compare_predictions(
            test.targets, predicted["scalearn"], predicted[name], n_classes=len(test.labels), seed=seed
        )
        for name in (*COMPARED, control)
    }
    verdict = judge(
        compared["frozen_head"], compared[control], promised=asked.promised, documents=len(test.targets)
    )
    told = {name: comparison.to_dict() | {"against": name} for name, comparison in compared.items()}
    return {
        "verdict": verdict.to_dict(),
        "scores": {
            name: evaluate_predictions(test.targets, classes, test.labels, seed=seed).to_dict()
            for name, classes in predicted.items()
        },
        "comparison": told["frozen_head"],
        "comparison_tfidf": told["tfidf"],
        "comparison_single_source": told["single_source"],
        "comparison_control": told[control],
        "confidence": confidence_report(
            test.targets, probabilities, test.labels, seed=seed, given=predicted["scalearn"]
        ),
    }


def scales_of(
    model: ScaLearnModel, contributions: ContributionMap, *, recipe: str, documents: int
) -> dict[str, Any]:
    """The learned scales and what they do in each layer."""
    return {
        "shared": model.scales.variant.shared,
        "per_dimension": not model.scales.variant.uniform,
        "start": 0.0 if recipe == "auto" else 2 / len(model.sources),
        "raw": contributions.raw.tolist(),
        "contribution": contributions.contribution.tolist(),
        "output_size": contributions.output_size.tolist(),
        "documents": documents,
        "dimensions": summary_of(model.scales),
    }


def history_of(history: History) -> dict[str, Any]:
    """Losses by epoch; epoch 0 is the state before training."""
    return {
        "history": [
            {
                "epoch": record.epoch,
                "train_loss": record.train_loss,
                "validation_loss": record.validation.get("validation_loss"),
                "validation_macro_f1": record.validation.get("validation_macro_f1"),
            }
            for record in history.records
        ],
        "best_epoch": history.best_epoch,
        "stopped_early": history.stopped_early,
    }


def made_now() -> str:
    """The time, as results state it: ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
