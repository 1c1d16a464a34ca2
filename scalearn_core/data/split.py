"""The documents of one part of a dataset, to learn from or to test on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scalearn_core.targets import Targets, are_multi_label, names_of


@dataclass(frozen=True, eq=False)
class Split:
    """The documents of one part, in file order."""

    texts: tuple[str, ...]
    targets: Targets
    """Index into `labels` of each document, or which labels each has (`targets.py`)."""

    labels: tuple[str, ...]
    """All classes of the dataset, whether this part has documents of them or not."""

    rows: tuple[int, ...]
    """Row numbers in the file; the header is row 1."""

    separator: str | None = None
    """What stands between the labels of a document in a table; None where each has one."""

    def __post_init__(self) -> None:
        if not len(self.texts) == len(self.targets) == len(self.rows):
            counts = f"{len(self.texts)}, {len(self.targets)} and {len(self.rows)}"
            raise ValueError(f"Texts, targets and rows must be equally many, found {counts}.")
        if are_multi_label(self.targets) != (self.separator is not None):
            raise ValueError("Several labels per document need a separator, and only they.")

    def __len__(self) -> int:
        return len(self.texts)

    def drawn(self, most: int, seed: int) -> Split:
        """All documents, or so many of them drawn at random, in file order."""
        if len(self) <= most:
            return self
        rows = np.sort(np.random.default_rng(seed).permutation(len(self))[:most])
        texts, numbers = (tuple(values[row] for row in rows) for values in (self.texts, self.rows))
        return Split(texts, self.targets[rows], self.labels, numbers, self.separator)

    def names(self, targets: Targets | None = None) -> list[str]:
        """Labels as text, those of the documents or predicted ones."""
        return names_of(self.targets if targets is None else targets, self.labels, self.separator)
