"""The first rows of a file as they stand, so that a person can say which one names the columns."""

from __future__ import annotations

from itertools import islice

import pandas as pd

from scalearn_core.tables import delimited
from scalearn_core.tables.columns import letter
from scalearn_core.tables.content import Content
from scalearn_core.tables.encodings import find_encoding
from scalearn_core.tables.reader import ZIP_SIGNATURES, workbook_reader
from scalearn_core.tables.reading import AS_FOUND, Reading
from scalearn_core.tables.records import Record

MOST_ROWS = 12


def raw_rows(source: bytes, reading: Reading = AS_FOUND, most: int = MOST_ROWS) -> pd.DataFrame:
    """The first rows of a text or of a sheet, blank ones too; indexed by their number, columns by their letter.

    Raises:
        DataError: as `read_table`.
    """
    content = Content.of(source)
    if content.start(4).startswith(ZIP_SIGNATURES):
        with workbook_reader(content)(content, reading.sheet) as (records, _, _):
            return _frame(list(islice(records, most)), most)
    encoding = reading.encoding or find_encoding(content)
    delimiter, quoting = delimited.find_layout(content, encoding, reading.delimiter, quotes=reading.quotes)
    with delimited.text_of(content, encoding) as text:
        return _frame(list(islice(delimited.read_records(text, delimiter, quoting), most)), most)


def _frame(records: list[Record], most: int) -> pd.DataFrame:
    rows = [record for record in records if record.row <= most]
    width = max((len(record.cells) for record in rows), default=0)
    cells = [[*record.cells, *[""] * (width - len(record.cells))] for record in rows]
    index = pd.Index([record.row for record in rows], name="row")
    return pd.DataFrame(cells, index=index, columns=[letter(number) for number in range(width)], dtype="str")
