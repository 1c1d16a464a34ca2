"""Tables as text: the delimiter is detected, and rows are read with Python's csv parser, one at a time."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from scalearn_core.errors import DataError
from scalearn_core.tables import limits
from scalearn_core.tables.content import Content, OnProgress
from scalearn_core.tables.encodings import MARK_FAULTS
from scalearn_core.tables.header import lines_above
from scalearn_core.tables.kinds_of_columns import MOST_AGREE
from scalearn_core.tables.quoting import STANDARD, Quoting, candidates, ends_a_row, marks_left
from scalearn_core.tables.records import Record

DELIMITERS = (",", "\t", ";", "|")
NONE = "\ufdd3"
"""A noncharacter, which stands in no text, so that every line is one cell."""
SAMPLE_RECORDS = 1_000
SAMPLE_CHARACTERS = 1_000_000
MOST_LINES_OPEN = 50
"""Lines below a row whose quotes do not close in which its end is looked for."""

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


def find_layout(
    content: Content, encoding: str, delimiter: str | None = None, *, first: int = 1, quotes: str | None = None
) -> tuple[str, Quoting]:
    """The delimiter and the quoting of a text table, detected on its first rows.

    Another way of quoting than the usual one is taken where more rows fit the header by it, or as many do and the
    cells lose the marks they would keep otherwise.

    Args:
        delimiter: what stands between the cells, where that is known.
        first: the row that names the columns, or one above it.
        quotes: one of `quoting.QUOTES`, where that is known.
    """
    with text_of(content, encoding) as text:
        ways = candidates(text.read(SAMPLE_CHARACTERS), quotes)
    layouts = [(delimiter or find_delimiter(content, encoding, way, first=first), way) for way in ways]
    if len(layouts) == 1:
        return layouts[0]

    def agreement(layout: tuple[str, Quoting]) -> tuple[bool, float, bool]:
        try:
            sample = _sample(content, encoding, *layout, first)
        except DataError:  # its quotation marks do not close
            return False, 0.0, False
        if not sample:
            return False, 1.0, True
        above = lines_above([record.cells for record in sample])
        header, rows = sample[above], sample[above + 1 :]
        width = len(header.cells)
        fitting = sum(len(record.cells) == width and record.fault is None for record in rows)
        left = marks_left([record.cells for record in rows], layout[1])
        return width > 1, fitting / max(1, len(rows)), not left

    return max(layouts, key=agreement)


def find_delimiter(content: Content, encoding: str, quoting: Quoting = STANDARD, *, first: int = 1) -> str:
    """The delimiter under which most rows have as many fields as the header.

    Counting on really parsed records, not characters, keeps commas inside a text from winning. Only a
    delimiter that splits the header counts; where none does, the table has one column and any delimiter
    absent from it will do. A first line `sep=;` decides.
    """

    def agreement(delimiter: str) -> tuple[bool, float, int, int]:
        try:
            sample = [record.cells for record in _sample(content, encoding, delimiter, quoting, first)]
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
        hinted = hint(text.readline(20))
    return hinted or max(DELIMITERS, key=agreement)


def is_one_column(content: Content, encoding: str, delimiter: str, quoting: Quoting, *, first: int = 1) -> bool:
    """Whether the header has one column and the rows below no other number they agree on: then they are texts in
    which the delimiter is a character like others."""
    sample = [record.cells for record in _sample(content, encoding, delimiter, quoting, first)]
    widths = Counter(map(len, sample[lines_above(sample) + 1 :]))
    if not widths or len(sample[lines_above(sample)]) > 1:
        return False
    width, count = widths.most_common(1)[0]
    return width == 1 or count < MOST_AGREE * widths.total()


def hint(line: str) -> str | None:
    """The delimiter named by a first line `sep=;`, which Excel understands."""
    stripped = line.strip(' "\r\n').lower()
    return stripped[4:] if stripped.startswith("sep=") and stripped[4:] in DELIMITERS else None


def _sample(content: Content, encoding: str, delimiter: str, quoting: Quoting, first: int) -> list[Record]:
    """The first rows that hold anything, from that number on, their cells trimmed."""
    with text_of(content, encoding) as text:
        records = (record for record in read_records(text, delimiter, quoting) if record.row >= first)
        sample = list(islice(records, SAMPLE_RECORDS))
    return [record._replace(cells=list(map(str.strip, record.cells))) for record in sample if any(record.cells)]


def read_records(text: io.TextIOBase, delimiter: str, quoting: Quoting = STANDARD) -> Iterator[Record]:
    """Parse rows; a blank line is a record without cells.

    A row whose quotes do not close properly is given as its first line, as typed, and reading goes on at its
    second line: one stray quotation mark must not swallow the rows after it. A line that closes what such a row
    opened is the end of it and no row, however many cells it has.

    Raises:
        DataError: `data.cell_too_large` or `data.quotes_not_closed`.
    """
    lines = _Lines(text, quoting)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, **quoting.options())  # type: ignore[arg-type]
    row = 0
    open_until = 0
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
            is_open = quoting.mark and first_line.count(quoting.mark) % 2
            open_until = row + MOST_LINES_OPEN if is_open else 0
            yield Record(row, first_line.split(delimiter), fault="broken_quotes")
        else:
            is_end = row <= open_until and len(lines.taken) == 1 and ends_a_row(cells)
            open_until = 0 if is_end else open_until
            yield Record(row, quoting.shown(cells), fault="end_of_broken" if is_end else None)


class _Lines:
    """The physical lines of a text; those of the row that is read can be given back."""

    def __init__(self, text: io.TextIOBase, quoting: Quoting) -> None:
        self.text, self.quoting = text, quoting
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
        return self.quoting.hidden(line)

    def go_back(self) -> str:
        """The first line of this row; the others will be read again."""
        first, *others = self.taken
        self.read_again += sum(map(len, others))
        if self.read_again > limits.MAX_READ_AGAIN:
            raise DataError("data.quotes_not_closed", row=self.row)
        self.ahead.extendleft(reversed(others))
        return first
