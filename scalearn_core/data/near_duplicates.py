"""Near-duplicate documents, found in time that grows with their number and not with its square.

MinHash (Broder 1997) in bands proposes pairs, and the pair's own character 5-grams decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

NEAR = 0.85
"""Jaccard's index of the 5-grams from which on two documents are near duplicates."""
GRAM = 5
"""Characters of a gram."""
MIN_CHARACTERS = 20
"""A shorter text has too few grams to tell: it is a duplicate of its equals alone."""
BANDS, ROWS = 16, 7
"""Two documents at Jaccard 0.85 share a band in 998 of 1,000 cases, at 0.5 in 118, at 0.3 in 3."""
LIKELY = 0.70
"""Share of equal minima from which on a pair is compared; at Jaccard 0.85 four standard errors away."""
SMALL = 16
"""Up to so many documents of a bucket are compared each with each."""
MOST_COMPARED = 8
"""Exact comparisons for each distinct text, all in all."""
_BLOCK = 500_000
"""Characters hashed at a time: 8 MB of hashes and what is made of them."""
_PAIRS = 20_000
"""Pairs looked at between two signs of life."""
_SEED = 20_261_101

_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)
"""Soft hyphens, marks of direction and of joining, spaces of no width, selectors of variants."""

Step = Callable[[], None]


def group_near(
    texts: Sequence[str] | pd.Series[str], *, on_progress: Callable[[float], None] = lambda share: None
) -> NDArray[np.int64]:
    """Of each document the number of the first document of its group, `[documents]`; itself where it is alone.

    Documents are of one group if they are equal once normalised (`normalised`), or if Jaccard's index of their
    5-grams is 0.85 or more, or if others link them. No two documents are linked that are not that near. Some that
    are may be missed: at an index of 0.85 two in a thousand; and of more than `SMALL` documents which MinHash
    holds for alike, such as letters made from one template, each is compared with at most `SMALL` representatives
    (the first, the first that is not near to it, and so on) and not with all others. The same texts give the same
    groups.

    Time and memory grow with the characters: beside the texts one normalised copy of each that is different, and
    240 bytes for each.

    Args:
        texts: n documents, whatever their length.
        on_progress: told the share of the work that is done; raise in it to stop.
    """
    numbers: dict[str, int] = {}
    of = np.empty(len(texts), dtype=np.int64)
    for place, text in enumerate(texts):
        of[place] = numbers.setdefault(normalised(text), len(numbers))
        if place % _PAIRS == 0:
            on_progress(0.25 * place / len(texts))
    distinct = list(numbers)
    del numbers
    long = np.array([i for i, text in enumerate(distinct) if len(text) >= MIN_CHARACTERS], dtype=np.int64)
    group = np.arange(len(distinct))
    if len(long) > 1:
        group[long] = long[_linked([distinct[i] for i in long], on_progress)]
    _, first, inverse = np.unique(group[of], return_index=True, return_inverse=True)
    on_progress(1.0)
    return np.asarray(first[inverse], dtype=np.int64)


def normalised(text: str) -> str:
    """The text without what does not make two documents different: width, case, and how much space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def as_seen(text: str) -> str:
    """`normalised`, and without characters that nobody sees.

    Apart from it, since the groups of stored datasets rest on that one.
    """
    return normalised(_INVISIBLE.sub("", text))


def jaccard(one: set[str], other: set[str]) -> float:
    """Shared grams per gram of either; of two empty sets 0."""
    shared = len(one & other)
    return shared / max(1, len(one) + len(other) - shared)


def grams(text: str) -> set[str]:
    """The runs of `GRAM` characters; none of a shorter text."""
    return {text[i : i + GRAM] for i in range(len(text) - GRAM + 1)}


def _linked(texts: Sequence[str], on_progress: Callable[[float], None]) -> NDArray[np.int64]:
    """Of each text the number of the first one linked with it, `[texts]`; all of `MIN_CHARACTERS` or more."""
    keys, low = _signatures(texts, lambda share: on_progress(0.25 + 0.5 * share))
    group, left = np.arange(len(texts)), MOST_COMPARED * len(texts)
    for band in range(BANDS):

        def alive(band: int = band) -> None:
            on_progress(0.75 + 0.25 * band / BANDS)

        left = _link_band(texts, keys[band], low, group, left, alive)
    return group


def _signatures(
    texts: Sequence[str], on_progress: Callable[[float], None]
) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    """Bucket of each text in each band, `[bands, texts]`, and the last byte of its minima, `[texts, minima]`.

    A minimum is that of a * hash + b (modulo 2^32) over the hashes of the text's grams, one a and b for each.
    """
    draw = np.random.default_rng(_SEED)
    a, b = draw.integers(0, 2**32, (2, BANDS * ROWS), dtype=np.uint32)
    a |= np.uint32(1)
    weights = draw.integers(0, 2**64, ROWS, dtype=np.uint64) | np.uint64(1)
    powers = draw.integers(0, 2**64, GRAM, dtype=np.uint64) | np.uint64(1)
    keys = np.empty((BANDS, len(texts)), dtype=np.uint64)
    low = np.empty((len(texts), BANDS * ROWS), dtype=np.uint8)
    for begin, end in _blocks(texts):
        hashes, starts = _gram_hashes(texts[begin:end], powers)
        minima = np.empty((BANDS * ROWS, end - begin), dtype=np.uint32)
        turned = np.empty_like(hashes)
        for number in range(BANDS * ROWS):
            np.multiply(hashes, a[number], out=turned)
            np.add(turned, b[number], out=turned)
            np.minimum.reduceat(turned, starts, out=minima[number])
        low[begin:end] = minima.T.astype(np.uint8)
        bands = minima.reshape(BANDS, ROWS, -1).astype(np.uint64)
        keys[:, begin:end] = (bands * weights[:, None]).sum(1, dtype=np.uint64)
        on_progress(end / len(texts))
    return keys, low


def _blocks(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Begin and end of runs of texts of `_BLOCK` characters or of a single text."""
    begin = characters = 0
    for number, text in enumerate(texts):
        if characters and characters + len(text) > _BLOCK:
            yield begin, number
            begin, characters = number, 0
        characters += len(text)
    yield begin, len(texts)


def _gram_hashes(texts: Sequence[str], powers: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Hashes of all grams, text by text, and where those of each text begin, `[texts]`."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    total = len(codes) - GRAM + 1
    hashes = np.zeros(total, dtype=np.uint64)
    for place, power in enumerate(powers):
        hashes += codes[place : place + total] * power
    hashes ^= hashes >> np.uint64(29)  # the high bits are the good ones of a product: what is kept depends on all
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    ends = lengths.cumsum()
    within = np.ones(total, dtype=np.bool_)
    within[(ends[:-1, None] - np.arange(1, GRAM)).ravel()] = False  # grams that stand in two texts
    counts = lengths - GRAM + 1
    return (hashes[within] >> np.uint64(32)).astype(np.uint32), counts.cumsum() - counts


def _link_band(
    texts: Sequence[str],
    keys: NDArray[np.uint64],
    low: NDArray[np.uint8],
    group: NDArray[np.int64],
    left: int,
    alive: Step,
) -> int:
    """Link the texts of each bucket with its representatives; changes `group`, `[texts]`.

    Args:
        left: exact comparisons that may still be made; a round that began with some left is ended.
        alive: called after each part of the work.

    Returns:
        What is left of them then.
    """
    member = np.argsort(keys, kind="stable")
    _, bucket, size = np.unique(keys[member], return_inverse=True, return_counts=True)
    for _ in range(SMALL):
        begins = np.diff(bucket, prepend=-1) != 0
        waiting = np.bincount(bucket, minlength=len(size))[bucket] > 1
        member, bucket, begins = member[waiting], bucket[waiting], begins[waiting]
        if not len(member) or left <= 0:
            break
        leader = member[begins][begins.cumsum() - 1]
        unlinked = ~begins & (group[leader] != group[member])
        pairs = np.stack([leader[unlinked], member[unlinked]], axis=1)
        near, compared = _near_pairs(texts, low, pairs, alive)
        left -= compared
        _join(group, near)
        kept = ~begins & ((size[bucket] <= SMALL) | (group[leader] != group[member]))
        member, bucket = member[kept], bucket[kept]
    alive()
    return left


def _near_pairs(
    texts: Sequence[str], low: NDArray[np.uint8], pairs: NDArray[np.int64], alive: Step
) -> tuple[NDArray[np.int64], int]:
    """Those of the pairs, `[pairs, 2]`, that are near, and how many were compared exactly."""
    near: list[tuple[int, int]] = []
    compared = 0
    for begin in range(0, len(pairs), _PAIRS):
        part = pairs[begin : begin + _PAIRS]
        part = part[(low[part[:, 0]] == low[part[:, 1]]).mean(1) >= LIKELY]
        compared += len(part)
        for one, couples in groupby(part.tolist(), key=lambda pair: pair[0]):
            mine = grams(texts[one])
            near += [(one, other) for _, other in couples if jaccard(mine, grams(texts[other])) >= NEAR]
        alive()
    return np.array(near, dtype=np.int64).reshape(-1, 2), compared


def _join(group: NDArray[np.int64], pairs: NDArray[np.int64]) -> None:
    """Make one group of the groups of each pair, named after its first text; changes `group`."""
    if not len(pairs):
        return
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    linked = group[pairs]
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), (linked[:, 0], linked[:, 1])), shape=(len(group),) * 2)
    _, component = connected_components(graph, directed=False)
    named = np.full(len(group), len(group), dtype=np.int64)
    np.minimum.at(named, component[group], np.arange(len(group)))
    group[:] = named[component[group]]
