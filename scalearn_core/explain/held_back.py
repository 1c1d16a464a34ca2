"""The documents shown while levers are moved, and those held back to judge the result.

Who turns levers until the score of some documents is high has chosen with these documents: their score is then too
good to be true. So the test documents are divided once and for all: half of them (at most `MOST`, and not longer
than `BYTES` together) are watched, and a model saved with levers is scored on the others alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.document_numbers import document_numbers
from scalearn_core.data.parts import Part
from scalearn_core.data.split import Split
from scalearn_core.errors import DataError

MOST = 96
"""Documents watched at most."""
BYTES = 8_000
"""Nor are more watched than have about so many bytes of UTF-8 (1,800 tokens), for an answer within a second on two
cores (`python -m benchmarks.levers`)."""
LONGEST = 1_200
"""Bytes of a document that count: an encoder does not read much more of it."""
FEWEST = 4
"""Different test documents that can be divided."""


def divide_test(dataset: TextDataset) -> TextDataset:
    """A copy in which the watched documents are no test documents any more.

    The choice hangs on the texts and labels alone: every other document, class by class in the order of their
    numbers (`document_numbers`). Equal texts are on one side. A dataset divided before comes back as it is.

    Raises:
        DataError: `levers.too_few`, if there are fewer than `FEWEST` different test documents; not split.
    """
    if dataset.parts is None:
        raise DataError("data.not_split")
    tested = np.flatnonzero(np.isin(dataset.parts, (Part.TEST, Part.WATCHED)))
    texts = [dataset.frame["text"].iloc[i] for i in tested]
    labels = [dataset.frame["label"].iloc[i] for i in tested]
    numbers = document_numbers(texts)
    first: dict[int, str] = {}
    size: dict[int, int] = {}
    for number, label, text in zip(numbers.tolist(), labels, texts, strict=True):
        first.setdefault(number, label)
        size.setdefault(number, min(LONGEST, len(text.encode("utf-8", "surrogatepass"))))
    if len(first) < FEWEST:
        raise DataError("levers.too_few", found=len(first), least=FEWEST)
    half = sorted(first, key=lambda number: (first[number], number))[1::2]
    affordable = int(BYTES * len(half) / max(1, sum(size[number] for number in half)))
    count = min(len(half), MOST, max(FEWEST // 2, affordable))
    spread = np.linspace(0, len(half) - 1, count).round().astype(int)
    chosen = {half[i] for i in spread}
    parts = dataset.parts.copy()
    parts[tested] = [Part.WATCHED if number in chosen else Part.TEST for number in numbers.tolist()]
    return replace(dataset, parts=parts)


def watched(dataset: TextDataset) -> Split:
    """The watched documents of a dataset that `divide_test` divided, in file order."""
    return dataset.part(Part.WATCHED)
