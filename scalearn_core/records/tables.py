"""What runs on later tables leave: an evaluation on one with labels, and a prediction."""

from __future__ import annotations

from dataclasses import dataclass, field

from scalearn_core.evaluation.by_language import LanguageScores
from scalearn_core.evaluation.comparison import Comparison
from scalearn_core.evaluation.report import EvaluationReport
from scalearn_core.storage.codec import LEFT_OUT


@dataclass(frozen=True)
class TableFacts:
    """The table that was tested on."""

    name: str
    fingerprint: str
    rejected: int
    """Rows left out."""


@dataclass(frozen=True)
class TableEvaluation(EvaluationReport):
    """`result.json` of an evaluation run: the model's report on the table, and what it is compared with."""

    frozen_head: EvaluationReport | None
    """Of the plain classifier; None where it was not kept with the model."""
    majority: EvaluationReport | None
    """Of the most frequent label of the training table; None as above."""
    comparison: Comparison | None
    """Paired, with the plain classifier; None as above."""
    languages: dict[str, float]
    """With shares, most frequent first; empty where the documents do not tell."""
    training_languages: dict[str, float]
    cross_language: bool
    """Whether the table's most frequent language is not among those of the training."""
    unread_languages: tuple[str, ...]
    """Those of the table that the card of the encoder does not list."""
    scores_by_language: tuple[LanguageScores, ...]
    same_table: bool
    """Whether texts and labels are those of the training table."""
    learned_from: int | None
    """How many of the documents the model learned from; None where that was not kept."""
    table: TableFacts
    model_run: str | None = field(default=None, metadata=LEFT_OUT)
    """Of a run, like `seconds`."""
    seconds: float | None = field(default=None, metadata=LEFT_OUT)


@dataclass(frozen=True)
class SameAnswers:
    """At speed "bulk": the share of documents with the answer of the model as it was trained, and its interval."""

    value: float
    low: float
    high: float
    documents: int
    """Drawn at random and computed by the model as it was trained too; 0 where all were."""
    early: float
    """Share of the documents that left before the last layer."""


@dataclass(frozen=True)
class PredictionRecord:
    """`result.json` of a prediction run; all but `seconds` count rows."""

    n: int
    """Classified."""
    without_text: int
    without_label: int
    """Of documents that may have several labels, those that got none."""
    rejected: int
    beyond_spreadsheet: int
    """With more characters than a spreadsheet keeps in a cell."""
    class_counts: dict[str, int]
    low_confidence: int
    seconds: float
    same_answers: SameAnswers | None = field(default=None, metadata=LEFT_OUT)
    """None at other speeds."""
    check_below: float | None = field(default=None, metadata=LEFT_OUT)
    """Confidence below which a row counts as of `low_confidence`; None: `UNSURE`, in an earlier release."""
