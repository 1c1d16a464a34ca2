"""The one shape of all findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from scalearn_core.data.recipe import Step

Severity = Literal["serious", "warning", "hint"]
"""serious: a score or model would mislead; warning: worth a look before training; hint: good to know."""


@dataclass(frozen=True)
class Remedy:
    """Something the user can do about a finding with one click, and undo."""

    code: str
    """Names the button: `remedy.<code>`; `remedy.<code>.then` says what it leads to."""
    steps: tuple[Step, ...]
    values: Mapping[str, object] = field(default_factory=dict)
    """Fill the two sentences."""


@dataclass(frozen=True)
class Finding:
    """One thing found."""

    code: str
    """Names its sentence: `finding.<code>`."""
    severity: Severity
    values: Mapping[str, object] = field(default_factory=dict)
    """Fill the sentence. Counts are ints, shares floats from 0 to 1, labels and languages as they are."""
    rows: tuple[int, ...] = ()
    """Row numbers in the file of the documents it is about, in the order they should be looked at."""
    notes: tuple[str, ...] = ()
    """To each row what one must know of it: the row it repeats, the label suggested, what was found in it."""
    remedies: tuple[Remedy, ...] = ()
    """The one to recommend first."""
