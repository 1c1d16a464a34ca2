"""One study of a trained model, by its name."""

from __future__ import annotations

import importlib

from scalearn_core.errors import ConfigError
from scalearn_core.evidence.trained import OnProgress, TrainedModel
from scalearn_core.records.studies import StudyRecord
from scalearn_core.studies import STUDIES, TRAINS_AGAIN


def run_study(name: str, trained_model: TrainedModel, on_progress: OnProgress) -> StudyRecord:
    """Ask one of `STUDIES`. Raises ConfigError for another, or where a model set by hand would train again."""
    if name not in STUDIES:
        raise ConfigError("study.unknown", found=name, known=", ".join(STUDIES))
    if name in TRAINS_AGAIN and trained_model.result.levers is not None:
        raise ConfigError("study.levers")
    study = importlib.import_module(f"scalearn_core.studies.{name}").study
    answer: StudyRecord = study(trained_model, on_progress)
    return answer
