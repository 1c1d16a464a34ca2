"""What was done to a table after it was read: steps a person chose, in their order, each of which can be undone.

A step is plain data, so that a recipe can be read, stored as JSON, and applied to the next version of a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Kind = Literal["merge_labels", "leave_out_labels", "leave_out_rows", "relabel", "blank_out_personal"]


@dataclass(frozen=True)
class Step:
    """One change. Row numbers are those of the file (the header is row 1)."""

    do: Kind
    why: str
    """Code of the finding that led to it (`findings/`); the reason of rows that are left out."""
    labels: tuple[str, ...] = ()
    """To merge, or to leave out."""
    into: str = ""
    """The label that merged labels or relabelled rows get."""
    rows: tuple[int, ...] = ()
    """To leave out, or to relabel; empty where labels say which."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON: what is empty is left out."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items() if value
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Step:
        """The step that `to_dict` gave. Raises KeyError or TypeError for anything else."""
        if stored["do"] not in get_args(Kind):
            raise KeyError(stored["do"])
        return cls(
            stored["do"],
            stored["why"],
            tuple(stored.get("labels", ())),
            stored.get("into", ""),
            tuple(stored.get("rows", ())),
        )
