"""A sitting at a pile: the next document, the model in the background, what it is worth, search, a table to train
on."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalearn_core.audit.person import acting
from scalearn_core.evaluation.intervals import Interval, wilson_interval
from scalearn_core.heads.logistic import FrozenHead
from scalearn_core.records.labelling import PileDocument, PileInfo
from scalearn_core.review import store
from scalearn_core.review.corrected import WHEN, WHO, cell_of, signed
from scalearn_core.review.proposals import background_head, live_head, propose
from scalearn_core.review.standing import Standing, here_and_now, standing
from scalearn_core.targets import Targets

ENOUGH_EACH = 8
"""Labels per category that are enough to begin a training with."""
FEWEST_RANDOM = 10
"""Fewer documents drawn at random say nothing of how often the model is right."""
FOLDS = 5
UNSURE, KINDS, READ = 200, 20, 2_000
"""Of a classified pile, so many of the least sure documents are of at most so many kinds, by so many letters."""


@dataclass(frozen=True)
class Next:
    """A document to label."""

    place: int
    why: str


@dataclass(frozen=True)
class Worth:
    """How often the model in the background is right, on the documents that were drawn at random."""

    right: Interval
    documents: int


def next_document(
    pile_id: str, embeddings: NDArray[np.float32], categories: Sequence[str], order: str
) -> Next | None:
    """The document in this person's hand, else one nobody has; from then on it is this person's.

    Args:
        order: "proposed"; "random"; "least_sure" or "useful" of a classified pile; "second", what others have
        labelled.
    """
    who = acting().name
    with store.taking(pile_id) as take:
        said = store.entries(pile_id)
        now = standing(said)
        held = now.in_hand(who)
        if held is not None:
            return Next(held, now.taken[held].why)
        gone = now.not_for(who, here_and_now())
        found = _choose(pile_id, embeddings, categories, now, gone, order)
        if found is not None:
            take(found.place, found.why)
        return found


def _choose(
    pile_id: str,
    embeddings: NDArray[np.float32],
    categories: Sequence[str],
    now: Standing,
    gone: set[int],
    order: str,
) -> Next | None:
    if order == "second":
        who = acting().name
        others = [
            place for place, by in now.said.items() if who not in by and who not in now.skipped.get(place, ())
        ]
        return Next(min(others), "second") if others else None
    free = [place for place in range(len(embeddings)) if place not in gone]
    if not free:
        return None
    if order == "random":
        return Next(int(np.random.default_rng(len(gone)).choice(free)), "random")
    if order == "least_sure":
        documents = store.documents_of(pile_id)
        return Next(min(free, key=lambda place: documents[place].confidence or 0.0), "unsure")
    if order == "useful":
        return Next(_useful(store.documents_of(pile_id), now, set(free)), "unsure")
    places, targets = answers(now, categories, store.pile_info(pile_id).separator)
    taken = sorted(gone - set(places))
    proposals = propose(embeddings, places, targets, len(categories), 1, taken=taken)
    return Next(proposals[0].place, proposals[0].why) if proposals else None


def _useful(documents: Sequence[PileDocument], now: Standing, free: set[int]) -> int:
    """The least sure free document of the kind that was looked at least, of several the largest: the `UNSURE`
    least sure of all are divided into kinds by their letters, so that one answer speaks for many."""
    from sklearn.cluster import KMeans
    from sklearn.feature_extraction.text import TfidfVectorizer

    def sure(place: int) -> float:
        return documents[place].confidence or 0.0

    least = sorted(range(len(documents)), key=sure)[:UNSURE]
    texts = [documents[place].text[:READ] for place in least]
    letters = TfidfVectorizer(analyzer="char", ngram_range=(1, 3)).fit_transform(texts)
    different = len(set(texts))
    kinds = KMeans(min(KINDS, different), n_init=1, random_state=0).fit(letters).labels_.tolist()
    kind = dict(zip(least, kinds, strict=True))
    looked = Counter(kind[place] for place in now.said if place in kind)
    sizes = Counter(kinds)
    open_ = [place for place in least if place in free]
    if not open_:
        return min(free, key=sure)
    return min(open_, key=lambda place: (looked[kind[place]], -sizes[kind[place]], sure(place)))


def answers(now: Standing, categories: Sequence[str], separator: str | None) -> tuple[list[int], Targets]:
    """Places of the labelled documents and their targets (`targets.py`); labels of categories that are gone do not
    count."""
    number = {name: place for place, name in enumerate(categories)}
    kept = {
        place: [number[label] for label in entry.labels if label in number]
        for place, entry in sorted(now.labelled.items())
        if separator is not None or (entry.labels and entry.labels[0] in number)
    }
    if separator is None:
        return list(kept), np.array([rows[0] for rows in kept.values()], dtype=np.int64)
    targets = np.zeros((len(kept), len(categories)), dtype=np.int64)
    for row, labels in enumerate(kept.values()):
        targets[row, labels] = 1
    return list(kept), targets


def background_model(
    embeddings: NDArray[np.float32], now: Standing, categories: Sequence[str], separator: str | None
) -> FrozenHead | None:
    """The model of the labels so far; None where they teach nothing yet."""
    places, targets = answers(now, categories, separator)
    return background_head(embeddings, places, targets, len(categories)) if places else None


def worth(
    embeddings: NDArray[np.float32], now: Standing, categories: Sequence[str], separator: str | None
) -> Worth | None:
    """Each document drawn at random is answered by a model that has not seen it; None where these are too few."""
    places, targets = answers(now, categories, separator)
    labelled = now.labelled
    random = np.array([labelled[place].why == "random" for place in places], dtype=np.bool_)
    if random.sum() < FEWEST_RANDOM:
        return None
    folds = np.random.default_rng(0).permutation(len(places)) % FOLDS
    right = 0
    vectors = embeddings[places]
    for number in range(FOLDS):
        asked = (folds == number) & random
        if not asked.any():
            continue
        head = live_head(vectors[folds != number], targets[folds != number], len(categories))
        if head is None:
            continue
        equal = head.predict(vectors[asked]) == targets[asked]
        right += int((equal if equal.ndim == 1 else equal.all(1)).sum())
    documents = int(random.sum())
    return Worth(wilson_interval(right, documents), documents)


def nearest_to(embeddings: NDArray[np.float32], place: int, gone: set[int], shown: int = 5) -> list[int]:
    """Documents without label that are most like one."""
    order = np.argsort(-(embeddings @ embeddings[place]), kind="stable").tolist()
    return [other for other in order if other != place and other not in gone][:shown]


def with_words(documents: Sequence[PileDocument], words: str, gone: set[int], shown: int = 5) -> list[int]:
    """Documents without label that hold all these words."""
    wanted = words.casefold().split()
    found = (place for place, each in enumerate(documents) if place not in gone)
    return [place for place in found if all(word in documents[place].text.casefold() for word in wanted)][:shown]


def table_of(info: PileInfo, documents: Sequence[PileDocument], now: Standing) -> bytes:
    """The pile as CSV, with the labels there are, who gave each and when: what a training learns from."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([info.text_column, info.label_column, WHO, WHEN])
    labelled = now.labelled
    for place, document in enumerate(documents):
        entry = labelled.get(place)
        cell = "" if entry is None else cell_of(entry, info.separator or "")
        writer.writerow([document.text, cell, *signed(entry)])
    return buffer.getvalue().encode("utf-8", "replace")
