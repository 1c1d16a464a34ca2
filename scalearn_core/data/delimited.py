"""Tables as text: the delimiter found on the rows, and rows read with Python's csv parser, one at a time."""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from scalearn_core.data import limits
from scalearn_core.data.content import Content, OnProgress
from scalearn_core.data.encodings import MARK_FAULTS
from scalearn_core.data.records import Record
from scalearn_core.errors import DataError

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_RECORDS = 1_000
MOST_AGREE = 0.9
"""Share of rows that must be as wide as the header below lines that are no part of the table."""

# The parser's own limit is one number for the whole process; only ever raise it.
csv.field_size_limit(max(csv.field_size_limit(), limits.MAX_CELL_CHARACTERS + 1))


@contextmanager
def text_of(content: Content, encoding: str, on_progress: OnProgress | None = None) -> Iterator[io.TextIOWrapper]:
    """The decoded text from its beginning, line ends as they are; bytes that do not fit are escaped."""
    with content.open(on_progress) as file:
        yield io.TextIOWrapper(file, encoding=encoding, errors=MARK_FAULTS, newline="")


def find_delimiter(content: Content, encoding: str) -> str:
    """The delimiter under which most rows have as many fields as the header.

    Counting on really parsed records, not characters, keeps commas inside a text from winning. Only a
    delimiter that splits the header counts; where none does, the table has one column and any delimiter
    absent from it will do. A first line `sep=;`, which Excel understands, decides.
    """

    def agreement(delimiter: str) -> tuple[bool, float, int, int]:
        with text_of(content, encoding) as text:
            records = read_records(text, delimiter)
            try:
                sample = [record.cells for record in islice(records, SAMPLE_RECORDS) if any(record.cells)]
            except DataError:  # what is one cell under this delimiter is too large
                return False, 0.0, 0, 0
        if not sample:  # it is all there is
            return True, 1.0, 0, 0
        above = lines_above([list(map(str.strip, cells)) for cells in sample])
        width = len(sample[above])
        rows = sample[above + 1 :]
        share = sum(len(cells) == width for cells in rows) / len(rows) if rows else 1.0
        return width > 1, share, -above, width

    with text_of(content, encoding) as text:
        first = text.readline(20).strip().lower()
    if (told := first.removeprefix("sep=")) in DELIMITERS and told != first:
        return told
    return max(DELIMITERS, key=agreement)


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
