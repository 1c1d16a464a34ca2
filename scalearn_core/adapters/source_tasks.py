"""The source tasks of the prebuilt library: what each is, and where its rows come from.

`assets/adapters/tasks.json` describes them. Rows are read from a local folder (`FOLDER/<task>/train.csv` and
`test.csv` or `dev.csv`, columns `text,label` or `text_a,text_b,label`), or, for those that are online, from the
Hugging Face hub with `datasets`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scalearn_core.errors import AdapterError
from scalearn_core.storage.damage import reason
from scalearn_core.tables.reader import read_table

LIBRARY = Path(__file__).resolve().parents[2] / "assets" / "adapters"
DRAW_SEED = 42
ROWS_FROM_HUB = 12_000
"""Training rows taken at most, as in the local files the library was built from."""


@dataclass(frozen=True)
class SourceTask:
    """One entry of `tasks.json`."""

    name: str
    group: str
    """sentence_pairs, similarity, sentiment, topics, intents, emotion, safety or language"""
    kind: str
    """classification or regression"""
    metric: str
    """of `scalearn_core.evaluation.metrics`"""
    epochs: int | None
    """at most; None for as many as the number of rows asks for (`StageOneConfig.for_documents`)"""
    title: dict[str, str]
    purpose: dict[str, str]
    dataset: str
    licence: dict[str, str]
    """`tier` (A open, B open but not restated, C none stated, N non-commercial, O own data) and `text`"""
    hub: dict[str, Any] | None = None
    language: str = "en"
    """Of its rows, ISO 639-1."""
    separator: str | None = None
    """What stands between several labels of one row; None where each has one."""


@dataclass(frozen=True)
class Rows:
    """Documents of one file; `pairs` holds the second text where the task compares two."""

    texts: list[str]
    pairs: list[str] | None
    labels: list[str]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: list[int]) -> Rows:
        pairs = [self.pairs[i] for i in rows] if self.pairs is not None else None
        return Rows([self.texts[i] for i in rows], pairs, [self.labels[i] for i in rows])

    def drawn(self, count: int) -> Rows:
        """At most so many rows, always the same ones, in their order."""
        chosen = np.random.default_rng(DRAW_SEED).permutation(len(self))[:count]
        return self.take(np.sort(chosen).tolist())


def source_tasks() -> dict[str, SourceTask]:
    """All tasks of the library by name, in the order of `tasks.json`."""
    entries = json.loads((LIBRARY / "tasks.json").read_text("utf-8"))
    return {entry["name"]: SourceTask(**entry) for entry in entries}


def find_task(name: str) -> SourceTask:
    """One task by name; AdapterError names the known ones otherwise."""
    tasks = source_tasks()
    if name not in tasks:
        raise AdapterError("adapter.unknown", name=name, known=", ".join(tasks))
    return tasks[name]


def rows_from_folder(task: SourceTask, folder: Path) -> tuple[Rows, Rows, str]:
    """Train rows, evaluation rows, and the evaluation file's name (`test.csv` before `dev.csv`)."""
    for file_name in ("test.csv", "dev.csv"):
        evaluation = folder / task.name / file_name
        if evaluation.is_file():
            break
    train = folder / task.name / "train.csv"
    for file in (train, evaluation):
        if not file.is_file():
            raise AdapterError("adapter.no_data", name=task.name, file=file)
    return _read(train, task), _read(evaluation, task), evaluation.name


def rows_from_hub(task: SourceTask) -> tuple[Rows, Rows, str]:
    """The same from the Hugging Face hub (touches the network)."""
    if task.hub is None:
        raise AdapterError("adapter.not_on_hub", name=task.name)
    import datasets

    parts = []
    for split in ("train", task.hub["test"]):
        try:
            table = datasets.load_dataset(task.hub["path"], task.hub["name"], split=split)
        except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
            raise AdapterError("adapter.hub_failed", name=task.name, reason=reason(error)) from error
        if split == "train" and len(table) > ROWS_FROM_HUB:
            table = table.shuffle(seed=42).select(range(ROWS_FROM_HUB))
        *text_columns, label = task.hub["columns"]
        feature = table.features[label]
        values = [row for row in table if row[label] != -1]
        named = isinstance(feature, datasets.ClassLabel)
        parts.append(
            Rows(
                [str(row[text_columns[0]]) for row in values],
                [str(row[text_columns[1]]) for row in values] if len(text_columns) == 2 else None,
                [feature.int2str(row[label]) if named else str(row[label]) for row in values],
            )
        )
    return parts[0], parts[1], str(task.hub["test"])


def _read(file: Path, task: SourceTask) -> Rows:
    frame = read_table(file).frame
    paired = "text_a" in frame
    columns = ("text_a", "text_b", "label") if paired else ("text", "label")
    for column in columns:
        if column not in frame:
            raise AdapterError("adapter.bad_table", file=file, missing=column)
    first, *second, labels = (frame[column].tolist() for column in columns)
    if task.kind == "regression":
        _check_scores(labels, task)
    return Rows(first, second[0] if paired else None, labels)


def _check_scores(labels: list[str], task: SourceTask) -> None:
    for label in labels:
        try:
            float(label)
        except ValueError:
            raise AdapterError("adapter.bad_score", name=task.name, found=label) from None
