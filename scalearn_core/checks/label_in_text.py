"""Labels that occur in the very texts they label."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.checks.finding import Finding, Severity
from scalearn_core.checks.scan import Scan, evenly, normal_forms, those

OWN, OTHERS = 0.5, 0.1
"""Share of its own documents a label stands in at least, and of the others' at most."""
FEWEST = 5
"""Documents of a class that must be looked at."""
MANY_CLASSES = 1 / 3
"""Share of the classes from which on it is a warning."""

_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def label_in_text(scan: Scan, texts: pd.Series[str]) -> list[Finding]:
    """`label_in_text`: classes whose name gives them away; a model would learn the word."""
    chosen = evenly(len(scan))
    forms = np.array(normal_forms(those(texts, chosen)), dtype=object)
    share_by_label: dict[str, float] = {}
    concerned = np.zeros(len(chosen), dtype=np.bool_)
    for label in scan.counts:
        own = scan.having([label])[chosen]
        pattern = word(label)
        if pattern is None or own.sum() < FEWEST:
            continue
        named = _stands_in(pattern, normal_forms([label])[0], forms)
        if named[own].mean() >= OWN and (own.all() or named[~own].mean() < OTHERS):
            share_by_label[label] = float(named[own].mean())
            concerned |= named & own
    if not share_by_label:
        return []
    share_of_classes = len(share_by_label) / len(scan.counts)
    values = {
        "labels": tuple(share_by_label),
        "share": sum(share_by_label.values()) / len(share_by_label),
        "classes": len(scan.counts),
        "concerned": int(concerned.sum()),
        "looked_at": len(chosen),
        "documents": len(scan),
    }
    rows = chosen[concerned]
    notes = tuple(scan.cells[cell] for cell in scan.cell[rows].tolist())
    severity: Severity = "warning" if share_of_classes >= MANY_CLASSES else "hint"
    return [Finding("label_in_text", severity, values, tuple(scan.rows[rows].tolist()), notes)]


def word(label: str) -> re.Pattern[str] | None:
    """Finds a label as a whole word in a normal form; None if it is too short to mean anything there."""
    (form,) = normal_forms([label])
    signs = len(_SIGN.findall(form))
    if signs < 2 and len(form) < 4:
        return None
    begin = "" if _SIGN.match(form[0]) else r"(?<![^\W\u3040-\u9fff])"
    end = "" if _SIGN.match(form[-1]) else r"(?![^\W\u3040-\u9fff])"
    return re.compile(begin + re.escape(form) + end)


def _stands_in(pattern: re.Pattern[str], form: str, forms: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.array([form in text and pattern.search(text) is not None for text in forms], dtype=np.bool_)
