"""Documents with personal data in them, and the offer to blank those out."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from scalearn_core.checks.finding import Finding, Remedy
from scalearn_core.checks.scan import Scan, evenly, those
from scalearn_core.data.personal import KINDS, personal_in
from scalearn_core.data.recipe import Step

CHARACTERS = 20_000
"""Looked at of one document."""
MASKS_SHOWN = 5
"""Of one document."""


def personal_data(scan: Scan, texts: pd.Series[str], unlabelled: pd.Series[str] | None = None) -> list[Finding]:
    """`personal_data`: documents with any, with label or without, each noted with what was found, masked.

    Names are not looked for: no library finds them well enough in Japanese and in English.
    """
    numbers = scan.rows
    if unlabelled is not None and len(unlabelled):
        texts, numbers = pd.concat([texts, unlabelled]), np.concatenate([numbers, unlabelled.index.to_numpy()])
    chosen = evenly(len(texts))
    kinds: Counter[str] = Counter()
    rows, notes = [], []
    for number, text in zip(chosen.tolist(), those(texts, chosen), strict=True):
        matches = personal_in(text[:CHARACTERS])
        if matches:
            kinds.update(kind for kind, _ in matches)
            rows.append(int(numbers[number]))
            masks = list(dict.fromkeys(mask for _, mask in matches))
            notes.append(", ".join(masks[:MASKS_SHOWN]) + (", …" if len(masks) > MASKS_SHOWN else ""))
    if not rows:
        return []
    values = {
        "kinds": {kind: kinds[kind] for kind in KINDS if kinds[kind]},
        "concerned": len(rows),
        "share": len(rows) / len(chosen),
        "looked_at": len(chosen),
        "documents": len(texts),
    }
    blank_out = Remedy("blank_out_personal", (Step("blank_out_personal", "personal_data"),))
    return [Finding("personal_data", "warning", values, tuple(rows), tuple(notes), (blank_out,))]
