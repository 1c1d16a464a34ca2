"""A table a piece at a time, so that one of any size fits into memory: text and Parquet files.

What says how a text is to be read (encoding, delimiter, header) is found as for a whole table, on its beginning;
rows that do not fit are rejected piece by piece. Other formats, and files that are small, are read whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from scalearn_core.tables import dataset_folders, delimited, json_lines, limits, parquet
from scalearn_core.tables.columns import Assembled, assemble
from scalearn_core.tables.content import Content
from scalearn_core.tables.encodings import find_encoding
from scalearn_core.tables.reader import ZIP_SIGNATURES, Table, read_table, refuse_other_formats, without_hint
from scalearn_core.tables.reading import AS_FOUND, Reading
from scalearn_core.tables.records import Record

ROWS = 20_000
"""Of a piece; more than the rows by which a header is found."""
WHOLE_MEGABYTES = 20
"""A file up to this size is read whole."""


def read_pieces(
    source: Path, reading: Reading = AS_FOUND, *, rows: int = ROWS, whole: int = WHOLE_MEGABYTES
) -> Iterator[Table]:
    """The rows of a file in its order, at most `rows` at a time; each row has its number in the file.

    What a table says of itself (its header, notes of a workbook) stands in every piece; a rejected row in one.

    Args:
        source: A file, or a folder of `datasets`.
        reading: What a person chose.
        rows: Of a piece.
        whole: Megabytes up to which a file is read whole.

    Raises:
        DataError: As `read_table`, but for the size of the file and the number of its rows.
    """
    if dataset_folders.is_folder(source):
        yield from _cut(read_table(source, reading), rows)
        return
    content = Content.of(source, limited=False)
    start = content.start(2_000)
    refuse_other_formats(start)
    is_parquet = start.startswith(parquet.SIGNATURE)
    if content.size <= whole * limits.MEGABYTE or start.startswith(ZIP_SIGNATURES):
        yield from _cut(read_table(source, reading), rows)
    elif is_parquet:
        for done in parquet.parquet_pieces(content, rows):
            yield Table(done.frame, done.rejected, kind="parquet", lists=done.lists)
    elif json_lines.looks_like_json(start, reading.encoding or "utf-8"):
        yield from _cut(read_table(source, reading), rows)
    else:
        yield from _text_pieces(content, reading, rows)


def _cut(table: Table, rows: int) -> Iterator[Table]:
    """A table that was read whole."""
    for begin in range(0, len(table.frame), rows):
        rejected = table.rejected if begin == 0 else table.rejected.iloc[:0]
        yield replace(table, frame=table.frame.iloc[begin : begin + rows], rejected=rejected)


def _text_pieces(content: Content, reading: Reading, rows: int) -> Iterator[Table]:
    encoding = reading.encoding or find_encoding(content)
    first = 1 if reading.header is None else max(1, int(reading.header))
    delimiter, quoting = delimited.find_layout(
        content, encoding, reading.delimiter, first=first, quotes=reading.quotes
    )
    one_column = delimited.is_one_column(content, encoding, delimiter, quoting, first=first)
    between = delimited.NONE if one_column else delimiter
    with delimited.text_of(content, encoding) as text:
        records = without_hint(delimited.read_records(text, between, quoting), between)
        begun: Assembled | None = None
        while chunk := list(islice(records, rows)):
            if begun is None:
                done = begun = assemble(chunk, header=reading.header, delimiter=delimiter, rules=reading.rules)
            elif filled := [record for record in chunk if any(map(str.strip, record.cells))]:
                done = _further(filled, begun, delimiter, reading.rules)
            else:
                continue
            yield Table(
                done.frame, done.rejected, encoding=encoding, delimiter=delimiter, header=begun.header,
                header_row=begun.header_row,
            )  # fmt: skip


def _further(chunk: list[Record], begun: Assembled, delimiter: str, rules: int) -> Assembled:
    """A further piece, below the names of the first one; its rows are numbered on from there."""
    names, before = list(begun.frame.columns), chunk[0].row - 2  # the names are row 1 here
    below = (record._replace(row=record.row - before) for record in chunk)
    if begun.header:
        named = chain([Record(1, names)], below)
        done = assemble(named, header=True, delimiter=delimiter, rules=rules, may_be_empty=True)
    if not begun.header or list(done.frame.columns) != names:  # wider rows here name no further columns
        below = (record._replace(row=record.row - before) for record in chunk)
        done = assemble(below, names=names, delimiter=delimiter, rules=rules, may_be_empty=True)
    index = done.frame.index + before
    return replace(
        done, frame=done.frame.set_axis(index), rejected=done.rejected.assign(row=done.rejected["row"] + before)
    )
