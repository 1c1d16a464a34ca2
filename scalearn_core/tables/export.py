"""Tables for people who open them in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from scalearn_core.storage.files import written_whole
from scalearn_core.tables.notes import MOST_IN_CELL

FORMULA_STARTS = tuple("=+-@＝＋－＠")  # Japanese Excel takes the full-width ones too
_IGNORED = "\t\r\n"
"""Passed over in front of a formula (OWASP, "CSV Injection")."""
_CURRENCY = "[$€£¥₩₹₽]"
_NUMBER = re.compile(
    rf"[+-] ?{_CURRENCY}? ?(?:\d[\d.,'’ ]*|[.,]\d+)(?:[eE][+-]?\d+)? ?(?:[%‰]|{_CURRENCY}|°?[^\W\d_]*)"
)
"""A number with one sign, in the notation of any country, perhaps with a currency or unit: no operator joins two
operands in it, so there is nothing to run."""
_MARKS = re.compile(r"[-+@][-+@*/.,:~> ]*|=")
"""Operators without an operand, such as a dash for "none": no formula either."""
_LONGEST_NUMBER = 60
WIDTHS_OF, WIDEST = 200, 60
"""Rows that say how wide the columns of a workbook are, and the widest, in characters."""
_AS_A_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?")
"""What reads the same after it was a number; `007` and `1.50` do not."""
_DIGITS = 15
"""A spreadsheet keeps no more of a number."""
_AS_A_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\d)?")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame, without its index, as UTF-8 with a byte order mark (Excel needs it), safe to open.

    A document may begin with `=HYPERLINK(...)`: text that a spreadsheet would run as a formula gets an
    apostrophe in front (OWASP, "CSV Injection"); every other cell stays as it is. Raises OSError; the target is
    then as it was.
    """
    write_csv_pieces([frame], path)


def write_csv_pieces(frames: Iterable[pd.DataFrame], path: Path) -> None:
    """Write frames with the same columns, one below the other, as `write_csv` writes one."""
    with written_whole(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as file:
        for number, frame in enumerate(frames):
            file.write(csv_text(frame, names=number == 0))


def write_parquet_pieces(frames: Iterable[pd.DataFrame], path: Path) -> None:
    """Write frames with the same columns of text, one below the other, as one Parquet file. Raises OSError."""
    with written_whole(path) as draft, ExitStack() as stack:
        writer: pq.ParquetWriter | None = None
        for frame in frames:
            names = [str(name) for name in frame.columns]
            table = pa.table([pa.array(frame[name].tolist()) for name in frame.columns], names=names)
            writer = writer or stack.enter_context(pq.ParquetWriter(draft, table.schema))
            writer.write_table(table)


def csv_text(frame: pd.DataFrame, *, names: bool = True) -> str:
    """The frame as CSV, made safe as in `write_csv`, with the names of its columns or without."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)  # a spreadsheet that splits at `;` must not find new cells
    if names:
        writer.writerow([safe_cell(name) for name in frame.columns])
    for row in frame.itertuples(index=False, name=None):
        writer.writerow([safe_cell(value) for value in row])
    return buffer.getvalue()


def typed(cells: pd.Series[str], *, dates: bool = True) -> list[object] | None:
    """The cells of a column as numbers, or as dates, blank ones as None; None where that would change any.

    An id such as `007` stays text, as does a number of more digits than a spreadsheet keeps.
    """
    filled = [cell for cell in cells if cell]
    if not filled:
        return None
    if all(_AS_A_NUMBER.fullmatch(cell) and sum(map(str.isdigit, cell)) <= _DIGITS for cell in filled):
        whole = all("." not in cell for cell in filled)
        return [(int(cell) if whole else float(cell)) if cell else None for cell in cells]
    if dates and all(_AS_A_DATE.fullmatch(cell) for cell in filled):
        try:
            return [_date(cell) if cell else None for cell in cells]
        except ValueError:  # the 30th of February
            return None
    return None


def _date(cell: str) -> object:
    found = datetime.fromisoformat(cell)
    if found.year < 1900:
        raise ValueError(cell)  # before the first date of a workbook
    return found.date() if len(cell) == len("2026-04-01") else found


def parquet_bytes(frame: pd.DataFrame, numbers: Sequence[str]) -> bytes:
    """The frame, cells as text, as Parquet: numbers in the columns named, where blank cells are missing values.

    Nothing runs a cell of such a file, so that texts are as they were.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, list[object]] = {}
    for name in frame.columns:
        texts = frame[name].map(as_typed)
        found = typed(texts, dates=False) if name in numbers else None
        columns[as_typed(str(name))] = list(texts) if found is None else found
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def xlsx_bytes(
    frame: pd.DataFrame, *, share: str, texts: Sequence[str] = (), marked: Callable[[tuple[object, ...]], bool]
) -> bytes:
    """The frame as a workbook: a header that stays in sight and filters, columns of numbers and dates as
    such, every text as text, never as a formula.

    Args:
        share: a column of shares as text; shown as whole percentages, blank where it is.
        texts: columns that are texts, whatever stands in them.
        marked: which rows, given their cells, get a colour.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("classified")
    sheet.freeze_panes = "A2"
    last = get_column_letter(len(frame.columns))
    sheet.auto_filter.ref = f"A1:{last}{len(frame) + 1}"
    place = list(frame.columns).index(share)
    colour, bold = PatternFill("solid", fgColor="FFF2CC"), Font(bold=True)
    for column, name in enumerate(frame.columns, 1):
        longest = max(map(len, [str(name), *frame[name].head(WIDTHS_OF).astype(str)]))
        sheet.column_dimensions[get_column_letter(column)].width = min(WIDEST, longest + 4)

    def cell(value: object) -> WriteOnlyCell:
        text = ILLEGAL_CHARACTERS_RE.sub("", as_typed(str(value)))[:MOST_IN_CELL]
        made = WriteOnlyCell(sheet, value=text)
        made.data_type = "s"  # else a text that begins with "=" would run
        return made

    header = [cell(name) for name in frame.columns]
    for made in header:
        made.font = bold
    sheet.append(header)
    others = [None if name in (share, *texts) else typed(frame[name]) for name in frame.columns]
    for number, row in enumerate(frame.itertuples(index=False, name=None)):
        cells = [
            cell(value) if known is None else WriteOnlyCell(sheet, value=known[number])
            for value, known in zip(row, others, strict=True)
        ]
        if row[place]:
            cells[place] = WriteOnlyCell(sheet, value=float(row[place]))
            cells[place].number_format = "0%"
        if marked(row):
            for made in cells:
                made.fill = colour
        sheet.append(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def safe_cell(value: object) -> str:
    """The value as text; an apostrophe leads where a spreadsheet would run it."""
    text = "" if value is None or value is pd.NA or value != value else str(value)
    return "'" + text if _would_run(text) else text


def beyond_spreadsheet(frame: pd.DataFrame) -> list[int]:
    """The index of each row with a cell of more characters than a spreadsheet program keeps of one."""
    texts = frame.select_dtypes(["object", "string"])
    beyond = np.zeros(len(frame), dtype=np.bool_)
    for column in range(len(texts.columns)):
        beyond |= (texts.iloc[:, column].str.len() > MOST_IN_CELL).to_numpy(dtype=np.bool_)
    return [int(row) for row in frame.index[beyond]]


def written_forms(text: str) -> tuple[str, ...]:
    """How exports of this and of earlier versions may have written a text: the latter led a `-` alone, and numbers
    such as `-1,234`, by an apostrophe as well."""
    return (text, "'" + text) if text.lstrip(_IGNORED).startswith(FORMULA_STARTS) else (text,)


def as_typed(text: str) -> str:
    """A text of an export as it was before it was made safe for spreadsheets."""
    return text[1:] if text.startswith("'") and text in written_forms(text[1:]) else text


def _would_run(text: str) -> bool:
    begun = text.lstrip(_IGNORED)
    if not begun.startswith(FORMULA_STARTS):
        return False
    if len(begun) > _LONGEST_NUMBER:
        return True
    plain = unicodedata.normalize("NFKC", begun).strip()
    return not (_NUMBER.fullmatch(plain) or _MARKS.fullmatch(plain))
