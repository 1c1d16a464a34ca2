"""A table of documents of which few or none have a label yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.data.column_checks import check_column
from scalearn_core.data.documents import is_blank, joined, take_documents
from scalearn_core.data.label_cells import NONE
from scalearn_core.data.labels import AUTO, split_labels
from scalearn_core.data.mapping import Mapping, columns_of
from scalearn_core.data.near_duplicates import as_seen
from scalearn_core.errors import DataError
from scalearn_core.tables.reader import Table
from scalearn_core.targets import Targets

MOST = 5_000
"""Documents without label that are read at most; of more, so many are drawn."""


@dataclass(frozen=True, eq=False)
class Pile:
    """Each text once, in file order; of equal ones the first that has a label, else the first."""

    rows: tuple[int, ...]
    """Numbers in the file; the header is row 1."""
    texts: tuple[str, ...]
    cells: tuple[str | None, ...]
    """The label of each document (several joined by `separator`); None: none yet."""
    separator: str | None
    drawn_from: int
    """Different documents of the table, of which these were drawn."""
    without_text: int

    @property
    def labelled(self) -> NDArray[np.bool_]:
        return np.array([cell is not None for cell in self.cells], dtype=np.bool_)

    @property
    def labels(self) -> tuple[str, ...]:
        """All that some document has, sorted."""
        found = {label for cell in self.cells if cell for label in split_labels(cell, self.separator)}
        return tuple(sorted(found))

    def targets(self, labels: tuple[str, ...]) -> Targets:
        """Of the labelled documents, in order (`targets.py`); labels that are not among `labels` are no target."""
        place = {label: number for number, label in enumerate(labels)}
        cells = [cell for cell in self.cells if cell is not None]
        if self.separator is None:
            return np.array([place.get(cell, -1) for cell in cells], dtype=np.int64)
        found = np.zeros((len(cells), len(labels)), dtype=np.int64)
        for row, cell in enumerate(cells):
            for label in split_labels(cell, self.separator):
                if label in place:
                    found[row, place[label]] = 1
        return found


def pile_of_table(
    table: Table,
    text: str | tuple[str, ...] | list[str],
    label: str | None,
    *,
    separator: str | None = AUTO,
    each_once: bool = True,
    most: int = MOST,
    seed: int = 0,
) -> Pile:
    """The documents of a table, whether they have a label or not.

    Args:
        text, label: columns; without a column of labels no document has one.
        each_once: whether equal texts are one document; else all rows are kept, however many.
        most: documents without label that are kept; those with one all are.

    Raises:
        DataError: a column is missing, or no row has a text.
    """
    columns = list(table.frame.columns)
    texts = columns_of(text)
    for column in (*texts, *([label] if label else [])):
        check_column(columns, column)
    if label in texts:
        raise DataError("data.same_column", column=label)
    if is_blank(joined(table.frame, texts)).all():
        raise DataError("review.no_texts", column=" + ".join(texts))
    if label is None:
        documents = joined(table.frame, texts)
        documents = documents[~is_blank(documents)]
        frame = pd.DataFrame({"text": documents, "cell": None})
        separator = None
    else:
        taken = take_documents(
            table.frame, Mapping(texts, label, separator=separator), are_lists=label in table.lists
        )
        separator = taken.separator
        known = taken.frame.rename(columns={"label": "cell"})
        known["cell"] = known["cell"].str.strip()
        frame = pd.concat([known, taken.unlabelled.to_frame("text").assign(cell=None)]).sort_index()
    frame = frame.astype(object)
    rows = len(table.frame) - len(frame)
    if not each_once:
        return _pile(frame, separator, len(frame), rows)
    return _each_once(frame, separator, rows, most, seed)


def _pile(frame: pd.DataFrame, separator: str | None, drawn_from: int, without_text: int) -> Pile:
    cells = (None if cell is None or cell != cell else "" if cell == NONE else cell for cell in frame["cell"])
    rows = tuple(int(row) for row in frame.index)
    return Pile(rows, tuple(frame["text"]), tuple(cells), separator, drawn_from, without_text)


def _each_once(frame: pd.DataFrame, separator: str | None, without_text: int, most: int, seed: int) -> Pile:
    """Equal texts become one document; of too many without label so many are drawn, in file order."""
    has = frame["cell"].notna().to_numpy(dtype=np.bool_)
    order = np.concatenate([np.flatnonzero(has), np.flatnonzero(~has)])
    first: dict[str, int] = {}
    for place in order.tolist():
        first.setdefault(as_seen(str(frame["text"].iat[place])), place)
    kept = np.sort(np.array(list(first.values()), dtype=np.int64))
    unlabelled = kept[~has[kept]]
    if len(unlabelled) > most:
        drawn = np.random.default_rng(seed).permutation(unlabelled)[:most]
        kept_now = np.sort(np.concatenate([kept[has[kept]], drawn]))
    else:
        kept_now = kept
    return _pile(frame.iloc[kept_now], separator, len(kept), without_text)
