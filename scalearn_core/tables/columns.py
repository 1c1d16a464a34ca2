"""From records to columns: detect the header, set apart rows that do not fit it, and make columns of the others.

No row is skipped silently: one is kept, rejected with a reason, or has blank cells alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

import numpy as np
import pandas as pd
import pyarrow as pa

from scalearn_core.errors import DataError
from scalearn_core.tables import limits
from scalearn_core.tables.delimited import SAMPLE_RECORDS
from scalearn_core.tables.header import Asides, lacks_header, lines_above
from scalearn_core.tables.lines_below import is_rule, lines_below
from scalearn_core.tables.names_row import names_as_wide
from scalearn_core.tables.records import Record
from scalearn_core.tables.rules import RULES
from scalearn_core.tables.short_rows import ShortRows
from scalearn_core.tables.sums import Sums

Header = bool | int | None
"""Whether the first row of the table names the columns, or the number of the row that does."""
BATCH_ROWS = 20_000
BATCH_CHARACTERS = 16_000_000
_DAMAGED = re.compile("[\ud800-\udfff]")
"""`encodings.FAULT`, and half a character as JSON and workbooks may hold it."""
_TEXT = pd.StringDtype(storage="pyarrow", na_value=np.nan)


@dataclass
class Assembled:
    """Rows that fit, and those that do not."""

    frame: pd.DataFrame
    """All columns as `str`; the index, `row`, is the row number in the file."""
    rejected: pd.DataFrame
    header: bool
    """Whether the names of the columns stand in the file."""
    header_row: int | None = None
    """The number of the row they stand in."""
    lists: tuple[str, ...] = ()
    """The columns whose cells were lists, where the file tells."""


@dataclass
class Rejected:
    """Rows set apart, each with the reason (a code) and what stands in it."""

    found: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, row: int, reason: str, cells: Sequence[str], delimiter: str = "\t") -> None:
        self.found.append((row, reason, _DAMAGED.sub("\ufffd", delimiter.join(cells))))

    def frame(self) -> pd.DataFrame:
        """Columns `row` (number in the file), `reason` and `content`, in file order."""
        return rejected_rows(self.found)


def rejected_rows(found: Iterable[tuple[int, str, str]]) -> pd.DataFrame:
    """A frame of `row` (number in the file, the header is 1), `reason` (a code) and `content`, in file order."""
    rows = sorted(found)
    return pd.DataFrame(
        {
            "row": pd.Series([row for row, _, _ in rows], dtype="int64"),
            "reason": pd.Series([reason for _, reason, _ in rows], dtype="str"),
            "content": pd.Series([content for _, _, content in rows], dtype="str"),
        }
    )


def assemble(
    records: Iterable[Record],
    *,
    names: Sequence[str] | None = None,
    header: Header = None,
    delimiter: str = "\t",
    ragged: bool = False,
    rules: int = RULES,
    may_be_empty: bool = False,
) -> Assembled:
    """Check rows against the header.

    Args:
        names: of the columns, where no row names them.
        header: as in `reader.read_table`.
        delimiter: stands between the cells of rejected rows.
        ragged: rows may be shorter than the header, as on a sheet, where nobody sees that they are.
        rules: as `Reading.rules`.
        may_be_empty: whether all rows may be rejected, as in a piece of a table.

    Raises:
        DataError: `data.empty_file`, `data.no_rows`, `data.all_rows_rejected`, `data.encoding_wrong`,
            `data.no_such_row`, `data.too_many_rows`, `data.too_many_columns`, `data.too_many_cells`,
            `data.cell_too_large` or `data.table_too_large`.
    """
    rejected = Rejected()
    rows = _checked(records)
    first: Record | None = None
    if names is None and header is not None and not isinstance(header, bool):
        rows = _from_row(header, rows, rejected, delimiter)
    sample = list(islice(rows, SAMPLE_RECORDS))
    body: Iterator[Record] = chain(sample, rows)
    asides, sums = Asides([]), Sums([])
    if names is None:
        if header is None or isinstance(header, bool):
            trimmed = [list(map(str.strip, record.cells)) for record in sample]
            for above in islice(body, lines_above(trimmed, ragged=ragged, rules=rules)):
                rejected.add(above.row, "above_header", above.cells, delimiter)
            sample = sample[len(rejected.found) :]
        if not sample:
            raise DataError("data.empty_file")
        if header is None:
            header = not lacks_header([record.cells for record in sample])
        first = next(body) if header else None
        names = first.cells if first else [""] * len(sample[0].cells)
        below = sample[1:] if first else sample
        if first and rules > 2:
            names = names_as_wide(names, [record.cells for record in below])
            about = lines_below([list(map(str.strip, record.cells)) for record in below])
            for line in islice(body, about):
                rejected.add(line.row, "aside", line.cells, delimiter)
            below = below[about:]
        width = len(names)
        if first and _all_end_blank(below, width):
            body = (_without_last(record, width) for record in body)
        elif not ragged and rules > 2:
            body = ShortRows(below, width).filled_up(body)
        asides = Asides([record.cells for record in below] if first else [])
        sums = Sums([record.cells for record in below] if rules > 2 else [])
    names = column_names(names)
    columns = _Columns(names, rejected, delimiter)
    for record in body:
        if len(columns) + len(rejected.found) == limits.MAX_ROWS:
            raise DataError("data.too_many_rows", limit=limits.MAX_ROWS)
        cells = record.cells
        if ragged and len(cells) < len(names):
            cells = cells + [""] * (len(names) - len(cells))
        if reason := _misfit(record, cells, len(names)):
            rejected.add(record.row, reason, cells, delimiter)
        elif first and cells == first.cells:
            rejected.add(record.row, "repeated_header", cells, delimiter)
        elif asides.has(cells) or (rules > 2 and is_rule(cells)):
            rejected.add(record.row, "aside", cells, delimiter)
        elif sums.has(cells):
            rejected.add(record.row, "sum_rows", cells, delimiter)
        else:
            columns.add(record.row, cells)
    frame = columns.frame()
    if not len(frame) and rejected.found and not may_be_empty:
        if all(reason == "not_in_encoding" for _, reason, _ in rejected.found):
            raise DataError("data.encoding_wrong")
        raise DataError("data.all_rows_rejected", count=len(rejected.found), columns=len(names))
    if not len(frame) and not may_be_empty:
        raise DataError("data.no_rows")
    return Assembled(frame, rejected.frame(), header is not False, first.row if first else None)


def column_names(cells: Sequence[str]) -> list[str]:
    """The names of the columns, all different: one without a name is called by its letter, as on a sheet.

    Raises DataError `data.too_many_columns`.
    """
    if len(cells) > limits.MAX_COLUMNS:
        raise DataError("data.too_many_columns", limit=limits.MAX_COLUMNS)
    names: list[str] = []
    cleaned = [_DAMAGED.sub("\ufffd", cell).strip().removeprefix("\ufeff") for cell in cells]
    for number, name in enumerate(cleaned):
        if not name or name in names:
            name = f"{name} ({letter(number)})".strip()
        while name in names or (name in cleaned[number + 1 :] and name != cleaned[number]):
            name += "*"
        names.append(name)
    return names


def letter(number: int) -> str:
    """What spreadsheets call a column: A for 0, Z for 25, AA for 26."""
    return (letter(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


def _checked(records: Iterable[Record]) -> Iterator[Record]:
    """The records that hold anything, each within the limits."""
    total = 0
    for record in records:
        if record.row > limits.MAX_LINES:
            raise DataError("data.too_many_rows", limit=limits.MAX_ROWS)
        if not any(cell and not cell.isspace() for cell in record.cells):
            continue
        if max(map(len, record.cells)) > limits.MAX_CELL_CHARACTERS:
            raise DataError("data.cell_too_large", row=record.row, limit=limits.MAX_CELL_CHARACTERS)
        total += sum(map(len, record.cells))
        if total > limits.MAX_TEXT:
            raise DataError("data.table_too_large", limit=limits.MAX_TEXT)
        yield record


def _from_row(number: int, rows: Iterator[Record], rejected: Rejected, delimiter: str) -> Iterator[Record]:
    """The rows from this number on; those above it are set apart. Raises DataError `data.no_such_row`."""
    last = 0
    for record in rows:
        if record.row >= number:
            return chain([record], rows)
        last = record.row
        rejected.add(record.row, "above_header", record.cells, delimiter)
    raise DataError("data.no_such_row", row=number, last=last)


def _all_end_blank(sample: Sequence[Record], width: int) -> bool:
    """Whether rows have a delimiter at their end and the header has none."""
    return bool(sample) and all(len(record.cells) == width + 1 and not record.cells[-1] for record in sample)


def _without_last(record: Record, width: int) -> Record:
    is_extra = len(record.cells) == width + 1 and not record.cells[-1]
    return record._replace(cells=record.cells[:-1]) if is_extra else record


def _misfit(record: Record, cells: Sequence[str], width: int) -> str | None:
    if len(cells) != width:
        return record.fault or ("too_few_fields" if len(cells) < width else "too_many_fields")
    return None if record.fault in (None, "broken_quotes") else record.fault


class _Columns:
    """Collects rows; a batch at a time becomes Arrow columns, so that Python strings are few."""

    def __init__(self, names: list[str], rejected: Rejected, delimiter: str) -> None:
        self.names, self.rejected, self.delimiter = names, rejected, delimiter
        self.rows: list[list[str]] = []
        self.numbers: list[int] = []
        self.characters = self.kept = 0
        self.batches: list[list[pa.Array]] = []
        self.indices: list[pa.Array] = []

    def __len__(self) -> int:
        return self.kept + len(self.rows)

    def add(self, number: int, cells: list[str]) -> None:
        if (len(self) + 1) * len(self.names) > limits.MAX_CELLS:
            raise DataError("data.too_many_cells", limit=limits.MAX_CELLS)
        self.rows.append(cells)
        self.numbers.append(number)
        self.characters += sum(map(len, cells))
        if len(self.rows) == BATCH_ROWS or self.characters > BATCH_CHARACTERS:
            self._flush()

    def frame(self) -> pd.DataFrame:
        """All columns as `str`, indexed by row number."""
        self._flush()
        numbers = np.concatenate([np.empty(0, np.int64), *(np.asarray(part) for part in self.indices)])
        index = pd.Index(numbers, name="row", dtype="int64")
        columns = {
            name: text_series([batch[i] for batch in self.batches], index) for i, name in enumerate(self.names)
        }
        return pd.DataFrame(columns, index=index, columns=pd.Index(self.names))

    def _flush(self) -> None:
        if not self.rows:
            return
        try:
            columns = [pa.array(values, pa.large_string()) for values in zip(*self.rows, strict=True)]
        except UnicodeEncodeError:  # a byte that does not fit the encoding, or half a character written as JSON
            self._set_damaged_apart()
            self._flush()
            return
        self.batches.append(columns)
        self.indices.append(pa.array(self.numbers, pa.int64()))
        self.kept += len(self.rows)
        self.rows, self.numbers, self.characters = [], [], 0

    def _set_damaged_apart(self) -> None:
        whole = []
        for number, cells in zip(self.numbers, self.rows, strict=True):
            try:
                "".join(cells).encode()
            except UnicodeEncodeError:
                self.rejected.add(number, "not_in_encoding", cells, self.delimiter)
            else:
                whole.append((number, cells))
        self.numbers, self.rows = [number for number, _ in whole], [cells for _, cells in whole]


def text_series(parts: Sequence[pa.Array], index: pd.Index) -> pd.Series:
    """Arrow strings as a pandas column, without a copy."""
    array = pd.arrays.ArrowStringArray(pa.chunked_array(parts, pa.large_string()), dtype=_TEXT)  # type: ignore[call-arg]
    return pd.Series(array, index=index, dtype=_TEXT)
