"""Folders written by `datasets` (`save_to_disk`) as rows of text."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from scalearn_core.errors import DataError
from scalearn_core.tables import limits
from scalearn_core.tables.columns import assemble
from scalearn_core.tables.content import OnProgress
from scalearn_core.tables.parquet import BATCH, records_of, texts_by_column
from scalearn_core.tables.workbook import damage_told

MARKS = ("dataset_dict.json", "state.json")
"""What such a folder holds: the first if it has several parts."""
PART = "split"
"""Column that says in which part a row stood."""


def is_folder(path: Path) -> bool:
    """Whether `datasets` wrote this folder."""
    try:
        return any((path / mark).is_file() for mark in MARKS)
    except (OSError, ValueError):
        return False


def read_folder(path: Path, on_progress: OnProgress | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows and rejected rows; classes by their names. Of several parts all rows, with the part in column `split`.

    Raises:
        DataError: as `assemble`, and `data.damaged_folder`.
    """
    import datasets

    try:
        found = datasets.load_from_disk(str(path))
    except Exception as error:  # whatever a damaged folder leads `datasets` to
        raise DataError("data.damaged_folder", name=path) from error
    parts: dict[str, Any] = dict(found) if isinstance(found, datasets.DatasetDict) else {"": found}
    if not parts:
        raise DataError("data.damaged_folder", name=path)
    names = list(dict.fromkeys(chain.from_iterable(part.column_names for part in parts.values())))
    with_part = len(parts) > 1 and PART not in names
    total = sum(part.num_rows for part in parts.values())
    if total > limits.MAX_ROWS:
        raise DataError("data.too_many_rows", limit=limits.MAX_ROWS)
    columns = (
        texts_by_column(_named(table, part.features, names, name if with_part else None))
        for name, part in parts.items()
        for table in part.with_format("arrow").iter(BATCH)
    )
    records = records_of(damage_told(columns, DataError("data.damaged_folder", name=path)), total, on_progress)
    done = assemble(records, names=[*names, *[PART] * with_part])
    return done.frame, done.rejected


def _named(table: pa.Table, features: Any, names: list[str], part: str | None) -> pa.Table:
    """The columns in the order of `names`, numbers of classes as their names."""
    import datasets

    columns = []
    for name in names:
        if name not in table.column_names:
            columns.append(pa.chunked_array([pa.nulls(table.num_rows, pa.string())]))
        elif isinstance(features[name], datasets.ClassLabel):
            columns.append(pa.chunked_array([_named_classes(table.column(name), features[name].names)]))
        elif isinstance(features[name], datasets.List) and isinstance(features[name].feature, datasets.ClassLabel):
            columns.append(pa.chunked_array([_lists_of_classes(table.column(name), features[name].feature.names)]))
        else:
            columns.append(table.column(name))
    if part is not None:
        columns.append(pa.chunked_array([pa.array([part] * table.num_rows, pa.string())]))
    return pa.table(columns, names=[*names, *[PART] * (part is not None)])


def _named_classes(numbers: pa.ChunkedArray, names: list[str]) -> pa.Array:
    return pa.array([_class(number, names) for number in numbers.to_pylist()], pa.string())


def _lists_of_classes(lists: pa.ChunkedArray, names: list[str]) -> pa.Array:
    found = [[_class(number, names) for number in numbers or []] for numbers in lists.to_pylist()]
    return pa.array(found, pa.list_(pa.string()))


def _class(number: int | None, names: list[str]) -> str | None:
    """-1 stands for an unknown class."""
    return names[number] if number is not None and 0 <= number < len(names) else None
