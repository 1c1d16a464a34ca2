"""What people say of the documents of a pile: lines of append-only files in the workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from scalearn_core.storage.codec import LEFT_OUT

Action = Literal["label", "skip", "undo", "take"]


@dataclass(frozen=True)
class Category:
    """One line of the codebook."""

    name: str
    explains: str
    """What belongs to it, in a sentence; may be empty."""


@dataclass(frozen=True)
class Codebook:
    """The categories as somebody left them; the last one of the file counts."""

    time: str
    """ISO 8601, UTC."""
    who: str
    categories: tuple[Category, ...]


@dataclass(frozen=True)
class LabelEntry:
    """Something one person did with one document."""

    time: str
    """ISO 8601, UTC."""
    who: str
    place: int
    """Of the document in the pile, from 0."""
    action: Action
    """"take": it was given to this person to label; "undo": the person's last label or skip of it counts no
    more."""
    labels: tuple[str, ...] = ()
    """Of a label: one, or any number where documents may have several."""
    note: str = ""
    why: str = ""
    """Why it was proposed: "typical", "unsure", "random", "search"."""


@dataclass(frozen=True)
class PileInfo:
    """`pile.json` of a stored pile."""

    id: str
    name: str
    created: str
    encoder: str
    """Key of the encoder that reads it."""
    separator: str | None
    """What will stand between several labels of a document; None where each has one."""
    documents: int
    text_column: str
    label_column: str
    from_run: str | None = None
    """The run that classified the documents, for a review."""
    model_run: str | None = None
    """The model that did."""
    from_log: str | None = field(default=None, metadata=LEFT_OUT)
    """Identity of the model from whose log of answers the documents are, for a review."""


@dataclass(frozen=True)
class PileDocument:
    """A line of `documents.jsonl` of a stored pile."""

    row: int
    text: str
    answer: str | None = None
    """What a model gave it, for a review."""
    confidence: float | None = None
