"""A further file of documents without label beside the table of a dataset: `datasets/<id>/unlabelled.bin`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from scalearn_core.data.further import Further, read_further
from scalearn_core.tables.reader import Table
from scalearn_core.tables.reading import AS_FOUND, Reading
from scalearn_core.tables.rules import RULES

FILE = "unlabelled.bin"


@dataclass(frozen=True)
class FurtherInfo:
    """What `recipe.json` holds of it."""

    filename: str
    text_columns: tuple[str, ...]
    sheet: str | None
    encoding: str | None
    delimiter: str | None
    header: bool | int | None
    size: int
    """Bytes."""
    sha256: str
    """Hash of the bytes."""
    quotes: str | None = None
    """What stands around cells, as the user said; None: as found."""
    rules: int = RULES
    """By which it is read (`tables/rules.py`)."""

    @property
    def reading(self) -> Reading:
        """How the file is read."""
        return Reading(self.sheet, self.encoding, self.delimiter, self.header, self.quotes, self.rules)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> FurtherInfo:
        """What `asdict` gave. Raises KeyError or TypeError for anything else."""
        return cls(**{**stored, "text_columns": tuple(stored["text_columns"])})

    def read(self, content: bytes) -> Further:
        """Its rows, as they were when it was kept. Raises DataError as `read_further`."""
        return read_further(content, self.text_columns, self.reading, name=self.filename, exactly=True)

    def content(self, home: Path) -> bytes:
        """The bytes as uploaded, from a dataset's folder. Raises OSError where they are missing or changed."""
        content = (home / FILE).read_bytes()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise OSError(f"{FILE} was changed")
        return content


@dataclass(frozen=True, eq=False)
class FurtherFile:
    """One that is to be kept."""

    content: bytes
    texts: Sequence[str]
    """The columns of its texts."""
    reading: Reading = AS_FOUND
    filename: str = "table"
    """Where it came from; shown, never used as a path."""
    table: Table | None = None
    """What `read_table` gave for this content, where it was read so already."""

    @property
    def name(self) -> str:
        return PureWindowsPath(self.filename).name or "table"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def how(self) -> dict[str, Any]:
        """What it adds to the identity of a dataset."""
        chosen = {key: value for key, value in self.reading.to_dict().items() if value is not None}
        return {"sha256": self.sha256, "texts": list(self.texts), **chosen}

    def read(self) -> Further:
        """Its rows. Raises DataError as `read_further`."""
        if self.table is not None:
            return Further(self.table, tuple(self.texts), self.name)
        return read_further(self.content, self.texts, self.reading, name=self.name, exactly=True)

    def info(self, table: Table) -> FurtherInfo:
        """What is kept of it.

        Args:
            table: as it was read.
        """
        header = table.header_row if (table.header_row or 1) > 1 else table.header
        return FurtherInfo(
            self.name, tuple(self.texts), table.sheet, table.encoding, table.delimiter, header, len(self.content),
            self.sha256, self.reading.quotes, self.reading.rules,
        )  # fmt: skip
