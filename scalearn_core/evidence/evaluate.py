"""A trained model on one part of a dataset."""

from __future__ import annotations

from scalearn_core.data.split import Split
from scalearn_core.errors import ConfigError
from scalearn_core.evaluation.report import EvaluationReport, evaluate_predictions
from scalearn_core.evidence.other_table import check_alike
from scalearn_core.scaling.model import ScaLearnModel


def evaluate(model: ScaLearnModel, split: Split, *, seed: int = 0) -> EvaluationReport:
    """Accuracy, macro-F1 with 95% intervals, per class, confusion matrix, on one part of a dataset.

    Raises:
        ConfigError: the split's labels are not the model's (use `dataset.whole(model.labels)` for a new table), or
            only one of the two has several labels per document.
    """

    if split.labels != model.labels:
        raise ConfigError("config.other_labels", found=", ".join(split.labels), expected=", ".join(model.labels))
    check_alike(split, model)
    predicted = model.decide(model.predict_proba(split.texts))
    return evaluate_predictions(split.targets, predicted, model.labels, seed=seed)
