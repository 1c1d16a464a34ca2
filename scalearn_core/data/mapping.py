"""Which columns of a table are texts and labels, and what is made of their cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from scalearn_core.data.labels import AUTO
from scalearn_core.data.recipe import Step
from scalearn_core.tables.rules import RULES

Blanks = Literal["keep", "leave_out", "refuse"]


@dataclass(frozen=True)
class Mapping:
    """From the columns of a table to documents. Raises ValueError for a value that means nothing."""

    text: str | Sequence[str]
    """The column with the documents; of several, such as subject and body, the cells are joined."""
    label: str
    """The column with their labels."""
    separator: str | None = AUTO
    """What stands between several labels of one document; None: each cell is one label; "auto": as the cells tell
    (`labels.find_separator`, `label_cells.as_lists`)."""
    blanks: Blanks = "keep"
    """What to do with rows without text or label: "keep" those with a text (`TextDataset.unlabelled`) and list the
    others in `TextDataset.rejected`, "leave_out" and list them all, or "refuse" them by number."""
    keep: Sequence[str] = ()
    """Further columns that a split asks for (`SplitPlan.columns`)."""
    steps: Sequence[Step] = ()
    """What is done to the documents after they were read (`recipe.py`); those left out are listed as rejected."""
    rules: int = RULES
    """By which label cells are read: those of a stored dataset."""

    def __post_init__(self) -> None:
        if self.blanks not in get_args(Blanks):
            raise ValueError(f"blanks must be one of {', '.join(get_args(Blanks))}, found {self.blanks!r}.")
        if self.separator == "":
            raise ValueError("separator must be a text or None.")

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns of the texts, one or several."""
        return columns_of(self.text)


def columns_of(text: str | Sequence[str]) -> tuple[str, ...]:
    """One column or more, as a list."""
    return (text,) if isinstance(text, str) else tuple(text)
