"""Texts and labels taken from a table, checked, and divided into train, validation and test."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.data.checks import check_column, check_columns, check_labels, shorten
from scalearn_core.data.export import safe_cell
from scalearn_core.data.groups import Groups
from scalearn_core.data.labels import AUTO, find_separator, split_labels
from scalearn_core.data.split_plan import SplitPlan, divide
from scalearn_core.data.splits import KEPT_OUT, TEST, TRAIN, VALIDATION
from scalearn_core.data.tables import Table, read_table, rejected_rows
from scalearn_core.errors import DataError
from scalearn_core.targets import Targets, are_several, names_of

Blanks = Literal["refuse", "leave_out"]


@dataclass(frozen=True, eq=False)
class Split:
    """The documents of one part, in file order."""

    texts: tuple[str, ...]
    targets: Targets
    """Index into `labels` of each document, or which labels each has (`targets.py`)."""

    labels: tuple[str, ...]
    """All classes of the dataset, whether this part has documents of them or not."""

    rows: tuple[int, ...]
    """Row numbers in the file; the header is row 1."""

    separator: str | None = None
    """What stands between the labels of a document in a table; None where each has one."""

    def __post_init__(self) -> None:
        if not len(self.texts) == len(self.targets) == len(self.rows):
            counts = f"{len(self.texts)}, {len(self.targets)} and {len(self.rows)}"
            raise ValueError(f"Texts, targets and rows must be equally many, found {counts}.")
        if are_several(self.targets) != (self.separator is not None):
            raise ValueError("Several labels per document need a separator, and only they.")

    def __len__(self) -> int:
        return len(self.texts)

    def drawn(self, most: int, seed: int) -> Split:
        """All documents, or so many of them drawn at random, in file order."""
        if len(self) <= most:
            return self
        rows = np.sort(np.random.default_rng(seed).permutation(len(self))[:most])
        texts, numbers = (tuple(values[row] for row in rows) for values in (self.texts, self.rows))
        return Split(texts, self.targets[rows], self.labels, numbers, self.separator)

    def names(self, targets: Targets | None = None) -> list[str]:
        """Labels as text, those of the documents or predicted ones."""
        return names_of(self.targets if targets is None else targets, self.labels, self.separator)


@dataclass(frozen=True, eq=False)
class TextDataset:
    """Documents with one label each, or with several. Made by `from_table`; `split` gives a divided copy.

    Example:
        dataset = TextDataset.from_table("tickets.csv", text="body", label="topic").split(seed=13)
    """

    frame: pd.DataFrame
    """Columns `text` (as typed) and `label` (without outer whitespace; several sorted, with `separator` between
    them), in file order, indexed by `row`."""

    rejected: pd.DataFrame
    """Columns `row` and `reason`: those of `Table.rejected`, and `blank_text` and `blank_label`."""

    labels: tuple[str, ...]
    """The classes, sorted; their order is that of the targets."""

    name: str

    parts: NDArray[np.int64] | None = None
    """`TRAIN`, `VALIDATION`, `TEST` or `KEPT_OUT` per document, shape [documents]; None before `split`."""

    separator: str | None = None
    """What stands between the labels of a document; None where each has one."""

    side: pd.DataFrame | None = None
    """Further columns of the table as text, such as a date, indexed as `frame`; None unless some were kept."""

    plan: SplitPlan | None = None
    """How it was divided; None before `split`."""

    @classmethod
    def from_table(
        cls,
        source: str | Path | bytes,
        *,
        text: str,
        label: str,
        sheet: str | None = None,
        blanks: Blanks = "refuse",
        separator: str | None = AUTO,
        to_learn: bool = True,
        name: str | None = None,
        keep: Sequence[str] = (),
    ) -> TextDataset:
        """Read and check a table.

        Args:
            source: A path, or a file's content.
            text: The column with the documents.
            label: The column with their classes.
            sheet: Which sheet of a workbook; the first visible one by default.
            blanks: What to do with rows without text or label: "refuse" them by number, or "leave_out" and
                list them in `rejected`.
            separator: What stands between several labels of one document; None: each cell is one label; "auto":
                as the cells tell (`labels.find_separator`).
            to_learn: Whether the table must have what it takes to learn from; a model can be scored on any.
            name: What to call the dataset; the file's name by default.
            keep: Further columns that a split asks for (`SplitPlan.columns`).

        Raises:
            DataError: The table cannot be read (`tables.py`), or cannot be learned from (`checks.py`).
        """
        if name is None:
            name = "table" if isinstance(source, bytes) else Path(source).stem
        return cls.from_rows(
            read_table(source, sheet=sheet), text=text, label=label, blanks=blanks, separator=separator,
            to_learn=to_learn, name=name, keep=keep,
        )  # fmt: skip

    @classmethod
    def from_rows(
        cls, table: Table, *, text: str, label: str, blanks: Blanks, separator: str | None = AUTO,
        to_learn: bool = True, name: str, keep: Sequence[str] = (),
    ) -> TextDataset:  # fmt: skip
        """`from_table` for a table that was read already."""
        if blanks not in ("refuse", "leave_out"):
            raise ValueError(f'blanks must be "refuse" or "leave_out", found {blanks!r}.')
        if separator == "":
            raise ValueError("separator must be a text or None.")
        check_columns(list(table.frame.columns), text=text, label=label)
        for column in keep:
            check_column(list(table.frame.columns), column)
        frame = pd.DataFrame({"text": table.frame[text], "label": table.frame[label].map(str.strip)})
        if separator == AUTO:
            separator = find_separator([cell for cell in frame["label"] if cell])
        if separator is not None:
            frame["label"] = frame["label"].map(lambda cell: separator.join(split_labels(cell, separator)))
        blank_text = frame["text"].map(str.strip) == ""
        blank = blank_text | (frame["label"] == "")
        if blanks == "refuse" and blank.any():
            rows = frame.index[blank].tolist()
            raise DataError("data.blank_cells", text=text, label=label, count=len(rows), rows=shorten(rows))
        reasons = blank_text[blank].map({True: "blank_text", False: "blank_label"})
        left_out = zip(frame.index[blank].tolist(), reasons.tolist(), strict=True)
        known = zip(table.rejected["row"].tolist(), table.rejected["reason"].tolist(), strict=True)
        frame = frame[~blank]
        labels = [split_labels(cell, separator) for cell in frame["label"]]
        check_labels(labels, label, to_learn=to_learn)
        classes = tuple(sorted(set(chain.from_iterable(labels))))
        side = table.frame.loc[frame.index, list(keep)] if keep else None
        return cls(frame, rejected_rows([*known, *left_out]), classes, name, separator=separator, side=side)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the texts and labels in file order, whatever file format they came in."""
        digest = hashlib.sha256()
        for text, cell in zip(self.frame["text"], self.frame["label"], strict=True):
            label = cell if self.separator is None else split_labels(cell, self.separator)
            digest.update(json.dumps([text, label]).encode("ascii") + b"\n")
        return digest.hexdigest()

    @property
    def class_counts(self) -> dict[str, int]:
        """Documents per label, in the order of `labels`."""
        counts = Counter(chain.from_iterable(self._label_sets))
        return {label: counts[label] for label in self.labels}

    def split(
        self, test: float = 0.2, validation: float = 0.1, seed: int = 13, *, plan: SplitPlan | None = None,
        groups: Groups | None = None,
    ) -> TextDataset:  # fmt: skip
        """A copy divided into `train`, `validation` and `test` by the rules of `splits.py` and `split_plan.py`.

        Args:
            plan: How; without it at random, with `test`, `validation` and `seed`, which it replaces.
            groups: Documents with the same number, from 0 on, stay together, as those with the same text do.

        Raises:
            DataError: as `split_plan.divide`.
        """
        plan = plan or SplitPlan(seed, test, validation)
        texts, rows = self.frame["text"].tolist(), self.frame.index.tolist()
        parts = divide(
            plan, texts, self._targets(self.labels), self.labels, side=self.side, rows=rows, groups=groups
        )
        return replace(self, parts=parts, plan=plan)

    @property
    def unscored(self) -> tuple[str, ...]:
        """Labels that no test document has, so that no score is possible for them. Raises `data.not_split`."""
        tested = set(chain.from_iterable(split_labels(cell, self.separator) for cell in self.test.names()))
        return tuple(label for label in self.labels if label not in tested)

    @property
    def kept_out(self) -> tuple[int, ...]:
        """Rows in no part, as the user's test set has their text or group too (`splits.complete_parts`)."""
        return self.part(KEPT_OUT).rows

    def without_validation(self) -> TextDataset:
        """A copy whose validation documents are among those to train on, for a training that needs none."""
        if self.parts is None:
            raise DataError("data.not_split")
        return replace(self, parts=np.where(self.parts == VALIDATION, TRAIN, self.parts))

    def whole(self, labels: Sequence[str] | None = None) -> Split:
        """All documents as one part, to evaluate a model on a table it never saw.

        Args:
            labels: The model's classes, which the targets then refer to; by default the table's own. One that
                looks like a formula may stand in the table as our own exports write it, behind an apostrophe.

        Raises:
            DataError: `data.unknown_labels` if the table has a class the model has not.
        """
        known = tuple(labels or self.labels)
        behind = self.separator or ""  # with another label behind it a number is none, and gets an apostrophe too
        begins = {safe_cell(label + behind).removesuffix(behind): label for label in known}
        written = {begin: label for begin, label in begins.items() if begin not in known}
        cells = [
            (self.separator or "").join(written.get(label, label) for label in labels)
            for labels in self._label_sets
        ]
        present = {label for cell in cells for label in split_labels(cell, self.separator)}
        table = replace(self, frame=self.frame.assign(label=cells), labels=tuple(sorted(present)))
        return table._select(np.ones(len(self.frame), dtype=np.bool_), known)

    @property
    def train(self) -> Split:
        return self.part(TRAIN)

    @property
    def validation(self) -> Split:
        return self.part(VALIDATION)

    @property
    def test(self) -> Split:
        return self.part(TEST)

    def part(self, part: int) -> Split:
        """The documents with this number in `parts`. Raises DataError `data.not_split`."""
        if self.parts is None:
            raise DataError("data.not_split")
        return self._select(self.parts == part, self.labels)

    def _select(self, chosen: NDArray[np.bool_], labels: tuple[str, ...]) -> Split:
        frame = self.frame[chosen]
        return Split(
            tuple(frame["text"]),
            self._targets(labels)[chosen],
            labels,
            tuple(frame.index.tolist()),
            self.separator,
        )

    def _targets(self, labels: tuple[str, ...]) -> Targets:
        """Of each document the index of its label in `labels`, or which of them it has (`targets.py`)."""
        index = {label: i for i, label in enumerate(labels)}
        unknown = [label for label in self.labels if label not in index]
        if unknown:
            raise DataError("data.unknown_labels", unknown=shorten(unknown), labels=shorten(labels))
        if self.separator is None:
            return np.array([index[label] for label in self.frame["label"]], dtype=np.int64)
        targets = np.zeros((len(self.frame), len(labels)), dtype=np.int64)
        for row, present in zip(targets, self._label_sets, strict=True):
            row[[index[label] for label in present]] = 1
        return targets

    @cached_property
    def _label_sets(self) -> list[tuple[str, ...]]:
        """The labels of each document."""
        return [split_labels(cell, self.separator) for cell in self.frame["label"]]
