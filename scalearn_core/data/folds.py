"""Divide documents into folds, so that each is tested once by a model that has not seen similar ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scalearn_core.data.groups import Groups, group_documents
from scalearn_core.data.splits import deal
from scalearn_core.targets import Targets, are_multi_label, indicators

ALWAYS_LEARNED = -1
"""In no fold: without this document nothing would be learned of one of its labels."""


def grouped_folds(
    texts: Sequence[str],
    targets: Targets,
    number: int,
    seed: int,
    *,
    groups: Groups | None = None,
) -> NDArray[np.int64]:
    """The fold of each document, stratified by label; documents of one text or group are in one fold.

    A label whose documents would all be tested at once, as they have one text or group, could not be learned then:
    these documents are in no fold.

    Args:
        texts: n documents.
        targets: their labels (`targets.py`).
        number: of folds; at least 2.
        seed: decides which documents are tested together.
        groups: documents with the same number, from 0 on, stay together as well.

    Returns:
        0 to `number` - 1, or `ALWAYS_LEARNED`, for each document, shape [n].
    """
    blocks = group_documents(texts, groups)
    order = np.random.default_rng(seed).permutation(len(blocks))
    members = [blocks[i] for i in order]
    has = indicators(targets, int(targets.max(initial=0)) + 1)
    dealt = (
        np.concatenate([has, ~has], axis=1) if are_multi_label(targets) else has
    )  # a classifier must see either
    fold_of_group = [ALWAYS_LEARNED] * len(members)
    counts = np.array([dealt[group].sum(0) for group in members])
    deal(fold_of_group, counts, np.full(number, 1 / number), [len(group) for group in members])
    folds = np.empty(len(texts), dtype=np.int64)
    for group, fold in zip(members, fold_of_group, strict=True):
        folds[group] = fold
    for label in has.T:
        if label.any() and len(set(folds[label].tolist())) == 1:
            folds[label] = ALWAYS_LEARNED
    return folds
