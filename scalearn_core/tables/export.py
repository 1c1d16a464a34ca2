"""Tables for people who open them in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd

from scalearn_core.storage.files import write_atomically

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # Japanese Excel takes the full-width ones too


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame, without its index, as UTF-8 with a byte order mark (Excel needs it), safe to open.

    A document may begin with `=HYPERLINK(...)`: text that a spreadsheet would run as a formula gets an
    apostrophe in front. Source: OWASP, "CSV Injection". Raises OSError; the target is then as it was.
    """
    write_atomically(path, csv_text(frame).encode("utf-8-sig"))


def csv_text(frame: pd.DataFrame) -> str:
    """The frame as CSV, made safe as in `write_csv`."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)  # a spreadsheet that splits at `;` must not find new cells
    writer.writerow([safe_cell(name) for name in frame.columns])
    for row in frame.itertuples(index=False, name=None):
        writer.writerow([safe_cell(value) for value in row])
    return buffer.getvalue()


def safe_cell(value: object) -> str:
    """The value as text; an apostrophe leads where a spreadsheet would see a formula. Numbers are left
    alone."""
    text = "" if value is None or value is pd.NA or value != value else str(value)
    return "'" + text if text.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(text) else text
