"""Classify new documents with a trained model."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from scalearn_core.data.documents import joined
from scalearn_core.data.label_cells import NONE
from scalearn_core.data.labels import split_labels
from scalearn_core.data.mapping import columns_of
from scalearn_core.onnx_graph.fast_mode import Engine, prepare
from scalearn_core.prediction.ready_model import ReadyModel, read_ready
from scalearn_core.targets import confidence_in, indicators

if TYPE_CHECKING:
    from scalearn_core.scaling.model import ScaLearnModel

CHUNK = 256
"""Documents between two reports of progress."""


@dataclass(frozen=True)
class Prediction:
    """What is given to a document, and how sure the model is of it."""

    labels: tuple[str, ...]
    """The likeliest label; where a document may have several, all likely ones, perhaps none."""
    label: str
    """The same as text, several joined as they were in the table learned from."""
    confidence: float
    """Probability that all of it is right, 0 to 1 (`targets.confidence_in`)."""
    probabilities: dict[str, float]
    """Of every label."""
    unlike: bool | None = None
    """Whether the text is unlike anything the model learned from; None where that cannot be told of this model."""


@dataclass(frozen=True, eq=False)
class ClassifiedTable:
    """A table with what was predicted for each of its rows."""

    frame: pd.DataFrame
    """The table's own columns, unchanged, then `row` (the number in the file), `predicted` and `confidence`, each
    with a number behind it where the name is taken."""
    label_column: str
    confidence_column: str
    row_column: str

    @property
    def labels(self) -> pd.Series[str]:
        """Label cells; blank without a text, `[]` where a document that may have several labels got none, as in
        tables of documents with known labels: read again, that is an answer."""
        return self.frame[self.label_column]

    @property
    def got_none(self) -> pd.Series[bool]:
        """Which documents may have several labels and got none."""
        return self.labels == NONE

    def counts(self, separator: str | None) -> Counter[str]:
        """Documents per label that was given, most frequent first in `most_common`."""
        cells = self.labels[~self.got_none]
        return Counter(chain.from_iterable(split_labels(cell, separator) for cell in cells))

    def with_check(self, below: float) -> pd.DataFrame:
        """The table with one more column, `check`: "yes" where a person should check, "no", blank without a text.

        Args:
            below: confidence below which a person should (`TrainingRecord.check_below`).
        """
        cells = ["" if not sure else "yes" if float(sure) < below else "no" for sure in self.confidences]
        return self.frame.assign(**{free_name("check", self.frame): cells})

    @property
    def confidences(self) -> pd.Series[str]:
        """As text with four decimals; blank without a text."""
        return self.frame[self.confidence_column]


class Predictor:
    """A loaded model, kept ready between predictions."""

    def __init__(
        self, model: ScaLearnModel | ReadyModel, speed: str = "exact", *, engine: Engine | None = None
    ) -> None:
        """Prepare a model that is at hand; `speed` as for `fast_mode.prepare`; a `ReadyModel` has its own."""
        self.model = model
        self.engine = engine or prepare(cast("ScaLearnModel", model), speed)
        self._tokenizing = threading.Lock()  # the tokenizer refuses to be used by two threads at once

    @classmethod
    def load(
        cls, folder: str | Path, device: str = "cpu", speed: str = "auto", *, whole: bool = False
    ) -> Predictor:
        """Load a model folder; ModelError says what is wrong with it, `engine.reason` why it is no faster.

        Without torch where the folder holds the model's graph and neither its device nor its speed asks for torch;
        `whole` loads the `ScaLearnModel` in any case, for those who ask more of it than predictions.
        """
        without_torch = not whole and device == "cpu" and speed in ("auto", "fast")
        if without_torch and (ready := read_ready(Path(folder), speed)):
            return cls(ready[0], engine=ready[1])
        from scalearn_core.scaling.model import ScaLearnModel

        return cls(ScaLearnModel.load(folder).to(device), speed)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.model.labels

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Probabilities `[texts, labels]`, float32, in the order of `labels`."""
        return self._look_at(texts)[0]

    def _look_at(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities as above, and states (`ScaLearnModel.look_at`)."""
        with self._tokenizing:
            tokens = self.model.encoder.tokenize(list(texts))
        probabilities, states = self.engine.look_at(self.model, tokens)
        return probabilities.reshape(len(texts), len(self.labels)), states  # a graph run on nothing has no width

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction per text, in order."""
        probabilities, states = self._look_at(texts)
        known = self.model.unlike
        unlike = known.marks(states).tolist() if known and states.shape[1] else [None] * len(texts)
        multi_label = self.model.multi_label
        decided = self.model.decide(probabilities)
        indicated = indicators(decided, len(self.labels))
        confidences = confidence_in(probabilities, multi_label=multi_label, given=decided if multi_label else None)
        predictions = []
        each = zip(probabilities, indicated, confidences.tolist(), unlike, strict=True)
        for row, has, confidence, mark in each:
            labels = tuple(self.labels[place] for place in np.flatnonzero(has))
            by_label = dict(zip(self.labels, (float(value) for value in row), strict=True))
            text = (self.model.separator or "").join(labels)
            predictions.append(Prediction(labels, text, confidence, by_label, mark))
        return predictions

    def predict_table(
        self,
        frame: pd.DataFrame,
        text: str | Sequence[str],
        on_progress: Callable[[int], None] = lambda done: None,
    ) -> ClassifiedTable:
        """Classify a table; its rows, their order and its own columns stay as they are.

        A row without text is left without prediction and confidence. Rows that were rejected or blank are not in
        the frame, so each row states its number in the file, by which the two line up.

        Args:
            frame: Indexed by row number, as `Table.frame` is.
            text: The column with the documents, or several whose cells are joined.
            on_progress: told the number of documents done, every `CHUNK` documents; raise in it to stop.
        """
        texts = joined(frame, columns_of(text)).tolist()
        filled = [index for index, value in enumerate(texts) if value.strip()]
        labels, confidences = [""] * len(frame), [""] * len(frame)
        cells, sure = self.answers([texts[index] for index in filled], on_progress)
        for index, cell, confidence in zip(filled, cells, sure, strict=True):
            labels[index], confidences[index] = cell, f"{confidence:.4f}"
        return classified_table(frame, labels, confidences)

    def answers(
        self, texts: Sequence[str], on_progress: Callable[[int], None] = lambda done: None
    ) -> tuple[list[str], list[float]]:
        """The label cell of each text, `[]` for none, and how sure the model is; `on_progress` as above."""
        cells, confidences = list[str](), list[float]()
        for start in range(0, len(texts), CHUNK):
            for prediction in self.predict(texts[start : start + CHUNK]):
                cells.append(prediction.label or NONE)
                confidences.append(prediction.confidence)
            on_progress(len(cells))
        return cells, confidences


def classified_table(frame: pd.DataFrame, labels: list[str], confidences: list[str]) -> ClassifiedTable:
    """The frame with the cells of its rows; both are blank without a text."""
    added = {"row": frame.index.tolist(), "predicted": labels, "confidence": confidences}
    names = {name: free_name(name, frame) for name in added}
    classified = frame.assign(**{names[name]: values for name, values in added.items()})
    return ClassifiedTable(classified, names["predicted"], names["confidence"], names["row"])


def free_name(name: str, frame: pd.DataFrame) -> str:
    """`name`, or `name_2`, `name_3` ... where a column has it already."""
    candidates = (name if number == 1 else f"{name}_{number}" for number in range(1, len(frame.columns) + 2))
    return next(candidate for candidate in candidates if candidate not in frame.columns)
