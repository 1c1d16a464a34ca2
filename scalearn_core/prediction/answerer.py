"""A model made ready to answer texts at any speed, whichever engine that takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scalearn_core.config import BULK
from scalearn_core.prediction.bulk_table import BulkCounts, BulkPredictor
from scalearn_core.prediction.predictor import Predictor


@dataclass(frozen=True, eq=False)
class Answered:
    """Answers to texts, in their order."""

    cells: list[str]
    """Label cells, `[]` for none."""
    confidences: list[float]
    counts: BulkCounts


@dataclass(frozen=True, eq=False)
class Answerer:
    """One loaded model."""

    predictor: Predictor | BulkPredictor
    reason: str | None = None
    """Why it is no faster."""

    @classmethod
    def load(cls, folder: Path, device: str = "cpu", speed: str = "auto") -> Answerer:
        """Load a model folder; speed as `config.SPEEDS`. Raises ModelError."""
        if speed == BULK and device == "cpu" and (bulk := BulkPredictor.load(folder)):
            return cls(bulk)
        predictor = Predictor.load(folder, device, "auto" if speed == BULK else speed)
        reason = predictor.engine.reason if speed != "exact" else None
        if speed == BULK:
            slower = f", and {reason}" if reason else ""
            reason = f"bulk needs the processor and a model that reads a document in one passage{slower}"
        return cls(predictor, reason)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.predictor.model.labels

    @property
    def separator(self) -> str | None:
        return self.predictor.model.separator

    @property
    def is_bulk(self) -> bool:
        """Whether it answers as speed "bulk" promises; not on a GPU, nor where documents are read in windows."""
        return isinstance(self.predictor, BulkPredictor)

    def answer(
        self,
        texts: Sequence[str],
        on_progress: Callable[[float], None] = lambda share: None,
        unfinished: Path | None = None,
    ) -> Answered:
        """Answer texts, none of them blank.

        Args:
            on_progress: Told the share that is done; raise in it to stop.
            unfinished: Where speed "bulk" keeps what it knows, and goes on from.
        """
        if isinstance(self.predictor, BulkPredictor):
            return Answered(*self.predictor.answers(texts, on_progress, unfinished))
        cells, sure = self.predictor.answers(texts, lambda done: on_progress(done / len(texts)))
        return Answered(cells, sure, BulkCounts())
