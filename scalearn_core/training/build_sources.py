"""Build the prebuilt source adapters: stage one on a source task, evaluated, with a card that documents it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from scalearn_core.adapters.adapterhub import write_adapter
from scalearn_core.adapters.source_tasks import Rows, SourceTask
from scalearn_core.config import StageOneConfig
from scalearn_core.data.labels import split_labels
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import DataError
from scalearn_core.evaluation.intervals import bootstrap_score
from scalearn_core.heads.logistic import fit_frozen_head, fit_frozen_regression
from scalearn_core.heads.majority import always
from scalearn_core.storage.files import folder_written_whole
from scalearn_core.targets import are_multi_label, counts_of
from scalearn_core.training.loop import OnStep
from scalearn_core.training.stage_one import TaskData, predict_adapter, train_adapter

HELD_OUT = 0.1
"""Share of the training rows kept for early stopping."""
SPLIT_SEED = 42


def build_adapter(
    encoder: Encoder,
    task: SourceTask,
    train: Rows,
    evaluation: Rows,
    evaluated_on: str,
    out: Path,
    *,
    command: str,
    seed: int = 0,
    on_step: OnStep | None = None,
) -> dict[str, Any]:
    """Train, evaluate on rows never used for training, and write `out/<task>/` (AdapterHub layout and card).

    Beside the adapter's score stand, on the same rows, the majority class (for scores: the mean) and a linear
    head on the frozen encoder, so that a reader sees what the adapter itself brought.

    Returns:
        The card, as written to `card.json`.
    """
    started = time.monotonic()
    labels = _labels_of(train, task) if task.kind == "classification" else []
    data = _task_data(encoder, task, train, labels)
    held_out = np.random.default_rng(SPLIT_SEED).permutation(len(data))
    cut = max(1, round(len(data) * HELD_OUT))
    validation, training = _take(data, held_out[:cut]), _take(data, np.sort(held_out[cut:]))
    test = _task_data(encoder, task, evaluation, labels)

    if task.epochs is None:
        config = StageOneConfig.for_documents(len(training), seed)
    else:
        config = StageOneConfig(epochs=task.epochs, seed=seed)
    result = train_adapter(encoder, task.name, training, validation, config, on_step)
    result.adapter.label_names = tuple(labels)
    kept, held = np.sort(held_out[cut:]), held_out[:cut]
    parts = [
        (train.take(kept.tolist()), training.targets),
        (train.take(held.tolist()), validation.targets),
        (evaluation, test.targets),
    ]
    predictions = {
        "score": predict_adapter(encoder, result, test),
        "frozen_head_score": frozen_head_predictions(encoder, parts, test.classes, seed),
        "majority_score": _majority(training, len(test)),
    }
    scores = {
        key: asdict(bootstrap_score(task.metric, test.targets, predicted, seed=seed))
        for key, predicted in predictions.items()
    }
    card = {
        "format": 1,
        "name": task.name,
        "title": task.title,
        "purpose": task.purpose,
        "group": task.group,
        "task": "single" if train.pairs is None else "pair",
        "kind": task.kind,
        "language": task.language,
        "dataset": task.dataset,
        "licence": task.licence,
        "research_use": task.licence["tier"] in "CN",
        "rows": {"train": len(training), "held_out": len(validation), "evaluated": len(test)},
        "evaluated_seen_in_training": seen_in_training(train, evaluation),
        "evaluated_on": evaluated_on,
        "labels": labels,
        "metric": task.metric,
        **scores,
        # Its whole interval must lie above: a lead within the noise is not called one.
        "beats_frozen_head": scores["score"]["low"] > scores["frozen_head_score"]["value"],
        "training": {
            "seed": seed,
            "epochs": len(result.history.records) - 1,
            "best_epoch": result.history.best_epoch,
            "learning_rate": config.learning_rate,
            "reduction_factor": config.reduction_factor,
            "seconds": round(time.monotonic() - started),
            "threads": torch.get_num_threads(),
            "device": encoder.device.type,
            "torch": torch.__version__,
        },
        "encoder": {"name": encoder.name, "fingerprint": encoder.fingerprint},
        "sha256": result.adapter.sha256(),
        "parameters": result.adapter.parameter_count(),
        "command": command,
    }
    with folder_written_whole(out / task.name) as draft:
        write_adapter(result.adapter, draft)
        (draft / "card.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return card


def _task_data(encoder: Encoder, task: SourceTask, rows: Rows, labels: list[str]) -> TaskData:
    tokens = encoder.tokenize(rows.texts, rows.pairs)
    if task.kind == "regression":
        return TaskData(tokens, np.array([float(label) for label in rows.labels]), 0)
    unknown = sorted(set(_labels_of(rows, task)) - set(labels))
    if unknown:
        raise DataError("data.unknown_labels", unknown=", ".join(unknown[:5]), labels=", ".join(labels))
    number = {label: index for index, label in enumerate(labels)}
    if task.separator is None:
        return TaskData(tokens, np.array([number[label] for label in rows.labels], dtype=np.int64), len(labels))
    targets = np.zeros((len(rows), len(labels)), dtype=np.int64)
    for row, cell in zip(targets, rows.labels, strict=True):
        row[[number[label] for label in split_labels(cell, task.separator)]] = 1
    return TaskData(tokens, targets, len(labels))


def _labels_of(rows: Rows, task: SourceTask) -> list[str]:
    """All labels of the rows, sorted."""
    return sorted({label for cell in rows.labels for label in split_labels(cell, task.separator)})


def _take(data: TaskData, rows: np.ndarray) -> TaskData:
    return TaskData(data.tokens.take(rows.tolist()), data.targets[rows], data.classes)


def frozen_head_predictions(
    encoder: Encoder, parts: Sequence[tuple[Rows, np.ndarray]], classes: int, seed: int
) -> np.ndarray:
    """What a linear head on the frozen encoder says of the last part, trained on the first, tuned on the second.

    For pairs it reads the two embeddings `u`, `v` as `[u, v, |u - v|, u * v]` (Conneau et al. 2017): one sequence
    of both texts, which suits the adapters, is nothing a sentence encoder has seen, and no fair rival.
    """
    (train, targets), (validation, chosen), (test, _) = (
        (features(encoder, rows), values) for rows, values in parts
    )
    if not classes:
        return fit_frozen_regression(train, targets, validation, chosen).predict(test)
    return fit_frozen_head(train, targets, validation, chosen, classes, seed=seed).predict(test)


def seen_in_training(train: Rows, evaluation: Rows) -> int:
    """Evaluation rows whose text also stands among the training rows: public sets repeat short texts."""

    def keys(rows: Rows) -> list[tuple[str, str]]:
        pairs = rows.pairs or [""] * len(rows)
        return [(a.strip().casefold(), b.strip().casefold()) for a, b in zip(rows.texts, pairs, strict=True)]

    known = set(keys(train))
    return sum(key in known for key in keys(evaluation))


def features(encoder: Encoder, rows: Rows) -> np.ndarray:
    """Embeddings `[documents, width]` of the plain encoder, or `[documents, 4 width]` for pairs."""
    first = embed(encoder, encoder.tokenize(rows.texts))
    if rows.pairs is None:
        return first
    second = embed(encoder, encoder.tokenize(rows.pairs))
    return np.concatenate([first, second, abs(first - second), first * second], axis=1)


def _majority(train: TaskData, count: int) -> np.ndarray:
    """The most frequent class, or the mean score, for each of `count` documents."""
    if not train.classes:
        return np.full(count, train.targets.mean())
    commonest = int(counts_of(train.targets, train.classes).argmax())
    return always(commonest, count, train.classes, multi_label=are_multi_label(train.targets))
