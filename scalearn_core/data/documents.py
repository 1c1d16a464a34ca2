"""From the columns of a table to documents: texts joined, labels brought into one form, blank ones set apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.data.column_checks import shorten
from scalearn_core.data.label_cells import NONE, as_lists, listed, separator_of
from scalearn_core.data.label_values import are_values, spelled
from scalearn_core.data.labels import AUTO, find_separator, split_labels
from scalearn_core.data.mapping import Mapping
from scalearn_core.errors import DataError
from scalearn_core.tables.columns import rejected_rows


class Taken(NamedTuple):
    """What the rows of a table are."""

    frame: pd.DataFrame
    """Columns `text` and `label` of those that have both."""
    unlabelled: pd.Series[str]
    """The texts of those without label, where such are kept."""
    left_out: pd.DataFrame
    """The others, as `rejected_rows`."""
    separator: str | None
    """What stands between the labels of a document; None where each has one."""


def take_documents(frame: pd.DataFrame, mapping: Mapping, *, are_lists: bool = False) -> Taken:
    """Texts and labels of the rows of a table.

    The cells of several text columns are put a line each, without the blank ones. Labels stay as typed; of several
    in a cell each is trimmed. An empty list says "none of the labels"; where each document has one label such a
    row has neither a label nor is it without one yet, and is left out.

    Args:
        frame: all columns as `str`, indexed by row number.
        are_lists: whether the cells of the labels were lists in the file.

    Raises:
        DataError: `data.blank_cells` if they are to be refused.
    """
    texts, label, separator, blanks = mapping.texts, mapping.label, mapping.separator, mapping.blanks
    text, labels = joined(frame, texts), frame[label]
    if mapping.rules < 2:
        labels, separator = _label_sets(labels.replace(NONE, ""), separator)
        none = np.zeros(len(labels), dtype=np.bool_)
    else:
        labels, separator, none = _labels(labels, separator, are_lists=are_lists, rules=mapping.rules)
    blank_text, blank_label = is_blank(text), is_blank(labels) & ~none
    blank = blank_text | blank_label
    unlabelled = blank_label & ~blank_text & ~frame[label].where(blank_label, "").map(_is_empty_list)
    if blanks == "refuse" and blank.any():
        rows = frame.index[blank].tolist()
        raise DataError(
            "data.blank_cells", text=" + ".join(texts), label=label, count=len(rows), rows=shorten(rows)
        )
    unlabelled &= blanks == "keep"
    gone = blank & ~unlabelled
    reasons = np.where(blank_text[gone], "blank_text", "blank_label").tolist()
    contents = np.where(blank_text[gone], frame[label][gone], text[gone]).tolist()
    left_out = rejected_rows(zip(frame.index[gone].tolist(), reasons, contents, strict=True))
    documents = pd.DataFrame({"text": text, "label": labels})[~blank]
    return Taken(documents, text[unlabelled].rename("text"), left_out, separator)


def _is_empty_list(cell: str) -> bool:
    return listed(cell) == ()


def _labels(
    cells: pd.Series, separator: str | None, *, are_lists: bool, rules: int
) -> tuple[pd.Series, str | None, NDArray[np.bool_]]:
    """Labels in one form, the separator, and which documents are said to have none of the labels.

    Lists become labels with a separator between them that none of them holds, or one label each; values that are
    spelled otherwise in other formats get one spelling.
    """
    chosen_separator = None if separator == AUTO else separator
    filled = (cell for cell in cells.unique() if cell.strip())
    lists = as_lists(filled, chosen_separator, are_lists=are_lists, rules=rules)
    none = np.zeros(len(cells), dtype=np.bool_)
    if lists is None:
        cells, separator = _label_sets(cells, separator)
    else:
        mark = separator_of(lists)
        if separator == AUTO:
            separator = mark
        if separator is not None:
            none = cells.isin([cell for cell in lists if listed(cell) == ()]).to_numpy(dtype=np.bool_)
            mark = separator
            cells = by_distinct(cells, lambda cell: mark.join(lists.get(cell, ())))
        elif mark is None:
            cells = by_distinct(cells, lambda cell: lists[cell][0] if cell in lists else cell)
        else:
            cells = cells.replace(NONE, "")
    sets = {cell: split_labels(cell.strip(), separator) for cell in cells.unique()}
    if are_values(chain.from_iterable(sets.values())):
        one = {cell: sorted({spelled(label, rules) for label in labels}) for cell, labels in sets.items()}
        cells = by_distinct(cells, lambda cell: (separator or "").join(one[cell]))
    return cells, separator, none


def _label_sets(cells: pd.Series, separator: str | None) -> tuple[pd.Series, str | None]:
    """Of several labels in a cell each once, trimmed; of one label the cell as typed."""
    if separator == AUTO:
        counts = cells.str.strip().value_counts()
        separator = find_separator({str(cell): number for cell, number in counts.items() if cell})
    if separator is None:
        return cells, None
    mark = separator
    return by_distinct(cells, lambda cell: mark.join(split_labels(cell, mark))), mark


def joined(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """The cells of a row below one another, without the blank ones; one column stays as it is."""
    first, *others = (frame[column] for column in columns)
    for other in others:
        both = (first + "\n" + other).where(~is_blank(first), other)
        first = first.where(is_blank(other), both)
    return first


def is_blank(cells: pd.Series) -> pd.Series:
    """Which cells hold nothing but whitespace, or an empty list."""
    bare = cells.str.strip()
    return (bare == "") | (bare == NONE)


def by_distinct(cells: pd.Series, function: Callable[[str], str]) -> pd.Series:
    """The function's value for each cell, found once per different cell."""
    codes, distinct = pd.factorize(cells)
    values = pd.Series([function(cell) for cell in distinct], dtype=cells.dtype)
    return values.iloc[codes].set_axis(cells.index)
