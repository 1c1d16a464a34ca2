"""What is known of a stored dataset without reading its table: its recipe, and its findings."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from scalearn_core.data.mapping import Blanks, Mapping
from scalearn_core.data.recipe import Step
from scalearn_core.data.split_plan import AT_RANDOM, SplitPlan
from scalearn_core.tables.reading import Reading
from scalearn_core.workspace.further_files import FurtherFile, FurtherInfo

FORMAT = 3
"""Of `recipe.json`. Format 1 knew one text column, no steps and no versions, and labels lost outer whitespace; 2
knew no documents without label, and is written where none are kept, so that earlier releases read it."""


@dataclass(frozen=True)
class DatasetInfo:
    """What `recipe.json` holds."""

    id: str
    name: str
    """The file's name without its ending."""

    filename: str
    text_columns: tuple[str, ...]
    """Their cells are joined to the texts."""

    label_column: str
    sheet: str | None
    """The sheet that was read; None for a text table."""

    blanks: Blanks
    encoding: str | None
    """None for a workbook, as is `delimiter`."""

    delimiter: str | None
    documents: int
    rejected: int
    """Rows that were left out; `rejected.csv` lists them."""

    class_counts: dict[str, int]
    """Documents per label, in the order of the labels."""

    fingerprint: str
    size: int
    """Bytes of the table."""

    sha256: str
    """Hash of the table's bytes."""

    created: str
    """ISO 8601, UTC."""

    languages: dict[str, float] = field(default_factory=dict)
    """Their shares, most frequent first (`data/languages.py`); empty in datasets of the first releases."""

    separator: str | None = None
    """What stands between several labels of one document; None where each has one."""

    plan: SplitPlan = AT_RANDOM
    """How it is divided; datasets of earlier releases have the default."""

    header: bool | int | None = None
    """Whether the first row names the columns, or the number of the row that does; None in datasets of earlier
    releases: detected."""

    steps: tuple[Step, ...] = ()
    """What was done to it after it was read."""

    version: int = 1
    """Counted among the datasets of one name."""

    previous: str | None = None
    """Id of the version before; it may be gone."""

    label_reading: int = 1
    """Rules by which the table and its label cells are read (`tables/rules.py`)."""

    quotes: str | None = None
    """What stands around cells, as the user said; None: as found."""

    trim_labels: bool = False
    """Whether labels lose outer whitespace, as in format 1."""

    unlabelled: int = 0
    """Documents without label."""

    further: FurtherInfo | None = None
    """A further file of such documents, beside the table."""

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.class_counts)

    @property
    def text_column(self) -> str:
        """The text columns in words."""
        return " + ".join(self.text_columns)

    @property
    def reading(self) -> Reading:
        """How its file is read."""
        return Reading(self.sheet, self.encoding, self.delimiter, self.header, self.quotes, self.label_reading)

    @property
    def mapping(self) -> Mapping:
        """What is taken of its columns."""
        return Mapping(
            self.text_columns,
            self.label_column,
            self.separator,
            self.blanks,
            keep=self.plan.columns,
            steps=self.steps,
            rules=self.label_reading,
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        steps = [step.to_dict() for step in self.steps]
        values = {**asdict(self), "plan": self.plan.to_dict(), "steps": steps}
        if self.blanks == "keep" or self.further:
            return {"format": FORMAT, **values}
        return {"format": 2} | {
            key: value for key, value in values.items() if key not in ("unlabelled", "further")
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> DatasetInfo:
        """What `to_dict` gave, of any format so far. Raises KeyError or TypeError for anything else."""
        values = dict(stored)
        format_ = values.pop("format")
        if format_ == 1:
            values |= {"text_columns": [values.pop("text_column")], "trim_labels": True}
        elif format_ not in (2, FORMAT):
            raise KeyError("format")
        values["text_columns"] = tuple(values["text_columns"])
        values["plan"] = SplitPlan.from_dict(values.get("plan", {}))
        values["steps"] = tuple(Step.from_dict(step) for step in values.get("steps", ()))
        if values.get("further") is not None:
            values["further"] = FurtherInfo.from_dict(values["further"])
        if not all(isinstance(values[name], str) for name in ("id", "name", "created", "sha256")):
            raise TypeError("a text was expected")
        counted = ("version", "documents", "rejected", "unlabelled", "size", "label_reading")
        if not all(type(values.get(name, 0)) is int and values.get(name, 0) >= 0 for name in counted):
            raise TypeError("a count was expected")
        return cls(**values)


def identity(mapping: Mapping, reading: Reading, plan: SplitPlan, further: FurtherFile | None) -> dict[str, Any]:
    """What makes two datasets of equal bytes different ones.

    Of what was added later only what is not as by default: ids stay what they were before there was a choice.
    """
    texts = mapping.texts
    how: dict[str, Any] = {
        "text": texts[0] if len(texts) == 1 else texts,
        "label": mapping.label,
        "sheet": reading.sheet,
        "blanks": mapping.blanks,
    }
    later: dict[str, Any] = {
        "separator": mapping.separator,
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
        "header": reading.header,
        "quotes": reading.quotes,
        "plan": None if plan == AT_RANDOM else plan.to_dict(),
        "steps": [step.to_dict() for step in mapping.steps] or None,
        "further": further.how if further else None,
    }
    return how | {key: value for key, value in later.items() if value is not None}
