"""The limits of one table, which keep time and memory bounded; a larger table is refused."""

from __future__ import annotations

MEGABYTE = 1_000_000

MAX_MEGABYTES = 500
"""Size of a file, and of what a compressed one unpacks to."""

MAX_ROWS = 2_000_000
"""Rows that hold anything, rejected ones included."""

MAX_LINES = 5_000_000
"""Rows including blank ones."""

MAX_SHEET_ROWS = 1_048_576
"""Excel's own limit; a sheet that says more is made up."""

MAX_COLUMNS = 1_000

MAX_CELLS = 50_000_000
"""Rows times columns: eight bytes each besides their text."""

MAX_CELL_CHARACTERS = 1_000_000

MAX_LINE_CHARACTERS = 10_000_000
"""A line that is longer is not read to its end."""

MAX_TEXT = 1_000_000_000
"""Characters of all cells together: a workbook may show one long text in a million cells."""

MAX_READ_AGAIN = 200_000_000
"""Characters that are read a second time because a quotation mark was not closed."""

MAX_SCANNED_CELLS = 50_000_000
"""Cells of a workbook that are looked at, blank ones included (formatting can reach far beyond the data)."""

MAX_SCANNED_IN_ROW = 20_000
"""Cells of one row of a workbook, which can have 16,384."""

MAX_UNZIPPED_MEGABYTES = 1_000
"""All parts of a workbook together, unpacked."""

MAX_UNZIP_RATIO = 200
"""Unpacked to packed size of one part. Real sheets stay near 20, a zip bomb is near 1,000."""

SMALL_PART_MEGABYTES = 10
"""Parts up to this size are not asked for their ratio: repetitive small sheets are harmless."""

MAX_WHOLE_MEGABYTES = 100
"""Size of a JSON file that is one array: it cannot be read row by row."""

MAX_CLASSES = 200

MAX_DISTINCT_LABEL_SHARE = 0.5
"""Above one label for every two rows, a column of `MIN_ROWS_FOR_DISTINCT` rows is an id or free text."""

MIN_ROWS_FOR_DISTINCT = 20

MIN_TRAIN_FOR_VALIDATION = 20
"""With fewer training documents than this, all of them are worth more for training than for choosing."""
