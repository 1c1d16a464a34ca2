"""Divide documents into train, validation and test so that a score means something.

The same documents, fractions and seed give the same split in any process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scalearn_core.data.limits import MIN_TRAIN_FOR_VALIDATION
from scalearn_core.errors import DataError
from scalearn_core.targets import Targets, are_several, indicators

TRAIN, VALIDATION, TEST = range(3)


def assign_parts(
    texts: Sequence[str], targets: Targets, *, test: float, validation: float, seed: int
) -> NDArray[np.int64]:
    """Say for each document which part it belongs to, stratified by class.

    Documents with the same text (but for case and outer whitespace) are one group and stay together, so no
    test document was seen in training. Every class is in train; every class with two groups or more is in
    test too, unless each of its texts also stands under another class that needs it for training. Validation
    is left empty when fewer than `MIN_TRAIN_FOR_VALIDATION` documents would remain for training. Documents of
    several classes are dealt out by iterative stratification (see `_deal`).

    Args:
        texts: n documents.
        targets: Classes of each (`targets.py`).
        test: Share of documents to test on, between 0 and 1.
        validation: Share to choose settings and the best epoch on.
        seed: Decides which documents go where.

    Returns:
        `TRAIN`, `VALIDATION` or `TEST` for each document, shape [n].

    Raises:
        DataError: `data.split_fraction`, or `data.empty_test` if every class has only one distinct text.
    """
    if not (0 < test < 1 and 0 <= validation < 1 and test + validation < 1):
        raise DataError("data.split_fraction", test=test, validation=validation)
    if len(texts) * (1 - test - validation) < MIN_TRAIN_FOR_VALIDATION:
        validation = 0.0
    groups = _group_by_text(texts)
    order = np.random.default_rng(seed).permutation(len(groups))
    members = [groups[i] for i in order]
    has = indicators(targets, int(targets.max(initial=0)) + 1)
    classes = [np.flatnonzero(has[group].any(0)).tolist() for group in members]
    part_of_group = _anchor_classes(classes)
    shares = np.array([1 - test - validation, validation, test])
    if are_several(targets):
        _deal(part_of_group, np.array([has[group].sum(0) for group in members]), shares, list(map(len, members)))
    else:
        _fill_up(part_of_group, members, classes, shares)
    parts = np.empty(len(texts), dtype=np.int64)
    for group, part in enumerate(part_of_group):
        parts[members[group]] = part
    if TEST not in parts:
        raise DataError("data.empty_test")
    return parts


def _group_by_text(texts: Sequence[str]) -> list[list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(texts):
        groups[text.strip().casefold()].append(i)
    return list(groups.values())


def _anchor_classes(classes: Sequence[Sequence[int]]) -> list[int]:
    """Give each class a group in train, then one in test. Returns each group's part, -1 where still open.

    Rare classes choose first, and groups of one class before groups shared with others, so that one class
    seldom takes the last group of another.
    """
    groups_of: dict[int, list[int]] = defaultdict(list)
    for group, present in enumerate(classes):
        for label in present:
            groups_of[label].append(group)
    rare_first = sorted(groups_of, key=lambda label: (len(groups_of[label]), label))
    part_of_group = [-1] * len(classes)
    for part in (TRAIN, TEST):
        for label in rare_first:
            groups = groups_of[label]
            if len(groups) == 1 and part == TEST:
                continue
            if any(part_of_group[group] == part for group in groups):
                continue
            still_open = [group for group in groups if part_of_group[group] == -1]
            if still_open:
                part_of_group[min(still_open, key=lambda group: len(classes[group]))] = part
    return part_of_group


def _fill_up(
    part_of_group: list[int],
    members: Sequence[Sequence[int]],
    classes: Sequence[Sequence[int]],
    shares: NDArray[np.float64],
) -> None:
    """Place the open groups, class by class, each where most documents are missing; changes `part_of_group`.

    What rounding leaves over in one class is carried to the next: 77 classes of five documents would
    otherwise have no validation document at all.
    """
    groups_of: dict[int, list[int]] = defaultdict(list)
    for group, present in enumerate(classes):
        groups_of[present[0]].append(group)
    carried = np.zeros(len(shares))
    for label in sorted(groups_of):
        groups = groups_of[label]
        missing = shares * sum(len(members[group]) for group in groups) + carried
        open_groups = []
        for group in groups:
            if part_of_group[group] == -1:
                open_groups.append(group)
            else:
                missing[part_of_group[group]] -= len(members[group])
        missing[shares == 0] = -np.inf  # an unwanted part must not win when the others are full
        # Large groups first (the sort keeps the random order of equals): small ones can still even them out.
        for group in sorted(open_groups, key=lambda group: -len(members[group])):
            part = int(np.argmax(missing))
            part_of_group[group] = part
            missing[part] -= len(members[group])
        carried = np.clip(missing, -1, 1)


def _deal(
    part_of_group: list[int], has: NDArray[np.int64], shares: NDArray[np.float64], sizes: Sequence[int]
) -> None:
    """Place the open groups by iterative stratification (Sechidis et al. 2011); changes `part_of_group`.

    The label of which least is left comes first, and each of its groups goes where most of that label is missing,
    and of equals where most documents are.

    Args:
        has: documents with each label in each group, `[groups, labels]`.
        shares: of the documents, for each part.
        sizes: documents in each group.
    """
    missing = shares[:, None] * has.sum(0)  # [parts, labels]
    room = shares * sum(sizes)
    missing[shares == 0], room[shares == 0] = -np.inf, -np.inf
    for group, part in enumerate(part_of_group):
        if part >= 0:
            missing[part] -= has[group]
            room[part] -= sizes[group]
    waiting = np.array(part_of_group) < 0
    while waiting.any():
        left = has[waiting].sum(0).astype(np.float64)
        left[left == 0] = np.inf
        label = int(left.argmin())
        mine = waiting & (has[:, label] > 0) if np.isfinite(left[label]) else waiting
        for group in sorted(np.flatnonzero(mine).tolist(), key=lambda number: -sizes[number]):
            wanted = missing[:, label] if np.isfinite(left[label]) else room
            part = int(np.lexsort((-room, -wanted))[0])
            part_of_group[group] = part
            missing[part] -= has[group]
            room[part] -= sizes[group]
            waiting[group] = False


def stratified_folds(
    targets: Targets, number: int, seed: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Document numbers to train on and to hold out, of so many folds with the classes spread evenly.

    Args:
        targets: each class of two documents or more.
        number: folds, fewer where a class of one label per document has fewer documents; at least 2.
    """
    if not are_several(targets):
        from sklearn.model_selection import StratifiedKFold

        number = min(number, int(np.unique(targets, return_counts=True)[1].min()))
        return list(StratifiedKFold(number, shuffle=True, random_state=seed).split(targets, targets))
    order = np.random.default_rng(seed).permutation(len(targets))
    number = min(number, len(targets))
    folds = [-1] * len(targets)
    with_and_without = np.concatenate([targets, 1 - targets], axis=1)  # a classifier must have seen either
    _deal(folds, with_and_without[order], np.full(number, 1 / number), [1] * len(targets))
    fold = np.empty(len(targets), dtype=np.int64)
    fold[order] = folds
    return [(np.flatnonzero(fold != part), np.flatnonzero(fold == part)) for part in range(number)]
