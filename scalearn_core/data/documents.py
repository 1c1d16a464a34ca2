"""From the columns of a table to documents: texts joined, labels brought into one form, blank ones set apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from scalearn_core.data.column_checks import shorten
from scalearn_core.data.labels import AUTO, find_separator, split_labels
from scalearn_core.errors import DataError
from scalearn_core.tables.columns import rejected_rows

Blanks = Literal["refuse", "leave_out"]


def take_documents(
    frame: pd.DataFrame, texts: Sequence[str], label: str, *, separator: str | None, blanks: Blanks
) -> tuple[pd.DataFrame, pd.DataFrame, str | None]:
    """Columns `text` and `label` of the rows that have both, the rows that have not, and the separator.

    Args:
        frame: all columns as `str`, indexed by row number.
        texts: columns whose cells make up a text, a line each; blank ones are passed over.
        label: the column with the labels, which stay as typed; of several in a cell each is trimmed.
        separator: as in `TextDataset.from_table`.
        blanks: as in `TextDataset.from_table`.

    Raises:
        DataError: `data.blank_cells` if they are to be refused.
    """
    text, labels = joined(frame, texts), frame[label]
    if separator == AUTO:
        counts = labels.str.strip().value_counts()
        separator = find_separator({str(cell): number for cell, number in counts.items() if cell})
    if separator is not None:
        mark = separator
        labels = by_distinct(labels, lambda cell: mark.join(split_labels(cell, mark)))
    blank_text, blank_label = is_blank(text), is_blank(labels)
    blank = blank_text | blank_label
    if blanks == "refuse" and blank.any():
        rows = frame.index[blank].tolist()
        raise DataError(
            "data.blank_cells", text=" + ".join(texts), label=label, count=len(rows), rows=shorten(rows)
        )
    reasons = np.where(blank_text[blank], "blank_text", "blank_label").tolist()
    contents = np.where(blank_text[blank], frame[label][blank], text[blank]).tolist()
    left_out = rejected_rows(zip(frame.index[blank].tolist(), reasons, contents, strict=True))
    return pd.DataFrame({"text": text, "label": labels})[~blank], left_out, separator


def columns_of(text: str | Sequence[str]) -> tuple[str, ...]:
    """One column or several, as several."""
    return (text,) if isinstance(text, str) else tuple(text)


def joined(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """The cells of a row below one another, without the blank ones; one column stays as it is."""
    first, *others = (frame[column] for column in columns)
    for other in others:
        both = (first + "\n" + other).where(~is_blank(first), other)
        first = first.where(is_blank(other), both)
    return first


def is_blank(cells: pd.Series) -> pd.Series:
    """Which cells hold nothing but whitespace."""
    return cells.str.strip() == ""


def by_distinct(cells: pd.Series, function: Callable[[str], str]) -> pd.Series:
    """The function's value for each cell, found once per different cell."""
    codes, distinct = pd.factorize(cells)
    found = pd.Series([function(cell) for cell in distinct], dtype=cells.dtype)
    return found.iloc[codes].set_axis(cells.index)
