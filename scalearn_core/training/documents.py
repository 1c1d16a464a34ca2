"""The documents of a divided dataset as one encoder reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.parts import Part
from scalearn_core.encoders.encoder import Encoder, Tokens
from scalearn_core.errors import DataError
from scalearn_core.training.stage_one import TaskData


@dataclass(frozen=True, eq=False)
class Documents:
    """Every document of a dataset, tokenised once and handed down to all that works on them.

    What a training computes of them once, their states below the first adapter, is
    `encoders/prefix_cache.py: CachedDocuments`.
    """

    dataset: TextDataset
    tokens: Tokens
    """Of all documents, in the dataset's order, as the model's encoder reads them."""
    unlabelled: Tokens
    """Of the documents without label that a training may learn from."""

    @classmethod
    def read(cls, dataset: TextDataset, encoder: Encoder) -> Documents:
        texts = dataset.frame["text"].tolist()
        return cls(dataset, encoder.tokenize(texts), encoder.tokenize(list(dataset.pile)))

    def divided_as(self, dataset: TextDataset) -> Documents:
        """The same documents, divided in another way."""
        return replace(self, dataset=dataset)

    def take(self, rows: Sequence[int]) -> Tokens:
        """Tokens of the documents in these places of the dataset."""
        return self.tokens.take(rows)

    @property
    def train(self) -> TaskData:
        return self._part(Part.TRAIN)

    @property
    def validation(self) -> TaskData:
        return self._part(Part.VALIDATION)

    @property
    def test(self) -> TaskData:
        return self._part(Part.TEST)

    def _part(self, part: Part) -> TaskData:
        if self.dataset.parts is None:
            raise DataError("data.not_split")
        split = self.dataset.part(part)
        places = np.flatnonzero(self.dataset.parts == part).tolist()
        return TaskData(self.tokens.take(places), split.targets, len(split.labels))
