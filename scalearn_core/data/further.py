"""A further file of documents: all of them are without label, whatever else stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from scalearn_core.data.column_checks import shorten
from scalearn_core.data.documents import is_blank, joined
from scalearn_core.data.near_duplicates import as_seen
from scalearn_core.errors import DataError
from scalearn_core.tables.columns import rejected_rows
from scalearn_core.tables.content import OnProgress
from scalearn_core.tables.reader import Table, read_table
from scalearn_core.tables.reading import AS_FOUND, Reading

LOOKED_AT = 1_000
"""Cells by which a column of texts is told."""
WORDS, SIGNS = 4, 12
"""From so many words, or signs of Japanese, Chinese or Korean, on a cell is a text."""
MOST = 0.5
"""Share of the cells above which a column holds texts, and of its cells that must differ."""

_SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\uac00-\ud7af]")


@dataclass(frozen=True, eq=False)
class Further:
    """A file beside the table, as it was read."""

    table: Table
    texts: tuple[str, ...]
    """The columns of the texts."""
    name: str
    """What sentences call it."""


def read_named(
    source: str | Path | bytes, columns: Sequence[str], reading: Reading, on_progress: OnProgress | None = None
) -> Table:
    """Read a table of which these columns are known. Raises DataError as `read_table`."""
    table = read_table(source, reading, on_progress=on_progress)
    if reading.header is None and not table.header and not set(columns) <= set(table.frame.columns):
        # Its first row is like the others, but who names the columns knows better.
        named = read_table(source, replace(reading, header=True), on_progress=on_progress)
        return named if set(columns) <= set(named.frame.columns) else table
    return table


def read_further(
    source: str | Path | bytes,
    texts: Sequence[str],
    reading: Reading = AS_FOUND,
    *,
    name: str | None = None,
    exactly: bool = False,
    on_progress: OnProgress | None = None,
) -> Further:
    """Read a file of documents without label.

    Args:
        source: a path, or a file's content.
        texts: the columns of the texts in the table it stands beside, looked for here too.
        reading: as of that table; a sheet that is named concerns workbooks alone.
        name: what to call it; by default the file's name.
        exactly: whether no other column will do.

    Raises:
        DataError: `data.unlabelled_empty`, `data.unlabelled_columns`, or as `read_table`.
    """
    name = name or ("table" if isinstance(source, bytes) else Path(source).name)
    try:
        table = read_named(source, texts, reading, on_progress)
    except DataError as error:
        if error.code in ("data.empty_file", "data.no_rows"):
            raise DataError("data.unlabelled_empty", name=name) from error
        if error.code != "data.sheet_in_text_table":
            raise
        table = read_named(source, texts, replace(reading, sheet=None), on_progress)
    text_names = tuple(texts) if exactly else text_columns(table.frame, texts)
    if not text_names or not set(text_names) <= set(table.frame.columns):
        columns = shorten(list(table.frame.columns))
        raise DataError("data.unlabelled_columns", name=name, texts=" + ".join(texts), columns=columns)
    return Further(table, text_names, name)


def text_columns(frame: pd.DataFrame, texts: Sequence[str]) -> tuple[str, ...]:
    """Those of these names, else the only column that holds texts; none where that is not clear."""
    columns = list(frame.columns)
    if set(texts) <= set(columns):
        return tuple(texts)
    with_texts = columns if len(columns) == 1 else [column for column in columns if holds_texts(frame[column])]
    return tuple(with_texts) if len(with_texts) == 1 else ()


def holds_texts(cells: pd.Series[str]) -> bool:
    """Whether most cells of a column are several words, and differ."""
    some = [cell for cell in cells.head(LOOKED_AT).tolist() if cell.strip()]
    long = sum(len(cell.split()) >= WORDS or len(_SIGNS.findall(cell)) >= SIGNS for cell in some)
    return long > MOST * len(some) and len(set(some)) > MOST * len(some)


def further_documents(further: Further, after: int) -> tuple[pd.Series[str], pd.DataFrame]:
    """The texts of a further file, and the rows that have none; both numbered on from row `after`.

    Raises:
        DataError: `data.unlabelled_empty`.
    """
    text = joined(further.table.frame, further.texts).rename("text")
    text.index = pd.Index(text.index + after, name="row")
    blank = is_blank(text)
    if blank.all():
        raise DataError("data.unlabelled_empty", name=further.name)
    blank_rows = rejected_rows((row, "blank_text", "") for row in text.index[blank].tolist())
    broken = further.table.rejected.assign(row=further.table.rejected["row"] + after)
    return text[~blank], pd.concat([broken, blank_rows])


def check_new(texts: Sequence[str], there: Sequence[str], name: str) -> None:
    """At least one text is not there yet. Raises DataError `data.unlabelled_copies`."""
    known = {as_seen(text) for text in there}
    if all(as_seen(text) in known for text in texts):
        raise DataError("data.unlabelled_copies", count=len(texts), name=name)


def last_row(table: Table) -> int:
    """The number of the last row of a table, whether it could be used or not."""
    kept, rejected = table.frame.index, table.rejected["row"]
    return max([1, *(int(rows.max()) for rows in (kept, rejected) if len(rows))])
