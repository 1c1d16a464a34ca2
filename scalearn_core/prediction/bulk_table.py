"""A whole table at speed "bulk": equal documents computed once, answers kept until all are there."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.data.documents import joined
from scalearn_core.data.label_cells import NONE
from scalearn_core.data.mapping import columns_of
from scalearn_core.evaluation.intervals import wilson_interval
from scalearn_core.onnx_graph.fast_mode import read_ranges
from scalearn_core.onnx_graph.session import exact_integer_products
from scalearn_core.prediction.answers import Answers, Documents
from scalearn_core.prediction.bulk import Bulk
from scalearn_core.prediction.cascade import Question
from scalearn_core.prediction.predictor import ClassifiedTable, classified_table
from scalearn_core.prediction.ready_model import ReadyModel, read_parts_or_load
from scalearn_core.prediction.unfinished import keep, kept, work_of
from scalearn_core.records.tables import SameAnswers
from scalearn_core.targets import confidence_in, names_of

CHUNK = 1_024
"""Documents tokenised at a time."""
KEPT_SECONDS = 10.0
"""So often what is known is kept."""
READ_SHARE = 0.05
"""Of the whole, for the bar."""


@dataclass(frozen=True)
class BulkCounts:
    """What speed "bulk" cost, in documents; the counts of parts of a table add up."""

    checked: int = 0
    """Drawn at random and computed by the model as it was trained too."""
    same: int = 0
    """Of them, how many get the same answer."""
    early: int = 0
    """Left before the last layer."""
    documents: int = 0

    def __add__(self, other: BulkCounts) -> BulkCounts:
        return BulkCounts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def told(self) -> SameAnswers:
        """As shares, with an interval."""
        if not self.checked:
            return SameAnswers(1.0, 1.0, 1.0, 0, 0.0)
        share = wilson_interval(self.same, self.checked)
        return SameAnswers(share.value, share.low, share.high, self.checked, self.early / self.documents)


@dataclass(frozen=True, eq=False)
class BulkPredictor:
    """A loaded model, ready to classify tables of many documents."""

    model: ReadyModel
    bulk: Bulk
    model_id: str

    @classmethod
    def load(cls, folder: str | Path) -> BulkPredictor | None:
        """Load a model folder, without torch where it holds the model's graph; None for a model that reads long
        documents in windows. Raises ModelError, which says what is wrong with it."""
        parts = read_parts_or_load(Path(folder))
        model = parts.model
        if model.encoder.long_texts == "windows":
            return None
        ranges = parts.measured.get("ranges")
        bulk = Bulk(
            parts.graph, read_ranges(ranges) if ranges and exact_integer_products() else None,
            Question(model.multi_label, model.thresholds),
            labels=len(model.labels), pad_id=model.encoder.pad_id, weights=parts.weights,
        )  # fmt: skip
        return cls(model, bulk, parts.model_id)

    def predict_table(
        self,
        frame: pd.DataFrame,
        text: str | Sequence[str],
        on_progress: Callable[[float], None] = lambda share: None,
        unfinished: Path | None = None,
    ) -> tuple[ClassifiedTable, SameAnswers]:
        """Classify a table as `Predictor.predict_table` does, and tell how many answers are the model's own.

        Args:
            on_progress: told the share that is done; raise in it to stop.
            unfinished: a file where what is known is kept, and gone on from, until all is done.
        """
        texts = joined(frame, columns_of(text)).tolist()
        filled = [index for index, value in enumerate(texts) if value.strip()]
        cells, sure, counts = self.answers([texts[index] for index in filled], on_progress, unfinished)
        labels, confidences = [""] * len(frame), [""] * len(frame)
        for index, cell, confidence in zip(filled, cells, sure, strict=True):
            labels[index], confidences[index] = cell, f"{confidence:.4f}"
        return classified_table(frame, labels, confidences), counts.told()

    def answers(
        self,
        texts: Sequence[str],
        on_progress: Callable[[float], None] = lambda share: None,
        unfinished: Path | None = None,
    ) -> tuple[list[str], list[float], BulkCounts]:
        """The label cell of each text, `[]` for none, how sure the model is, and what speed cost; as above."""
        documents, places = self._read(list(texts), on_progress)
        work = work_of(documents, self.model_id)
        known = kept(unfinished, work) if unfinished else None
        last = time.monotonic()

        def told(share: float, answers: Answers) -> None:
            nonlocal known, last
            known = answers
            if unfinished and time.monotonic() - last > KEPT_SECONDS:
                keep(answers, unfinished, work)
                last = time.monotonic()
            on_progress(READ_SHARE + (1 - READ_SHARE) * share)

        try:
            answers = self.bulk.classify(documents, known, told)
        except BaseException:  # stopped, however that was asked for
            if unfinished and known:
                keep(known, unfinished, work)
            raise
        cells, sure = self._cells(answers.probabilities)
        checked, same = (answers.plan.checked, answers.plan.same) if answers.plan else (0, 0)
        early = int((answers.step[places] < len(self.bulk.pieces)).sum()) if checked else 0
        if unfinished:
            unfinished.unlink(missing_ok=True)
        placed = places.tolist()
        counts = BulkCounts(checked, same, early, len(placed))
        return [cells[place] for place in placed], [sure[place] for place in placed], counts

    def _read(self, texts: list[str], on_progress: Callable[[float], None]) -> tuple[Documents, NDArray[np.int64]]:
        """The documents that differ to the encoder, and of each text which of them it is."""
        numbers: dict[bytes, int] = {}
        different: list[NDArray[np.int32]] = []
        places = np.zeros(len(texts), dtype=np.int64)
        for start in range(0, len(texts), CHUNK):
            for place, ids in enumerate(self.model.encoder.tokenize(texts[start : start + CHUNK]).ids, start):
                row = np.array(ids, dtype=np.int32)
                number = numbers.setdefault(row.tobytes(), len(different))
                if number == len(different):
                    different.append(row)
                places[place] = number
            on_progress(READ_SHARE * min(1.0, (start + CHUNK) / len(texts)))
        starts = np.cumsum([0, *map(len, different)], dtype=np.int64)
        return Documents(np.concatenate([np.zeros(0, np.int32), *different]), starts), places

    def _cells(self, probabilities: NDArray[np.float32]) -> tuple[list[str], list[float]]:
        """Label cell and confidence of each document."""
        multi_label = self.model.multi_label
        decided = self.model.decide(probabilities)
        sure = confidence_in(probabilities, multi_label=multi_label, given=decided if multi_label else None)
        names = names_of(decided, self.model.labels, self.model.separator)
        return [name or NONE for name in names], sure.tolist()
