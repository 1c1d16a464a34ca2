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

TRAIN, VALIDATION, TEST = range(3)


def assign_parts(
    texts: Sequence[str], targets: NDArray[np.int64], *, test: float, validation: float, seed: int
) -> NDArray[np.int64]:
    """Say for each document which part it belongs to, stratified by class.

    Documents with the same text (but for case and outer whitespace) are one group and stay together, so no
    test document was seen in training. Every class is in train; every class with two groups or more is in
    test too, unless each of its texts also stands under another class that needs it for training. Validation
    is left empty when fewer than `MIN_TRAIN_FOR_VALIDATION` documents would remain for training.

    Args:
        texts: n documents.
        targets: Class index of each, shape [n].
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
    classes = [sorted({int(targets[i]) for i in group}) for group in members]
    part_of_group = _anchor_classes(classes)
    _fill_up(part_of_group, members, classes, np.array([1 - test - validation, validation, test]))
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
