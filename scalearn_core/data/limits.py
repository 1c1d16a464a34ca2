"""How much one table may hold, so that time and memory stay bounded; beyond, it is refused."""

from __future__ import annotations

MEGABYTE = 1_000_000

MAX_MEGABYTES = 100
"""Size of a file; 200,000 documents of 500 bytes."""

MAX_ROWS = 200_000
"""Rows that hold anything, rejected ones included."""

MAX_SHEET_ROWS = 1_048_576
"""Rows including blank ones: as many as an Excel sheet can have."""

MAX_COLUMNS = 1_000

MAX_CELLS = 5_000_000
"""Rows times columns: some 500 MB as Python strings."""

MAX_CELL_CHARACTERS = 1_000_000

MAX_SCANNED_CELLS = 20_000_000
"""Cells of a workbook that are looked at, blank ones included (formatting can reach far beyond the data)."""

MAX_UNZIPPED_MEGABYTES = 256
"""All parts of a workbook together, unpacked."""

MAX_UNZIP_RATIO = 200
"""Unpacked to packed size of one part. Real sheets stay near 20, a zip bomb is near 1,000."""

SMALL_PART_MEGABYTES = 10
"""Parts up to this size are not asked for their ratio: repetitive small sheets are harmless."""

MAX_CLASSES = 200

MAX_DISTINCT_LABEL_SHARE = 0.5
"""Above one label for every two rows, a column of `MIN_ROWS_FOR_DISTINCT` rows is an id or free text."""

MIN_ROWS_FOR_DISTINCT = 20

MIN_TRAIN_FOR_VALIDATION = 20
"""With fewer training documents than this, all of them are worth more for training than for choosing."""
