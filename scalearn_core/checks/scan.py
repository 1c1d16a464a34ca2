"""One pass over all documents that keeps what the findings need: a few numbers per document, no text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.labels import split_labels

AT_ONCE = 20_000
"""Documents that are Python texts at the same time."""
MOST_LOOKED_AT = 20_000
"""Documents that slower checks look at, spread evenly over the table."""
SHORT = 10
"""Characters; a shorter text is pointed at."""
FINE, SHORT_TEXT, TINY_TEXT = range(3)

_CJK = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\uac00-\ud7af"
_SIGNS = re.compile(rf"[{_CJK}]")
_ENOUGH = re.compile(rf"[^\W_](?:[\W_]*[^\W_]){{2}}|[{_CJK}][\W_]*[^\W_]")
"""Three letters or digits. A sign of Japanese, Chinese or Korean says as much as two letters."""
_HYPHENS = re.compile(r"\s*[-‐‑‒–—―−ー]\s*")
_UNSEEN = re.compile(r"[\u200b-\u200f\u2060-\u2069\u202a-\u202e\ufeff\u00ad\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("’‘‛ʼʹ′`´", "'"),
        **dict.fromkeys("“”„‟«»″〝〟", '"'),
        **dict.fromkeys("〜∼∿˜", "~"),
        **dict.fromkeys("·•∙‧⋅", "・"),
        "⁄": "/",
        "へ": "ヘ",
        "べ": "ベ",
        "ぺ": "ペ",
    }
)
"""Characters that look the same; those of other widths are made one by NFKC."""
_LATIN_LOOKS = str.maketrans("АВЕКМНОРСТУХаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧον", "ABEKMHOPCTYXaeopcyxijsABEZHIKMNOPTYXov")
_MIXED = re.compile(r"[A-Za-z]\w*[\u0370-\u04ff]|[\u0370-\u04ff]\w*[A-Za-z]")
"""Latin letters and others in one word."""


@dataclass(frozen=True, eq=False)
class Scan:
    """What is known of each document, in file order; arrays of shape [documents]."""

    rows: NDArray[np.int64]
    """Row numbers in the file."""
    same: NDArray[np.int64]
    """Equal for documents of the same text (`normal_forms`). 64 bits: of a million different texts two share one
    in one table of 30 million."""
    lengths: NDArray[np.int64]
    """Characters without outer whitespace."""
    size: NDArray[np.int8]
    """`FINE`, `SHORT_TEXT` or `TINY_TEXT`."""
    cell: NDArray[np.int64]
    """Index into `cells`."""
    cells: tuple[str, ...]
    """The different label cells."""
    sets: tuple[tuple[str, ...], ...]
    """The labels of each cell."""
    meaning: NDArray[np.int64]
    """Equal for documents whose labels differ in spelling only (`spelling`)."""

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Documents per label, in order of the labels."""
        of_cell = np.bincount(self.cell, minlength=len(self.cells)).tolist()
        counts = dict.fromkeys(sorted({label for labels in self.sets for label in labels}), 0)
        for labels, number in zip(self.sets, of_cell, strict=True):
            for label in labels:
                counts[label] += number
        return counts

    def having(self, labels: Iterable[str]) -> NDArray[np.bool_]:
        """Which documents have one of these labels."""
        wanted = set(labels)
        return np.array([not wanted.isdisjoint(known) for known in self.sets], dtype=np.bool_)[self.cell]

    def having_only(self, labels: Iterable[str]) -> NDArray[np.bool_]:
        """Which documents have no other labels than these."""
        wanted = set(labels)
        return np.array([wanted.issuperset(known) for known in self.sets], dtype=np.bool_)[self.cell]


def look_at(dataset: TextDataset, on_progress: Callable[[float], None] = lambda share: None) -> Scan:
    """Pass once over the documents of a dataset.

    Args:
        on_progress: told the share of them that is done; raise in it to stop.
    """
    texts = dataset.frame["text"]
    cell, cells = pd.factorize(dataset.frame["label"])
    same, lengths = np.empty(len(texts), dtype=np.int64), np.empty(len(texts), dtype=np.int64)
    size = np.empty(len(texts), dtype=np.int8)
    for begin, part in in_parts(texts):
        end = begin + len(part)
        stripped = [text.strip() for text in part]
        same[begin:end] = [hash(form) for form in normal_forms(stripped)]
        lengths[begin:end] = [len(text) for text in stripped]
        size[begin:end] = [size_of(text) for text in stripped]
        on_progress(end / len(texts))
    sets = tuple(split_labels(known, dataset.separator) for known in cells)
    spelled = ["\n".join(sorted({*map(spelling, labels)})) for labels in sets]
    meanings, _ = pd.factorize(np.array(spelled, dtype=object))
    return Scan(
        rows=dataset.frame.index.to_numpy(dtype=np.int64),
        same=same,
        lengths=lengths,
        size=size,
        cell=np.asarray(cell, dtype=np.int64),
        cells=tuple(cells),
        sets=sets,
        meaning=np.asarray(meanings, dtype=np.int64)[cell],
    )


def normal_forms(texts: Sequence[str]) -> list[str]:
    """What documents of the same text share: width, letter case and outer whitespace do not count."""
    # Arrow takes a fifth of the time of `unicodedata` for Japanese.
    normal = pc.utf8_normalize(pa.array(texts, type=pa.large_string()), form="NFKC").to_pylist()
    return [text.casefold().strip() for text in normal]


def spelling(label: str) -> str:
    """What spellings of the same label share: width, letter case, whitespace, kinds of hyphens, apostrophes and
    quotation marks do not count, nor do characters that look the same, as Cyrillic letters among Latin ones."""
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", label.translate(_ALIKE))).translate(_ALIKE)
    folded = (seen.translate(_LATIN_LOOKS) if _MIXED.search(seen) else seen).casefold()
    return " ".join(_HYPHENS.sub("-", folded).split())


def size_of(text: str) -> int:
    """Whether a text without outer whitespace says too little."""
    if _ENOUGH.search(text) is None:
        return TINY_TEXT
    short = len(text) < SHORT and len(text) + len(_SIGNS.findall(text)) < SHORT
    return SHORT_TEXT if short else FINE


def in_parts(texts: pd.Series[str]) -> Iterator[tuple[int, list[str]]]:
    """The number of the first document of each part, and its texts; at most `AT_ONCE` of them."""
    for begin in range(0, len(texts), AT_ONCE):
        yield begin, texts.iloc[begin : begin + AT_ONCE].tolist()


def those(texts: pd.Series[str], chosen: NDArray[np.int64]) -> list[str]:
    """The texts with these numbers (ascending). Taken part by part: at once, Arrow would copy the whole column."""
    borders = np.searchsorted(chosen, np.arange(0, len(texts) + AT_ONCE, AT_ONCE))
    chosen_texts: list[str] = []
    for part, (begin, end) in enumerate(pairwise(borders.tolist())):
        if begin < end:
            first = part * AT_ONCE
            chosen_texts += texts.iloc[first : first + AT_ONCE].iloc[chosen[begin:end] - first].tolist()
    return chosen_texts


def evenly(documents: int, most: int = MOST_LOOKED_AT) -> NDArray[np.int64]:
    """Numbers of all documents, ascending; of more than `most`, one from each of so many equal stretches.

    Which one is drawn, always the same: in a table with a rhythm every fifth document may be of one kind.
    """
    if documents <= most:
        return np.arange(documents)
    borders = np.arange(most + 1) * documents // most
    return np.random.default_rng(0).integers(borders[:-1], borders[1:])
