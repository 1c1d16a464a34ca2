"""Folders written by `datasets` (`save_to_disk`) as rows of text."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from scalearn_core.errors import DataError
from scalearn_core.tables import limits
from scalearn_core.tables.class_names import class_names_of, with_names
from scalearn_core.tables.columns import Assembled, assemble
from scalearn_core.tables.content import OnProgress
from scalearn_core.tables.parquet import BATCH, lists_of, records_of, texts_by_column
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


def read_folder(path: Path, on_progress: OnProgress | None = None) -> Assembled:
    """Rows, rejected rows and columns of lists; classes by their names.

    Of several parts all rows, with the part in column `split`.

    Raises:
        DataError: as `assemble`, and `data.damaged_folder`.
    """
    import datasets

    try:
        loaded = datasets.load_from_disk(str(path))
    except Exception as error:  # whatever a damaged folder leads `datasets` to
        raise DataError("data.damaged_folder", name=path) from error
    parts: dict[str, Any] = dict(loaded) if isinstance(loaded, datasets.DatasetDict) else {"": loaded}
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
    lists = chain.from_iterable(lists_of(part.features.arrow_schema) for part in parts.values())
    return replace(done, lists=tuple(dict.fromkeys(lists)))


def _named(table: pa.Table, features: Any, names: list[str], part: str | None) -> pa.Table:
    """The columns in the order of `names`, numbers of classes as their names."""
    known = with_names(table, class_names_of(features.to_dict()))
    nothing = pa.nulls(table.num_rows, pa.string())
    columns = [known.column(name) if name in table.column_names else pa.chunked_array([nothing]) for name in names]
    if part is not None:
        columns.append(pa.chunked_array([pa.array([part] * table.num_rows, pa.string())]))
    return pa.table(columns, names=[*names, *[PART] * (part is not None)])
