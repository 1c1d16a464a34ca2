"""`result.json` of a training: how the model was made, what it is worth, and what its scales do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from scalearn_core.data.split_plan import SplitPlan
from scalearn_core.evaluation.by_language import LanguageScores
from scalearn_core.evaluation.comparison import Comparison
from scalearn_core.evaluation.confidence import ConfidenceReport
from scalearn_core.evaluation.referral import check_below
from scalearn_core.evaluation.report import EvaluationReport
from scalearn_core.evaluation.verdict import Verdict
from scalearn_core.records.forecast import SourcePromise, Start
from scalearn_core.records.levers import LeversRecord
from scalearn_core.records.studies import Studies
from scalearn_core.storage.codec import LEFT_OUT

FORMAT = 3
"""Of `result.json`; what changed is told in `docs/formats.md`."""
Matrix = tuple[tuple[float, ...], ...]
"""`[layers or 1][sources]`"""
Cube = tuple[Matrix, ...]
"""`[layers or 1][sources][...]`"""


@dataclass(frozen=True)
class DeviceFacts:
    """Where the training ran."""

    kind: str
    """"cpu", "cuda" or "mps"."""
    name: str
    threads: int | None
    """None where the device is no CPU."""
    products: Literal["float32", "bfloat16"] | None = None
    """What the products of frozen weights were made in while it learned (`encoders/quick.py`); None: an earlier
    release did not say."""


@dataclass(frozen=True)
class Counts:
    """Documents of each part."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True)
class DatasetFacts:
    """What was learned from."""

    name: str
    fingerprint: str
    labels: tuple[str, ...]
    separator: str | None
    """What stands between the labels of a document; None: one each."""
    counts: Counts
    kept_out: int
    """Documents in no part."""
    class_counts: dict[str, int]
    cut: int
    """Documents longer than the encoder reads."""
    unknown_share: float
    """Of the tokens, those the encoder does not know."""
    id: str | None = field(default=None, metadata=LEFT_OUT)
    """In the workspace; None in a shell."""
    text_column: str | None = field(default=None, metadata=LEFT_OUT)
    label_column: str | None = field(default=None, metadata=LEFT_OUT)
    header_row: int | None = field(default=None, metadata=LEFT_OUT)
    """The row of the table that names the columns, where it is not the first."""

    @property
    def multi_label(self) -> bool:
        """Whether a document may have several labels."""
        return self.separator is not None


@dataclass(frozen=True)
class EncoderFacts:
    """The frozen language model."""

    key: str | None
    """Of its card; None for one of the user's own."""
    name: str
    fingerprint: str
    layers: int
    width: int


@dataclass(frozen=True)
class SourceFacts:
    """A source adapter of the model; the task's own is the last, if there is one."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Epoch:
    """One row of the history; epoch 0 is the state before training."""

    epoch: int
    train_loss: float | None
    validation_loss: float | None
    validation_macro_f1: float | None


@dataclass(frozen=True)
class FastModeCosts:
    """What 8-bit products cost on the test documents."""

    documents: int
    agreement: float
    """Share of equal labels."""
    macro_f1_exact: float
    macro_f1_fast: float
    largest_difference: float
    """Of a probability."""
    limit: float
    within_limit: bool
    speedup: float
    """Over the model in PyTorch."""


@dataclass(frozen=True)
class NotMeasured:
    """Why there is nothing to tell."""

    reason: str


FastMode = FastModeCosts | NotMeasured


@dataclass(frozen=True)
class DimensionSummary:
    """How scales of one number per dimension are spread, per layer (or one for all) and source."""

    width: int
    quantiles: tuple[float, ...]
    """Shares."""
    values: Cube
    """The scales at these quantiles."""
    spread: Matrix
    """Their standard deviation."""
    negative: Matrix
    """Share of them below 0."""
    top: tuple[tuple[tuple[tuple[int, float], ...], ...], ...]
    """The dimensions of the largest size, largest first, each with its scale."""


@dataclass(frozen=True)
class ScalesRecord:
    """The learned scales and what they do in each layer; all layers × sources."""

    shared: bool
    """Whether all layers have the same."""
    per_dimension: bool
    start: float
    raw: Matrix
    contribution: Matrix
    output_size: Matrix
    documents: int
    """Measured on."""
    dimensions: DimensionSummary | None
    """None where there is one number per source, and where it was not kept."""


@dataclass(frozen=True)
class ModelBytes:
    """On disk."""

    scales: int
    total: int


@dataclass(frozen=True)
class ParameterCounts:
    """Learned and frozen numbers."""

    scales: int
    head: int
    own_adapter: int
    sources_frozen: int
    encoder_frozen: int


@dataclass(frozen=True)
class FrozenHeadFacts:
    """The plain classifier that lies beside the result."""

    C: float
    sha256: str


Joining = Literal["joined", "chance", "several_labels", "no_task_adapter", "other_recipe"]
"""Whether documents without label were learned from, or why not: the labels teach hardly more than chance,
documents may have several labels, no task adapter learns, or it is not recipe "auto"."""


@dataclass(frozen=True)
class UnlabelledFacts:
    """What documents without label brought (`training/unlabelled.py`)."""

    documents: int
    """Without label, all of them."""
    used: int
    """Learned from: each text once, none that a labelled document has as well, and not more than
    `data.unlabelled.MOST_UNLABELLED`."""
    joining: Joining
    gain: float | None
    """Points of macro-F1 (0 to 100) over the same training without them; None where none was learned from, like
    the rest."""
    interval: tuple[float, float] | None
    """95%, paired, in points."""
    comparison: Comparison | None


@dataclass(frozen=True)
class TrainingRecord:
    """All of it. What was not measured is None or empty."""

    format: int
    verdict: Verdict
    scores: dict[str, EvaluationReport]
    """By method: "scalearn", its rivals, and its control (`evaluation/verdict.py`)."""
    comparison: Comparison
    """The model with the plain classifier; paired, as all comparisons."""
    comparison_tfidf: Comparison | None
    comparison_single_source: Comparison | None
    comparison_control: Comparison | None
    confidence: ConfidenceReport | None
    forecast: tuple[SourcePromise, ...]
    """Best first."""
    start: Start | None
    created: str
    device: DeviceFacts
    seconds: dict[str, float]
    """By stage, and "total"."""
    dataset: DatasetFacts
    encoder: EncoderFacts
    languages: dict[str, float]
    """Of the training table, with shares, most frequent first."""
    scores_by_language: tuple[LanguageScores, ...]
    split: SplitPlan | None
    """None where it was done by hand, or by the seed of the training."""
    recipe: str
    long_texts: str
    variant: str
    seed: int
    own_adapter: bool
    sources: tuple[SourceFacts, ...]
    thresholds: dict[str, float] | None
    """By label; None: one half."""
    parameter_counts: ParameterCounts
    history: tuple[Epoch, ...]
    best_epoch: int
    stopped_early: bool
    fast_mode: FastMode | None
    scales: ScalesRecord
    levers: LeversRecord | None = field(default=None, metadata=LEFT_OUT)
    """Of a model with levers."""
    run_id: str | None = field(default=None, metadata=LEFT_OUT)
    """In the workspace."""
    model_id: str | None = field(default=None, metadata=LEFT_OUT)
    """Hash of the model's contents (`scaling/seal.py`)."""
    model_bytes: ModelBytes | None = field(default=None, metadata=LEFT_OUT)
    """Known once the model is saved, like the next."""
    frozen_head: FrozenHeadFacts | None = field(default=None, metadata=LEFT_OUT)
    unlabelled: UnlabelledFacts | None = field(default=None, metadata=LEFT_OUT)
    """None where there were none."""
    studies: Studies = field(default=Studies(), metadata=LEFT_OUT)

    @property
    def check_below(self) -> float:
        """Confidence below which a person checks an answer: on Results, on Classify and in its files."""
        return check_below(self.confidence.hand_over if self.confidence else ())

    @property
    def source_names(self) -> tuple[str, ...]:
        """In the order of the columns."""
        return tuple(source.name for source in self.sources)

    @property
    def reused(self) -> int:
        """How many of the sources are of the library."""
        return len(self.sources) - self.own_adapter

    @property
    def plan(self) -> SplitPlan:
        """How the documents were divided; where that was not kept, the seed of the training decided."""
        return self.split or SplitPlan(seed=self.seed)
