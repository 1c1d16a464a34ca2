"""Tables as text: encoding and delimiter found on the content, rows read with Python's csv parser."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from itertools import islice

from scalearn_core.data.limits import MAX_CELL_CHARACTERS
from scalearn_core.data.records import Record
from scalearn_core.errors import DataError

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_RECORDS = 1_000
LINE_END = re.compile(r"\r\n|\r|\n")
CONTROL_CHARACTERS = [chr(code) for code in range(32) if chr(code) not in "\t\n\v\f\r"]
MARKUP = {"<!doctype": "HTML", "<html": "HTML", "<?xml": "XML", "{\\rtf": "RTF", '{"': "JSON", '[{"': "JSON"}

# The parser's own limit is one number for the whole process; only ever raise it.
csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL_CHARACTERS))


def decode(content: bytes) -> tuple[str, str]:
    """Decode a whole file, never a part of it: Japanese may start after megabytes of ASCII.

    A byte order mark decides; else the first of UTF-8, cp932 and cp1252 that fits every byte. The order is
    fixed because detectors guess wrong on short files (cp932 taken for Korean).

    Returns:
        The text without a byte order mark, and the encoding's name in Python.

    Raises:
        DataError: `data.binary` or `data.encoding_unknown`.
    """
    encodings: tuple[str, ...] = ("utf-8", "cp932", "cp1252")
    if content.startswith(codecs.BOM_UTF8):
        encodings = ("utf-8-sig",)
    elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    elif b"\0" in content:
        raise DataError("data.binary")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        _refuse_other_formats(text)
        return text, encoding
    raise DataError("data.encoding_unknown")


def find_delimiter(text: str) -> str:
    """The delimiter under which most rows have as many fields as the header.

    Counting on really parsed records, not characters, keeps commas inside a text from winning. Only a
    delimiter that splits the header counts; where none does, the table has one column and any delimiter
    absent from it will do.
    """

    def agreement(delimiter: str) -> tuple[bool, float, int]:
        sample = [record for record in islice(read_records(text, delimiter), SAMPLE_RECORDS) if record.cells]
        if not sample:
            return False, 0.0, 0
        width = len(sample[0].cells)
        rows = sample[1:]
        share = sum(len(record.cells) == width for record in rows) / len(rows) if rows else 1.0
        return width > 1, share, width

    return max(DELIMITERS, key=agreement)


def read_records(text: str, delimiter: str) -> Iterator[Record]:
    """Parse rows; a blank line is a record without cells.

    A row whose quotes do not close properly is given as its first line, as typed, and reading goes on at its
    second line: one stray quotation mark must not swallow the rows after it.
    """
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    row = 0
    while lines.position < len(text):
        row += 1
        start = lines.position
        try:
            yield Record(row, next(reader))
        except csv.Error as error:
            lines.position = start
            first_line = next(lines).rstrip("\r\n")
            oversized = "larger than field limit" in str(error)
            yield Record(row, first_line.split(delimiter), broken_quotes=True, oversized=oversized)


def _refuse_other_formats(text: str) -> None:
    start = text[:200].lstrip().lower()
    for mark, found in MARKUP.items():
        if start.startswith(mark):
            raise DataError("data.unsupported_format", found=found)
    # NUL never belongs in a table; a few other control characters slip into real ones by copy and paste.
    controls = sum(text.count(character) for character in CONTROL_CHARACTERS)
    if "\0" in text or controls > max(3, len(text) // 100):
        raise DataError("data.binary")


class _Lines:
    """The physical lines of a text, with a position that can be set back.

    `str.splitlines` would also break at characters such as U+2028; `io.StringIO` would copy at four bytes
    each.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.position >= len(self.text):
            raise StopIteration
        start = self.position
        end = LINE_END.search(self.text, start)
        self.position = end.end() if end else len(self.text)
        return self.text[start : self.position]
