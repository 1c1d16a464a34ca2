"""The documents of a model trained in a shell, kept beside its `result.json` as `documents.jsonl`.

In the studio they stay in the workspace, where a dataset can be deleted; a shell has no workspace, and without
them nobody could say which documents an answer rests on, or guard those labelled before against an update.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.parts import Part
from scalearn_core.storage.codec import from_json, to_json
from scalearn_core.storage.damage import DAMAGED_FILE
from scalearn_core.storage.files import write_atomically

FILE = "documents.jsonl"
LEARNED = "learned"
"""Learned from, or chosen with."""
TESTED = "tested"


@dataclass(frozen=True)
class Document:
    """One line of the file."""

    row: int
    """Number in the table it came from."""
    text: str
    label: str
    """As in the table learned from; of several labels joined by the model's separator, none as an empty text."""
    part: str
    """`LEARNED` or `TESTED`."""


def documents_of(dataset: TextDataset) -> list[Document]:
    """Those of a divided dataset that were learned from or tested on, in file order."""
    parts = {int(Part.TRAIN): LEARNED, int(Part.VALIDATION): LEARNED, int(Part.TEST): TESTED}
    assert dataset.parts is not None
    places = np.flatnonzero(np.isin(dataset.parts, list(parts))).tolist()
    rows, texts, labels = (
        dataset.frame.index.tolist(),
        dataset.frame["text"].tolist(),
        dataset.frame["label"].tolist(),
    )
    return [Document(int(rows[i]), texts[i], labels[i], parts[int(dataset.parts[i])]) for i in places]


def save_documents(documents: Sequence[Document], folder: Path) -> None:
    """Write the file whole. Raises OSError."""
    lines = [json.dumps(to_json(document), ensure_ascii=False) for document in documents]
    write_atomically(folder / FILE, "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass"))


def load_documents(folder: Path) -> list[Document]:
    """Those kept beside a model; none where there is no such file, or it is damaged."""
    try:
        content = (folder / FILE).read_bytes().decode("utf-8", "surrogatepass")
        return [from_json(Document, json.loads(line)) for line in content.split("\n") if line]
    except DAMAGED_FILE:
        return []
