"""How a run ended, recorded in its own folder, since the list of runs may be locked, full or missing.

The run's process writes `end.json` before it leaves. Whoever finds a process gone whose row still says that it
works takes the end from there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from scalearn_core.errors import ScaLearnError
from scalearn_core.runs.folders import END, write_json
from scalearn_core.runs.records import Status


@dataclass(frozen=True)
class Ending:
    """One end."""

    status: Status
    error_code: str | None = None
    error_values: dict[str, Any] = field(default_factory=dict)
    error_text: str | None = None

    def __post_init__(self) -> None:
        if self.status not in get_args(Status) or self.status in ("queued", "running"):
            raise ValueError(f"{self.status!r} is no end")
        if not isinstance(self.error_values, dict):
            raise TypeError("the values of an error have names")

    @classmethod
    def of(cls, status: Status, error: ScaLearnError | None = None) -> Ending:
        """An end with its reason; what JSON does not know becomes text."""
        if error is None:
            return cls(status)
        values: dict[str, Any] = json.loads(json.dumps(error.values, default=str))
        return cls(status, error.code, values, str(error))


def write_ending(folder: Path, ending: Ending) -> None:
    """Keep the end in the run's folder. Raises OSError."""
    write_json(folder / END, vars(ending))


def read_ending(folder: Path) -> Ending | None:
    """The end that the run's process recorded; None where it could not, or where the file is damaged."""
    try:
        return Ending(**json.loads((folder / END).read_text("utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
