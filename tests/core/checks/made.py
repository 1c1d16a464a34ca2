"""Datasets and looks made on the spot; the first document stands in row 2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from scalearn_core.checks.finding import Finding
from scalearn_core.checks.scan import Scan, look_at
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.labels import split_labels

WORDS = (
    "broken", "late", "missing", "wrong", "sealed", "heavy", "noisy", "wet", "dirty", "loose", "torn", "cold",
    "open", "short", "bent",
)  # fmt: skip


def made(documents: Iterable[tuple[str, str]], separator: str | None = None) -> TextDataset:
    """A dataset of texts and label cells."""
    texts, cells = zip(*documents, strict=True)
    frame = pd.DataFrame({"text": pd.Series(texts, dtype="str"), "label": pd.Series(cells, dtype="str")})
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="row")
    labels = {label for cell in cells for label in split_labels(cell, separator)}
    return TextDataset(
        frame, pd.DataFrame({"row": [], "reason": []}), tuple(sorted(labels)), "made", None, separator
    )


def scan(documents: Iterable[tuple[str, str]], separator: str | None = None) -> Scan:
    return look_at(made(documents, separator))


def plain_texts(number: int, begin: int = 0) -> list[str]:
    """So many different English sentences that hold nothing to find."""
    return [
        f"The {WORDS[n % 15]} parcel was {WORDS[n // 15 % 15]} and then {WORDS[n // 225 % 15]}, see photo"
        for n in range(begin, begin + number)
    ]


def classes(counts: dict[str, int]) -> list[tuple[str, str]]:
    """Plain documents, so many of each label cell."""
    cells = [cell for cell, number in counts.items() for _ in range(number)]
    return list(zip(plain_texts(len(cells)), cells, strict=True))


def only(findings: Sequence[Finding]) -> Finding:
    """The one finding there is."""
    (finding,) = findings
    return finding


def by_code(findings: Sequence[Finding]) -> dict[str, Finding]:
    assert len({finding.code for finding in findings}) == len(findings)
    return {finding.code: finding for finding in findings}
