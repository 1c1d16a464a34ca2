"""Whether two columns of a table can be texts and labels to learn from."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from scalearn_core.data import limits
from scalearn_core.errors import DataError

SHOWN = 20


def check_columns(columns: Sequence[str], *, text: str, label: str) -> None:
    """Both columns exist and differ. Raises DataError as `check_column`, or `data.same_column`."""
    check_column(columns, text)
    check_column(columns, label)
    if text == label:
        raise DataError("data.same_column", column=text)


def check_column(columns: Sequence[str], column: str) -> None:
    """The column exists. Raises DataError `data.column_missing`, or `..._closest` with the nearest name."""
    if column in columns:
        return
    by_folded = {name.casefold(): name for name in columns}
    closest = difflib.get_close_matches(column.strip().casefold(), by_folded, n=1)
    listed = shorten(columns)
    if closest:
        name = by_folded[closest[0]]
        raise DataError("data.column_missing_closest", column=column, columns=listed, closest=name)
    raise DataError("data.column_missing", column=column, columns=listed)


def check_labels(labels: Sequence[Sequence[str]], column: str, *, to_learn: bool = True) -> None:
    """There is something to learn and to test: two classes of two documents or more, not a class per row.

    To score a model a single document will do.

    Args:
        labels: Those of each document, at least one.
        column: Where they come from, for the sentence.

    Raises:
        DataError: `data.no_documents`, `data.one_document`, `data.one_class`, `data.labels_nearly_unique`,
            `data.too_many_classes` or `data.too_few_repeated`.
    """
    counts = Counter(chain.from_iterable(labels))
    if not counts:
        raise DataError("data.no_documents", column=column)
    if not to_learn:
        return
    if len(labels) == 1:
        raise DataError("data.one_document")
    if len(counts) == 1:
        raise DataError("data.one_class", column=column, label=labels[0][0])
    nearly_unique = len(counts) > limits.MAX_DISTINCT_LABEL_SHARE * counts.total()
    if nearly_unique and len(labels) >= limits.MIN_ROWS_FOR_DISTINCT:
        raise DataError("data.labels_nearly_unique", column=column, count=len(counts), rows=len(labels))
    if len(counts) > limits.MAX_CLASSES:
        raise DataError("data.too_many_classes", column=column, count=len(counts), limit=limits.MAX_CLASSES)
    repeated = sum(count > 1 for count in counts.values())
    if repeated < 2:
        raise DataError("data.too_few_repeated", column=column, count=repeated)


def shorten(items: Sequence[object]) -> str:
    """The first items, separated by commas; an ellipsis stands for the others."""
    return ", ".join(map(str, items[:SHOWN])) + (", ..." if len(items) > SHOWN else "")
