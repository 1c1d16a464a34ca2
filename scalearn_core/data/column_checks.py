"""Whether two columns of a table can be texts and labels to learn from."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from scalearn_core.errors import DataError
from scalearn_core.tables import limits

SHOWN = 20


def check_columns(columns: Sequence[str], *, texts: Sequence[str], label: str) -> None:
    """All columns exist and differ. Raises DataError as `check_column`, or `data.same_column`."""
    chosen = [*texts, label]
    for column in chosen:
        check_column(columns, column)
        if chosen.count(column) > 1:
            raise DataError("data.same_column", column=column)


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


def check_formulas(
    without_value: Mapping[str, Sequence[int]], *, texts: Sequence[str], label: str, bearable: int
) -> None:
    """The chosen columns are not made of formulas whose values the workbook does not hold.

    Args:
        without_value: by column, the rows with such a cell.
        texts, label: the columns; a row counts for the texts where all of them are so.
        bearable: rows that may be so.

    Raises:
        DataError: `data.formulas_without_value`.
    """
    of_texts = set.intersection(*(set(without_value.get(column, ())) for column in texts))
    for column, rows in ((" + ".join(texts), sorted(of_texts)), (label, without_value.get(label, ()))):
        if len(rows) > bearable:
            raise DataError("data.formulas_without_value", column=column, count=len(rows), rows=shorten(rows))


def check_labels(
    counts: Mapping[str, int], documents: int, column: str, *, to_learn: bool = True, unlabelled: int = 0
) -> None:
    """There is something to learn and to test: two classes of two documents or more, not a class per row.

    To score a model a single document will do.

    Args:
        counts: documents per label.
        documents: how many have labels.
        column: where the labels come from, for the sentence.
        unlabelled: how many further documents have no label.

    Raises:
        DataError: `data.too_few_labelled`, `data.no_documents`, `data.one_document`, `data.one_class`,
            `data.labels_nearly_unique`, `data.too_many_classes` or `data.too_few_repeated`.
    """
    repeated = sum(count > 1 for count in counts.values())
    if unlabelled and to_learn and repeated < 2:
        values = {"labelled": documents, "documents": documents + unlabelled, "count": repeated}
        raise DataError("data.too_few_labelled", column=column, **values)
    if not counts:
        raise DataError("data.no_documents", column=column)
    if not to_learn:
        return
    if documents == 1:
        raise DataError("data.one_document")
    if len(counts) == 1:
        raise DataError("data.one_class", column=column, label=next(iter(counts)))
    nearly_unique = len(counts) > limits.MAX_DISTINCT_LABEL_SHARE * sum(counts.values())
    if nearly_unique and documents >= limits.MIN_ROWS_FOR_DISTINCT:
        raise DataError("data.labels_nearly_unique", column=column, count=len(counts), rows=documents)
    if len(counts) > limits.MAX_CLASSES:
        raise DataError("data.too_many_classes", column=column, count=len(counts), limit=limits.MAX_CLASSES)
    if repeated < 2:
        raise DataError("data.too_few_repeated", column=column, count=repeated)


def shorten(items: Sequence[object]) -> str:
    """The first items, separated by commas; an ellipsis stands for the others."""
    return ", ".join(map(str, items[:SHOWN])) + (", ..." if len(items) > SHOWN else "")
