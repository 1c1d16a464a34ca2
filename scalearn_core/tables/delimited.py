"""Tables as text: the delimiter found on the rows, and rows read with Python's csv parser, one at a time."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from scalearn_core.errors import DataError
from scalearn_core.tables import limits
from scalearn_core.tables.content import Content, OnProgress
from scalearn_core.tables.encodings import MARK_FAULTS
from scalearn_core.tables.records import Record

DELIMITERS = (",", "\t", ";", "|")
NONE = "\x1f"
"""Stands in no text, so that every line is one cell."""
SAMPLE_RECORDS = 1_000
MOST_AGREE = 0.9
"""Share of rows that must be as wide as the header below lines that are no part of the table."""

# The parser's own limit is one number for the whole process; only ever raise it.
csv.field_size_limit(max(csv.field_size_limit(), limits.MAX_CELL_CHARACTERS + 1))


_TOLD_BY_MARK = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}
"""In these the mark tells the order of bytes; without one it is taken for that of nearly all computers."""


@contextmanager
def text_of(content: Content, encoding: str, on_progress: OnProgress | None = None) -> Iterator[io.TextIOWrapper]:
    """The decoded text from its beginning, without byte order marks, line ends as they are; bytes that do not fit
    are escaped."""
    with content.open(on_progress) as file:
        if encoding in _TOLD_BY_MARK:
            encoding += "" if file.peek(4).startswith(_TOLD_BY_MARK[encoding]) else "-le"
        else:
            _skip_marks(file, "\ufeff".encode(encoding.removesuffix("-sig"), "ignore"))
        yield io.TextIOWrapper(file, encoding=encoding, errors=MARK_FAULTS, newline="")


def _skip_marks(file: io.BufferedReader, mark: bytes) -> None:
    """Programs that join or convert files may leave several."""
    while mark and file.peek(len(mark)).startswith(mark):
        file.read(len(mark))


def find_delimiter(content: Content, encoding: str) -> str:
    """The delimiter under which most rows have as many fields as the header.

    Counting on really parsed records, not characters, keeps commas inside a text from winning. Only a
    delimiter that splits the header counts; where none does, the table has one column and any delimiter
    absent from it will do. A first line `sep=;` decides.
    """

    def agreement(delimiter: str) -> tuple[bool, float, int, int]:
        try:
            sample = _sample(content, encoding, delimiter)
        except DataError:  # what is one cell under this delimiter is too large
            return False, 0.0, 0, 0
        if not sample:  # it is all there is
            return True, 1.0, 0, 0
        above = lines_above(sample)
        width = len(sample[above])
        rows = sample[above + 1 :]
        share = sum(len(cells) == width for cells in rows) / len(rows) if rows else 1.0
        return width > 1, share, -above, width

    with text_of(content, encoding) as text:
        told = hint(text.readline(20))
    return told or max(DELIMITERS, key=agreement)


def is_one_column(content: Content, encoding: str, delimiter: str) -> bool:
    """Whether the header has one column and the rows below no other number they agree on: then they are texts in
    which the delimiter is a character like others."""
    sample = _sample(content, encoding, delimiter)
    widths = Counter(map(len, sample[lines_above(sample) + 1 :]))
    if not widths or len(sample[lines_above(sample)]) > 1:
        return False
    width, count = widths.most_common(1)[0]
    return width == 1 or count < MOST_AGREE * widths.total()


def hint(line: str) -> str | None:
    """The delimiter told by a first line `sep=;`, which Excel understands."""
    told = line.strip(' "\r\n').lower()
    return told[4:] if told.startswith("sep=") and told[4:] in DELIMITERS else None


def _sample(content: Content, encoding: str, delimiter: str) -> list[list[str]]:
    """The cells of the first rows that hold anything, trimmed."""
    with text_of(content, encoding) as text:
        rows = [record.cells for record in islice(read_records(text, delimiter), SAMPLE_RECORDS)]
    return [list(map(str.strip, cells)) for cells in rows if any(cells)]


def lines_above(sample: Sequence[Sequence[str]]) -> int:
    """How many of the first rows are no part of the table: a title, a date, above the names of the columns.

    Such a row has one cell where those of the table have two or more, nearly all equally many, and the first of
    them reads as names: each short, none blank, none twice.
    """
    filled = [sum(map(bool, cells)) for cells in sample]
    above = next((number for number, count in enumerate(filled) if count > 1), 0)
    if not above or len(sample) - above < 3:
        return 0
    header, *rows = (list(cells) for cells in sample[above:])
    named = all(0 < len(name) <= 60 for name in header) and len(set(header)) == len(header)
    width = Counter(map(len, rows)).most_common(1)[0]
    return above if named and width[0] == len(header) and width[1] >= MOST_AGREE * len(rows) else 0


def read_records(text: io.TextIOBase, delimiter: str) -> Iterator[Record]:
    """Parse rows; a blank line is a record without cells.

    A row whose quotes do not close properly is given as its first line, as typed, and reading goes on at its
    second line: one stray quotation mark must not swallow the rows after it.

    Raises:
        DataError: `data.cell_too_large` or `data.quotes_not_closed`.
    """
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    row = 0
    while True:
        row += 1
        lines.row = row
        lines.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "larger than field limit" in str(error):
                raise DataError("data.cell_too_large", row=row, limit=limits.MAX_CELL_CHARACTERS) from error
            first_line = lines.go_back().rstrip("\r\n")
            yield Record(row, first_line.split(delimiter), fault="broken_quotes")
        else:
            yield Record(row, cells)


class _Lines:
    """The physical lines of a text; those of the row that is read can be given back."""

    def __init__(self, text: io.TextIOBase) -> None:
        self.text = text
        self.row = 0
        self.taken: list[str] = []
        self.ahead: deque[str] = deque()
        self.read_again = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.ahead.popleft() if self.ahead else self.text.readline(limits.MAX_LINE_CHARACTERS)
        if not line:
            raise StopIteration
        if len(line) == limits.MAX_LINE_CHARACTERS:
            raise DataError("data.cell_too_large", row=self.row, limit=limits.MAX_CELL_CHARACTERS)
        self.taken.append(line)
        return line

    def go_back(self) -> str:
        """The first line of this row; the others will be read again."""
        first, *others = self.taken
        self.read_again += sum(map(len, others))
        if self.read_again > limits.MAX_READ_AGAIN:
            raise DataError("data.quotes_not_closed", row=self.row)
        self.ahead.extendleft(reversed(others))
        return first
