"""A trained model on a table it was not made from, in the language of its training or in another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.document_numbers import document_numbers
from scalearn_core.data.languages import shares_of
from scalearn_core.data.split import Split
from scalearn_core.encoders.embedding import embed
from scalearn_core.errors import ConfigError
from scalearn_core.evaluation.by_language import scores_by_language
from scalearn_core.evaluation.comparison import compare_predictions
from scalearn_core.evaluation.predictions import prediction_table
from scalearn_core.evaluation.report import evaluate_predictions
from scalearn_core.evidence.reference import Reference
from scalearn_core.heads.logistic import unit
from scalearn_core.heads.majority import always
from scalearn_core.records.tables import TableEvaluation, TableFacts
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.targets import Targets

CHUNK = 256
"""Documents between two reports of progress."""


@dataclass(frozen=True)
class Evaluated:
    """A model's scores on a table, and its prediction for each document."""

    result: TableEvaluation
    predictions: pd.DataFrame
    """Columns row, text, label, predicted, confidence."""


def evaluate_on_table(
    model: ScaLearnModel,
    reference: Reference,
    dataset: TextDataset,
    *,
    seed: int = 0,
    on_progress: Callable[[int], None] = lambda done: None,
) -> Evaluated:
    """Score the model, and the plain classifier where it was kept, on all documents of a table.

    Args:
        reference: of the model (`load_reference`).
        dataset: need not be divided.
        seed: of the intervals.
        on_progress: told the number of documents done, every `CHUNK` documents; raise in it to stop.

    Raises:
        ConfigError: as `check_alike`.
        DataError: `data.unknown_labels`, if the table has a class the model has not.
    """
    check_alike(dataset, model)
    split = dataset.whole(model.labels)
    probabilities, plain = _classify(model, reference, split.texts, on_progress)
    predicted = {"scalearn": model.decide(probabilities)}
    if plain is not None:
        predicted["frozen_head"] = plain
    if reference.majority is not None:
        predicted["majority"] = always(
            reference.majority, len(split), len(model.labels), multi_label=model.multi_label
        )
    reports = {
        name: evaluate_predictions(split.targets, classes, model.labels, seed=seed)
        for name, classes in predicted.items()
    }
    languages = shares_of(split.texts)
    main = next(iter(languages), None)
    card = model.encoder.card
    record = model.training_record
    made_from = record.get("labelled_fingerprint", record.get("dataset_fingerprint"))
    result = TableEvaluation(
        **vars(reports["scalearn"]),
        frozen_head=reports.get("frozen_head"),
        majority=reports.get("majority"),
        comparison=None
        if plain is None
        else compare_predictions(
            split.targets, predicted["scalearn"], plain, n_classes=len(model.labels), seed=seed
        ),
        languages=languages,
        training_languages=reference.languages,
        cross_language=bool(reference.languages) and main is not None and main not in reference.languages,
        unread_languages=tuple(code for code in languages if card and code not in card.languages),
        scores_by_language=scores_by_language(split.texts, split.targets, predicted, model.labels, seed=seed),
        same_table=dataset.labelled_fingerprint == made_from,
        learned_from=_learned_from(reference, split),
        table=TableFacts(dataset.name, dataset.fingerprint, len(dataset.rejected)),
    )
    return Evaluated(result, prediction_table(split, probabilities, predicted["scalearn"]))


def check_alike(documents: Split | TextDataset, model: ScaLearnModel) -> None:
    """Documents and model have one label each, or both several. Raises ConfigError `config.other_separator`."""
    if (documents.separator is None) != (model.separator is None):
        raise ConfigError("config.other_separator", found=documents.separator, expected=model.separator)


def _classify(
    model: ScaLearnModel, reference: Reference, texts: tuple[str, ...], on_progress: Callable[[int], None]
) -> tuple[NDArray[np.float32], Targets | None]:
    """The model's probabilities `[documents, labels]`, and the plain classifier's classes (`targets.py`)."""
    tokens = model.encoder.tokenize(texts)
    probabilities, plain = [], []
    for start in range(0, len(texts), CHUNK):
        part = tokens.take(range(start, min(start + CHUNK, len(texts))))
        probabilities.append(model.predict_proba_of(part))
        if reference.frozen_head is not None:
            plain.append(reference.frozen_head.predict(unit(embed(model.encoder, part))))
        on_progress(start + len(part))
    return np.concatenate(probabilities), np.concatenate(plain) if plain else None


def _learned_from(reference: Reference, split: Split) -> int | None:
    """How many of the documents the model learned from; None where that was not kept."""
    if reference.documents is None:
        return None
    return int(np.isin(document_numbers(split.texts), reference.documents).sum())
