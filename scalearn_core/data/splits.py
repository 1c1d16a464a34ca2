"""Divide documents into train, validation and test so that a score means something.

The same documents, fractions, groups and seed give the same split in any process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from scalearn_core.data.groups import Groups, group_documents
from scalearn_core.data.parts import Part
from scalearn_core.errors import DataError
from scalearn_core.tables.limits import MIN_TRAIN_FOR_VALIDATION
from scalearn_core.targets import Targets, are_multi_label, indicators

OPEN = -1
"""Not yet in a part."""


def assign_parts(
    texts: Sequence[str],
    targets: Targets,
    *,
    test: float,
    validation: float,
    seed: int,
    groups: Groups | None = None,
) -> NDArray[np.int64]:
    """Say for each document which part it belongs to, stratified by class.

    Documents with the same text (but for case and outer whitespace) are one group and stay together, so no
    test document was seen in training. Every class is in train; every class with two groups or more is in
    test too, unless each of its texts also stands under another class that needs it for training. Validation
    is left empty when fewer than `MIN_TRAIN_FOR_VALIDATION` documents would remain for training. Documents of
    several classes are dealt out by iterative stratification (see `deal`).

    Args:
        texts: n documents.
        targets: Classes of each (`targets.py`).
        test: Share of documents to test on, between 0 and 1.
        validation: Share to choose settings and the best epoch on.
        seed: Decides which documents go where.
        groups: Documents with the same number, from 0 on, stay together too; below 0 is no group.

    Returns:
        `Part.TRAIN`, `Part.VALIDATION` or `Part.TEST` for each document, shape [n].

    Raises:
        DataError: `data.split_fraction`; `data.empty_test` if every class has only one distinct text, or
            `data.empty_test_groups` if every class stands in one group only.
    """
    check_shares(test, validation)
    if len(texts) * (1 - test - validation) < MIN_TRAIN_FOR_VALIDATION:
        validation = 0.0
    parts = _divide(texts, targets, np.array([1 - test - validation, validation, test]), seed, groups)
    if Part.TEST not in parts:
        raise DataError("data.empty_test" if groups is None else "data.empty_test_groups")
    return parts


def check_shares(test: float, validation: float) -> None:
    """Raises DataError `data.split_fraction` unless something is left for each part."""
    if not (0 < test < 1 and 0 <= validation < 1 and test + validation < 1):
        raise DataError("data.split_fraction", test=test, validation=validation)


def complete_parts(
    given: NDArray[np.int64],
    texts: Sequence[str],
    targets: Targets,
    *,
    validation: float,
    seed: int,
    groups: Groups | None = None,
) -> NDArray[np.int64]:
    """Say where the other documents go when the user has said which ones to test on.

    The test documents stay as given. Others with the text or of the group of one of them would have been seen
    before the test, so they are `Part.KEPT_OUT`. Where no validation document is given, they are drawn from the
    rest, stratified as in `assign_parts`.

    Args:
        given: `Part.TEST`, `Part.VALIDATION` or `OPEN` for each document, shape [n]; at least one is to test on.
        validation: Share of all documents to draw.
        groups: As in `assign_parts`.

    Returns:
        `Part.TRAIN`, `Part.VALIDATION`, `Part.TEST` or `Part.KEPT_OUT` for each document, shape [n].

    Raises:
        DataError: `data.empty_train`, if nothing is left to learn from.
    """
    parts = given.copy()
    for members in group_documents(texts, groups):
        if (given[members] == Part.TEST).any():
            parts[members] = np.where(given[members] == Part.TEST, Part.TEST, Part.KEPT_OUT)
    rest = np.flatnonzero(parts == OPEN)
    if not len(rest):
        raise DataError("data.empty_train")
    wanted = validation * len(texts)
    share = wanted / len(rest) if len(rest) - wanted >= MIN_TRAIN_FOR_VALIDATION else 0.0
    if share == 0 or Part.VALIDATION in given:
        parts[rest] = Part.TRAIN
    else:
        mine = None if groups is None else np.asarray(groups)[rest]
        shares = np.array([1 - share, share, 0.0])
        parts[rest] = _divide([texts[i] for i in rest.tolist()], targets[rest], shares, seed, mine)
    return parts


def _divide(
    texts: Sequence[str], targets: Targets, shares: NDArray[np.float64], seed: int, numbers: Groups | None
) -> NDArray[np.int64]:
    """The part of each document, shape [n].

    Args:
        shares: of `Part.TRAIN`, `Part.VALIDATION` and `Part.TEST`; none in a part whose share is 0.
        numbers: of groups, as in `assign_parts`.
    """
    groups = group_documents(texts, numbers)
    order = np.random.default_rng(seed).permutation(len(groups))
    members = [groups[i] for i in order]
    classes = _classes_of(members, targets)
    sizes = list(map(len, members))
    part_of_group = _anchor_classes(
        classes,
        [0] * len(sizes) if numbers is None else sizes,
        (Part.TRAIN, Part.TEST) if shares[Part.TEST] else (Part.TRAIN,),
    )
    if are_multi_label(targets) or numbers is not None:  # either has groups of several classes
        has = indicators(targets, int(targets.max(initial=0)) + 1)
        deal(part_of_group, np.array([has[group].sum(0) for group in members]), shares, sizes)
    else:
        _fill_up(part_of_group, members, classes, shares)
    parts = np.empty(len(texts), dtype=np.int64)
    parts[np.fromiter(chain.from_iterable(members), np.int64, len(texts))] = np.repeat(part_of_group, sizes)
    return parts


def _classes_of(groups: Sequence[Sequence[int]], targets: Targets) -> list[list[int]]:
    """The classes that the documents of each group have."""
    if are_multi_label(targets):
        return [np.flatnonzero(targets[group].any(0)).tolist() for group in groups]
    label = targets.tolist()
    return [sorted({label[document] for document in group}) for group in groups]


def _anchor_classes(classes: Sequence[Sequence[int]], sizes: Sequence[int], anchored: Sequence[int]) -> list[int]:
    """Give each class a group in train, then one in test. Returns each group's part, `OPEN` where still open.

    Rare classes choose first, and groups of one class before groups shared with others, so that one class
    seldom takes the last group of another; of those the smallest.
    """
    groups_of: dict[int, list[int]] = defaultdict(list)
    for group, present in enumerate(classes):
        for label in present:
            groups_of[label].append(group)
    rare_first = sorted(groups_of, key=lambda label: (len(groups_of[label]), label))
    part_of_group = [OPEN] * len(classes)
    for part in anchored:
        for label in rare_first:
            groups = groups_of[label]
            if len(groups) == 1 and part == Part.TEST:
                continue
            if any(part_of_group[group] == part for group in groups):
                continue
            still_open = [group for group in groups if part_of_group[group] == OPEN]
            if still_open:
                part_of_group[min(still_open, key=lambda group: (len(classes[group]), sizes[group]))] = part
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
            if part_of_group[group] == OPEN:
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


def deal(
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


Folds = list[tuple[NDArray[np.int64], NDArray[np.int64]]]
"""Document numbers to train on and to hold out, of each fold."""


def stratified_folds(targets: Targets, number: int, seed: int) -> Folds:
    """Document numbers to train on and to hold out, of so many folds with the classes spread evenly.

    Args:
        targets: each class of two documents or more.
        number: folds, fewer where a class of one label per document has fewer documents; at least 2.
    """
    if not are_multi_label(targets):
        from sklearn.model_selection import StratifiedKFold

        number = min(number, int(np.unique(targets, return_counts=True)[1].min()))
        return list(StratifiedKFold(number, shuffle=True, random_state=seed).split(targets, targets))
    order = np.random.default_rng(seed).permutation(len(targets))
    number = min(number, len(targets))
    folds = [-1] * len(targets)
    with_and_without = np.concatenate([targets, 1 - targets], axis=1)  # a classifier must have seen either
    deal(folds, with_and_without[order], np.full(number, 1 / number), [1] * len(targets))
    fold = np.empty(len(targets), dtype=np.int64)
    fold[order] = folds
    return [(np.flatnonzero(fold != part), np.flatnonzero(fold == part)) for part in range(number)]
