"""The one shape of all findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

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

    def to_dict(self) -> dict[str, Any]:
        """As JSON (`docs/formats.md`)."""
        remedies = [
            {
                "code": remedy.code,
                "steps": [step.to_dict() for step in remedy.steps],
                "values": _plain(remedy.values),
            }
            for remedy in self.remedies
        ]
        return {
            "code": self.code,
            "severity": self.severity,
            "values": _plain(self.values),
            "rows": list(self.rows),
            "notes": list(self.notes),
            "remedies": remedies,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Finding:
        """The finding that `to_dict` gave. Raises KeyError or TypeError for anything else."""
        remedies = tuple(
            Remedy(remedy["code"], tuple(map(Step.from_dict, remedy["steps"])), _with_tuples(remedy["values"]))
            for remedy in stored["remedies"]
        )
        return cls(
            stored["code"],
            stored["severity"],
            _with_tuples(stored["values"]),
            tuple(stored["rows"]),
            tuple(stored["notes"]),
            remedies,
        )


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


def _with_tuples(values: Mapping[str, object]) -> dict[str, object]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
