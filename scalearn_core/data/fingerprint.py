"""What makes two tables the same: their texts and labels in file order, whatever the format they came in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

import pandas as pd

from scalearn_core.data.labels import split_labels


def fingerprint(frame: pd.DataFrame, separator: str | None, unlabelled: Iterable[str] = ()) -> str:
    """SHA-256 (hex) of the documents.

    Args:
        frame: columns `text` and `label`.
        separator: what stands between the labels of a document; None where each has one.
        unlabelled: texts of documents without label.
    """
    digest = hashlib.sha256()
    for text, cell in zip(frame["text"], frame["label"], strict=True):
        label = cell if separator is None else split_labels(cell, separator)
        digest.update(json.dumps([text, label]).encode("ascii") + b"\n")
    for text in unlabelled:
        digest.update(json.dumps([text]).encode("ascii") + b"\n")
    return digest.hexdigest()
