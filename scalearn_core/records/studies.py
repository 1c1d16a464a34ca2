"""What the studies of a trained model found (`scalearn_core/studies/`), but for that of its sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from scalearn_core.evaluation.by_language import Scores
from scalearn_core.evaluation.comparison import Comparison, Verdict
from scalearn_core.evaluation.intervals import Interval
from scalearn_core.records.sources import SourcesStudy
from scalearn_core.storage.codec import LEFT_OUT

Matrix = tuple[tuple[float, ...], ...]
"""`[layers or 1][sources]`"""


@dataclass(frozen=True)
class LearnedNumbers:
    """What a rung learns, by kind."""

    scales: int
    own_adapter: int
    head: int
    encoder: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.scales + self.own_adapter + self.head + self.encoder


@dataclass(frozen=True)
class RungRecord:
    """One step of the ladder; what was measured is None where it was not trained."""

    name: str
    learned: LearnedNumbers
    bytes: int
    """What it adds on disk."""
    skipped: Literal["memory", "time"] | None
    """Why it was not trained."""
    is_model: bool
    """The model at hand, not trained again."""
    macro_f1: Interval | None = None
    accuracy: Interval | None = None
    comparison: Comparison | None = None
    """With the rung to stop at; None also where there is none to compare with."""
    seconds: float | None = None
    """Of the training, shared work included."""
    memory: int | None = None
    """Bytes at most at a time; None where the system does not tell."""
    documents_per_second: float | None = None


@dataclass(frozen=True)
class TrainTest:
    """Documents learned from and tested on."""

    train: int
    test: int


@dataclass(frozen=True)
class Ladder:
    """From the plain classifier to training the whole encoder."""

    stop: str
    """Name of the lowest rung above which none is shown to be better."""
    rungs: tuple[RungRecord, ...]
    """Lowest first."""
    documents: TrainTest
    memory_of: Literal["process", "cuda"]
    notes: tuple[str, ...]
    seconds: float | None = field(default=None, metadata=LEFT_OUT)

    def number(self, name: str) -> int:
        """The place of a rung, from 0."""
        return [rung.name for rung in self.rungs].index(name)


@dataclass(frozen=True)
class Spread:
    """Scores of the trainings."""

    mean: float
    sd: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class SourceTotals:
    """Mean size of a source's contribution over layers, in each training."""

    size: Matrix
    """`[trainings][sources]`"""
    mean: tuple[float, ...]
    sd: tuple[float, ...]


@dataclass(frozen=True)
class Seeds:
    """The training repeated; every list begins with the model at hand."""

    seeds: tuple[int, ...]
    sources: tuple[str, ...]
    documents: int
    """Contributions were measured on."""
    test_documents: int
    macro_f1: tuple[float, ...]
    score: Spread
    raw: tuple[Matrix, ...]
    """`[trainings][layers][sources]`"""
    contribution: tuple[Matrix, ...]
    mean: Matrix
    """Of the contribution."""
    sd: Matrix
    notes: tuple[str, ...]
    repeats: tuple[tuple[bool, ...], ...]
    """`[layers][sources]`: whether all trainings agree."""
    totals: SourceTotals
    seconds: float | None = field(default=None, metadata=LEFT_OUT)


@dataclass(frozen=True)
class CurvePoint:
    """One training on a part of the documents."""

    documents: int
    macro_f1: float


@dataclass(frozen=True)
class MoreLabels:
    """What so many more labels would bring, in points."""

    more: int
    gain: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class FittedCurve:
    """Macro-F1 = a - b n^-c."""

    a: float
    b: float
    c: float


@dataclass(frozen=True)
class CarriedOn:
    """The curve with its 95% interval."""

    documents: tuple[int, ...]
    macro_f1: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class MethodCurve:
    """The learning curve of one method; what follows `code` is None where it could not be carried on."""

    points: tuple[CurvePoint, ...]
    """All documents first."""
    code: Literal["rising", "flat", "unsure", "misfit", "few_documents"]
    fit: FittedCurve | None = None
    curve: CarriedOn | None = None
    more: MoreLabels | None = None
    double: MoreLabels | None = None


@dataclass(frozen=True)
class LearningCurve:
    """What more labels would bring."""

    documents: int
    """Learned from by the model at hand."""
    test_documents: int
    reach: int
    """Up to how many documents the curve is carried on."""
    methods: dict[str, MethodCurve]
    """"scalearn" and "frozen_head"."""
    notes: tuple[str, ...]
    seconds: float | None = field(default=None, metadata=LEFT_OUT)


@dataclass(frozen=True)
class FoldDifference:
    """The model's macro-F1 minus that of the plain classifier, in the same trainings."""

    difference: float
    low: float
    high: float
    verdict: Verdict
    against: str
    disagreements: int
    """In all repetitions."""


@dataclass(frozen=True)
class FoldScore:
    """Both scores of one method in one training."""

    macro_f1: float
    accuracy: float


@dataclass(frozen=True)
class FoldTraining:
    """One of the trainings."""

    documents: int
    """Tested on."""
    scalearn: FoldScore
    frozen_head: FoldScore


@dataclass(frozen=True)
class CrossValidation:
    """Every document tested in turns."""

    folds: int
    repeats: int
    documents: int
    tested: int
    """Those that were tested once per repetition."""
    learned: int
    """From by each training, in the mean."""
    scores: dict[str, Scores]
    """Of "scalearn" and "frozen_head"."""
    comparison: FoldDifference
    trainings: tuple[FoldTraining, ...]
    notes: tuple[str, ...]
    seconds: float | None = field(default=None, metadata=LEFT_OUT)


StudyRecord = SourcesStudy | Ladder | Seeds | LearningCurve | CrossValidation


@dataclass(frozen=True)
class Studies:
    """Those that were asked of a model, by name."""

    sources: SourcesStudy | None = field(default=None, metadata=LEFT_OUT)
    ladder: Ladder | None = field(default=None, metadata=LEFT_OUT)
    seeds: Seeds | None = field(default=None, metadata=LEFT_OUT)
    learning_curve: LearningCurve | None = field(default=None, metadata=LEFT_OUT)
    cross_validation: CrossValidation | None = field(default=None, metadata=LEFT_OUT)

    def with_answer(self, name: str, found: StudyRecord) -> Studies:
        """With what one more study found, or the same one again."""
        return Studies(**{**vars(self), name: found})
