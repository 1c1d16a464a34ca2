"""Documents that are probably sums of other rows: "Total" as a text, a number as the text of the category "Total".

What can be no document was set apart when the table was read (`tables/sums.py`); of these the user is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from scalearn_core.checks.finding import Finding, Remedy
from scalearn_core.checks.scan import Scan
from scalearn_core.data.recipe import Step
from scalearn_core.tables.sums import is_amount, names_a_sum

LONGEST = 60
"""Characters of a text that may name a sum."""


def sum_rows(scan: Scan, texts: pd.Series[str]) -> list[Finding]:
    """`sum_rows`: such documents, with a step that leaves them out."""
    short = (scan.lengths <= LONGEST).nonzero()[0]
    rows = rows_of_sums(texts.iloc[short], [scan.cells[cell] for cell in scan.cell[short].tolist()])
    if not rows:
        return []
    step = Step("leave_out_rows", "sum_rows", rows=rows)
    remedy = Remedy("leave_out_sums", (step,), {"concerned": len(rows), "left": len(scan) - len(rows)})
    values = {"concerned": len(rows), "documents": len(scan)}
    return [Finding("sum_rows", "warning", values, rows, remedies=(remedy,))]


def rows_of_sums(texts: pd.Series[str], cells: Sequence[str]) -> tuple[int, ...]:
    """The rows whose text names a sum, or is a number beside a category that does.

    Args:
        texts: by row number.
        cells: those of the labels, in the same order.
    """
    rows = []
    for row, text, cell in zip(texts.index.tolist(), texts.tolist(), cells, strict=True):
        bare = text.strip()
        if names_a_sum(bare) or (is_amount(bare) and names_a_sum(cell.strip())):
            rows.append(row)
    return tuple(rows)
