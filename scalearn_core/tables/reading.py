"""How a file is to be read where a person knows better than the file tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scalearn_core.tables.columns import Header
from scalearn_core.tables.delimited import DELIMITERS
from scalearn_core.tables.encodings import ENCODINGS
from scalearn_core.tables.quoting import QUOTES
from scalearn_core.tables.rules import RULES


@dataclass(frozen=True)
class Reading:
    """The choices of `read_table`; what is None is found in the file. Raises ValueError for unknown ones."""

    sheet: str | None = None
    """Which sheet of a workbook; the first visible one by default."""
    encoding: str | None = None
    """One of `ENCODINGS`. Of text and JSON alone; elsewhere it plays no part."""
    delimiter: str | None = None
    """One of `DELIMITERS`, between the cells. Of text alone."""
    header: Header = None
    """Whether a row names the columns, or the number of that row. Of text and workbooks alone."""

    quotes: str | None = None
    """One of `quoting.QUOTES`: what stands around cells. Of text alone."""
    rules: int = RULES
    """Those of a stored dataset."""

    def __post_init__(self) -> None:
        if self.encoding not in (None, *ENCODINGS) or self.delimiter not in (None, *DELIMITERS):
            raise ValueError(f"Unknown encoding or delimiter: {self.encoding!r}, {self.delimiter!r}.")
        if self.quotes not in (None, *QUOTES):
            raise ValueError(f"Unknown way of quoting: {self.quotes!r}.")

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Reading:
        """Those of a run's config, or of a command's options."""
        chosen: dict[str, Any] = {choice: config.get(choice) for choice in CHOICES}
        return cls(**chosen)

    def to_dict(self) -> dict[str, Any]:
        """For a run's config."""
        return {choice: getattr(self, choice) for choice in CHOICES}


CHOICES = ("sheet", "encoding", "delimiter", "header", "quotes")
"""What a person may choose."""
AS_FOUND = Reading()
