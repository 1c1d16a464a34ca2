"""Small tables out of a sample: trainings on real documents that take seconds."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence

from scalearn_core.workspace.samples import SAMPLES, sample_bytes


def shortest(name: str, each: int, labels: Sequence[str] = ()) -> list[dict[str, str]]:
    """Rows of a sample with the `each` shortest documents of these labels, or of all labels."""
    sample = SAMPLES[name]
    rows = list(csv.DictReader(io.StringIO(sample_bytes(name).decode("utf-8-sig"))))
    rows.sort(key=lambda row: len(row[sample.text]))
    taken: Counter[str] = Counter()
    kept = []
    for row in rows:
        label = row[sample.label]
        if taken[label] < each and (not labels or label in labels):
            taken[label] += 1
            kept.append(row)
    return kept


def written(rows: Sequence[dict[str, str]]) -> bytes:
    """Those rows as CSV, under their own header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
