"""Parquet files as rows of text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from scalearn_core.errors import DataError
from scalearn_core.tables import limits
from scalearn_core.tables.cells import cell_text
from scalearn_core.tables.class_names import class_names_of, with_names
from scalearn_core.tables.columns import Assembled, assemble
from scalearn_core.tables.content import Content, OnProgress
from scalearn_core.tables.records import Record
from scalearn_core.tables.workbook import damage_told, told_as_damage

SIGNATURE = b"PAR1\x15"
"""The magic and, as no text goes on, the first field of what follows it in every file."""
BATCH = 1_000
BATCH_OF_OTHERS = 50
"""Rows at a time where values are neither plain texts nor numbers: a large one may stand in each of them."""


def read_parquet(
    content: Content, on_progress: OnProgress | None = None, *, class_names: bool = True
) -> Assembled:
    """Rows, rejected rows and columns of lists.

    Numbers, dates and lists become text as on a sheet; row numbers begin at 1.

    Args:
        class_names: whether classes of `datasets` are read by their names, as the file tells them.

    Raises:
        DataError: as `assemble`, and `data.damaged_parquet`.
    """
    import pyarrow.parquet as pq

    damage = DataError("data.damaged_parquet")
    with content.file() as opened:
        with told_as_damage(damage), pq.ParquetFile(opened) as file:
            _check(file)
            texts = [field.name for field in file.schema_arrow if is_text(field.type)]
            bulky = any(not is_text(field.type) and not is_small(field.type) for field in file.schema_arrow)
        with told_as_damage(damage):
            file = pq.ParquetFile(opened, read_dictionary=texts)  # repeated texts stay one in memory
        names = file.schema_arrow.names
        columns = _columns_of(file, BATCH_OF_OTHERS if bulky else BATCH, damage, class_names=class_names)
        done = assemble(records_of(columns, file.metadata.num_rows, on_progress), names=names)
    return replace(done, lists=lists_of(file.schema_arrow))


def parquet_pieces(content: Content, rows: int) -> Iterator[Assembled]:
    """The same, so many rows at a time, of a file of any number of rows. Raises DataError as `read_parquet`."""
    import pyarrow.parquet as pq

    damage = DataError("data.damaged_parquet")
    with content.file() as opened:
        with told_as_damage(damage):
            file = pq.ParquetFile(opened)
        first = 0
        for columns in _columns_of(file, rows, damage, class_names=True):
            count = len(columns[0]) if columns else 0
            done = assemble(records_of([columns], count, None), names=file.schema_arrow.names, may_be_empty=True)
            numbered = done.frame.set_axis(done.frame.index + first)
            rejected = done.rejected.assign(row=done.rejected["row"] + first)
            first += count
            yield replace(done, frame=numbered, rejected=rejected, lists=lists_of(file.schema_arrow))


def _columns_of(file: Any, rows: int, damage: DataError, *, class_names: bool) -> Iterator[list[list[str]]]:
    """The cells of batches of rows, by column."""
    classes = class_names_of(_features(file.schema_arrow)) if class_names else {}
    batches = (with_names(batch, classes) for batch in file.iter_batches(rows))
    return damage_told(map(texts_by_column, batches), damage)


def records_of(batches: Iterable[list[list[str]]], total: int, on_progress: OnProgress | None) -> Iterator[Record]:
    """Rows of batches of columns, `total` in all."""
    row = 0
    for columns in batches:
        for cells in zip(*columns, strict=True):
            row += 1
            yield Record(row, list(cells))
        if on_progress:
            on_progress(min(0.99, row / max(1, total)))


def texts_by_column(batch: pa.RecordBatch | pa.Table) -> list[list[str]]:
    return [texts_of(column) for column in batch.columns]


def texts_of(column: pa.Array | pa.ChunkedArray) -> list[str]:
    """The values of a column as text. A text that many rows share is one Python string."""
    cells: list[str] = []
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        if isinstance(chunk, pa.DictionaryArray):
            used = chunk.indices.unique().drop_null()  # of a large dictionary a batch uses little
            texts = map(cell_text, chunk.dictionary.take(used).to_pylist())
            values = dict(zip(used.to_pylist(), texts, strict=True))
            cells += [values.get(index, "") for index in chunk.indices.to_pylist()]
        else:
            cells += map(cell_text, _as_stored(chunk))
    return cells


def _as_stored(chunk: pa.Array) -> list[Any]:
    """The values; of numbers stored in fewer bits the shortest that is stored so, as other formats write them."""
    values: list[Any] = chunk.to_pylist()
    if not pa.types.is_float32(chunk.type):
        return values
    return [value if value is None else float(str(np.float32(value))) for value in values]


def _features(schema: pa.Schema) -> dict[str, Any]:
    """What `datasets` wrote of the columns; nothing of another file."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, TypeError, ValueError):
        return {}
    return features if isinstance(features, dict) else {}


def lists_of(schema: pa.Schema) -> tuple[str, ...]:
    """The columns whose values are lists."""
    return tuple(field.name for field in schema if _is_list(field.type))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def is_small(kind: pa.DataType) -> bool:
    """Numbers, dates and the like, of a few bytes each."""
    return bool(pa.types.is_primitive(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind))


def _check(file: object) -> None:
    """Raises DataError for what the file says of its size."""
    metadata = file.metadata  # type: ignore[attr-defined]
    if metadata.num_rows > limits.MAX_ROWS:
        raise DataError("data.too_many_rows", limit=limits.MAX_ROWS)
    if metadata.num_columns > limits.MAX_COLUMNS:
        raise DataError("data.too_many_columns", limit=limits.MAX_COLUMNS)
    unpacked = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    if unpacked > limits.MAX_UNZIPPED_MEGABYTES * limits.MEGABYTE:
        raise DataError("data.workbook_too_large", limit=limits.MAX_UNZIPPED_MEGABYTES)
