"""Documents that go with a handed-over model: some of its test documents, and one too long to be read at once.

Mail addresses, telephone, card and account numbers are blanked out (`data/personal.py`); what else stands in a
text goes with it, so that the documents can be left out.
"""

from __future__ import annotations

import csv
from pathlib import Path

from scalearn_core.data.personal import blanked
from scalearn_core.governance.folders import PREDICTIONS

NEUTRAL = (
    "A short text.",
    "短い文章です。",
    "A text of nobody, which says nothing, so that something long can be made of it. ",
)
"""What is taken where no document shall go with the model."""
LONG = 6000
"""Characters of the long document: beyond what any encoder of the studio reads."""


def example_texts(evidence: Path, count: int) -> list[str]:
    """Texts of at most so many test documents, of each label in turn, and of neutral ones.

    Args:
        evidence: A folder with `test_predictions.csv`, or without.
    """
    chosen = [blanked(text) for text in _in_turns(evidence / PREDICTIONS, count)] if count else []
    long = " ".join(chosen) or NEUTRAL[-1]
    return [*chosen, *NEUTRAL, (long + " ") * (LONG // (len(long) + 1) + 1)]


def _in_turns(file: Path, count: int) -> list[str]:
    """The first document of each label, then the second ones, until there are enough."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = [(row["label"], row["text"]) for row in csv.DictReader(stream)]
    except (OSError, KeyError, ValueError, csv.Error):
        return []
    of_label: dict[str, list[str]] = {}
    for label, text in rows:
        if text.strip():
            of_label.setdefault(label, []).append(text)
    turns = [text for place in range(count) for texts in of_label.values() for text in texts[place : place + 1]]
    return list(dict.fromkeys(turns))[:count]
