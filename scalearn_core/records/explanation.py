"""Why a document got its label: what `explain --json` prints and the pages show."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SourceEffect:
    """One source, switched off for this document alone."""

    source: str
    change: float
    """Probability of the explained label with the source, minus that without it: above 0, it speaks for the
    label."""
    without: str
    """What the document would get without the source."""
    flips: bool
    """Whether that is something else."""


@dataclass(frozen=True)
class WordEffect:
    """One piece of the text, left out."""

    word: str
    start: int
    end: int
    """`text[start:end]`, in characters."""
    change: float
    """Probability of the explained label with the piece, minus that without it."""


@dataclass(frozen=True)
class Neighbour:
    """A document the model learned from."""

    row: int
    """Its number in the table."""
    text: str
    label: str
    similarity: float
    """Cosine of the embeddings, -1 to 1."""


@dataclass(frozen=True)
class Explanation:
    """Why a document got its label."""

    label: str
    """What it got; of several labels joined as in the table learned from, none as an empty text."""
    confidence: float
    """Probability that all of it is right, 0 to 1."""
    runner_up: str
    runner_up_probability: float
    explained: str
    """The one label that sources and words are measured on: the likeliest."""
    probability: float
    """Of the explained label, as the engine for words gives it."""
    sources: tuple[SourceEffect, ...]
    """Those that speak most for the label first."""
    words: tuple[WordEffect, ...]
    """In the order of the text."""
    marked: tuple[int, ...]
    """Places in `words` of those that matter, which are shown as marked; perhaps none."""
    without_marked: float | None
    """Probability of the explained label without all marked pieces; None where none is marked."""
    without_marked_label: str | None
    """What the document would get then."""
    neighbours: tuple[Neighbour, ...]
    """Nearest first; none where the documents learned from are not at hand."""
    reason: str
    """Which sentence is true of the document: "source_flips", "words_flip", "words", "none"."""
    sentence: str
    """In English; pages say it in the reader's language."""
    cut: bool
    """Whether the text is longer than what the model reads of it."""
