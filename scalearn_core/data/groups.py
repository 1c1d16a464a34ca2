"""Groups of documents that must stay on one side of a split, so that training does not give away test answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Groups = Sequence[int] | NDArray[np.int64]
"""A number per document, shape [n]: those with the same one, from 0 on, belong together; below 0 is none."""


def group_documents(texts: Sequence[str], numbers: Groups | None = None) -> list[list[int]]:
    """Documents that must stay together, group by group in the order of their first ones.

    Args:
        texts: those with the same one (but for case and outer whitespace) are together,
        numbers: and those with the same number, from 0 on; chains of both are one group.
    """
    by_text: dict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(texts):
        by_text[text.strip().casefold()].append(i)
    groups = list(by_text.values())
    if numbers is None:
        return groups
    of_text = np.empty(len(texts), dtype=np.int64)
    for number, members in enumerate(groups):
        of_text[members] = number
    joined = join_groups([of_text, np.asarray(numbers, dtype=np.int64)])
    order = np.argsort(joined, kind="stable")
    return [part.tolist() for part in np.split(order, np.flatnonzero(np.diff(joined[order])) + 1)]


def join_groups(groupings: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """One number per document, the same for those that any grouping, or a chain of them, holds together.

    Args:
        groupings: a number for each document, each of shape [n], at least one; below 0 is no group.

    Returns:
        Numbers from 0 on in the order of the first documents, shape [n].
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(groupings[0])
    documents, nodes, first = [], [], n  # a node for each document, and behind them one for each group
    for numbers in groupings:
        mine = np.flatnonzero(numbers >= 0)
        _, group = np.unique(numbers[mine], return_inverse=True)
        documents.append(mine)
        nodes.append(first + group)
        first += int(group.max(initial=-1)) + 1
    ends = np.concatenate(documents), np.concatenate(nodes)
    graph = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(first, first))
    components = connected_components(graph, directed=False)[1][:n]
    _, firsts, inverse = np.unique(components, return_index=True, return_inverse=True)
    rank = np.empty(len(firsts), dtype=np.int64)
    rank[np.argsort(firsts)] = np.arange(len(firsts))
    return rank[inverse]
