"""Texts and labels of a table, checked, and divided into train, validation and test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.data.apply_recipe import apply_steps
from scalearn_core.data.column_checks import check_column, check_columns, check_formulas, check_labels, shorten
from scalearn_core.data.documents import take_documents
from scalearn_core.data.fingerprint import fingerprint
from scalearn_core.data.further import Further, last_row, read_named
from scalearn_core.data.groups import Groups
from scalearn_core.data.label_values import as_known, other_forms, same_values
from scalearn_core.data.labels import split_labels
from scalearn_core.data.mapping import Mapping
from scalearn_core.data.parts import NEVER_LEARNED, Part
from scalearn_core.data.split import Split
from scalearn_core.data.split_plan import AT_RANDOM, SplitPlan, divide
from scalearn_core.data.unlabelled import gather, kept_columns, no_documents, pile_of
from scalearn_core.errors import DataError
from scalearn_core.tables.content import OnProgress
from scalearn_core.tables.notes import NOTHING, Notes
from scalearn_core.tables.reader import Table
from scalearn_core.tables.reading import AS_FOUND, Reading
from scalearn_core.targets import Targets


@dataclass(frozen=True, eq=False)
class TextDataset:
    """Documents with one label each, or with several. Made by `from_table`; `split` gives a divided copy.

    Example:
        dataset = TextDataset.from_table("tickets.csv", text="body", label="topic").split(seed=13)
    """

    frame: pd.DataFrame
    """Columns `text` and `label` (both as typed; of several each trimmed, sorted, `separator` between them, none
    as an empty text), in file order, indexed by `row`."""

    rejected: pd.DataFrame
    """Columns `row`, `reason` and `content`: those of `Table.rejected`, and `blank_text`, `blank_label`."""

    labels: tuple[str, ...]
    """The classes, sorted; their order is that of the targets."""

    name: str

    parts: NDArray[np.int64] | None = None
    """The `Part` of each document, shape [documents]; None before `split`."""

    separator: str | None = None
    """What stands between the labels of a document; None where each has one."""

    side: pd.DataFrame | None = None
    """Further columns of the table as text, such as a date, indexed as `frame`; None unless some were kept."""

    plan: SplitPlan | None = None
    """How it was divided; None before `split`."""

    notes: Notes = NOTHING
    """As `Table.notes`."""

    unlabelled: pd.Series[str] = field(default_factory=no_documents)
    """Texts of the documents without label, indexed by `row`; empty where there are none. Those of a
    further file stand behind the others."""

    unlabelled_side: pd.DataFrame | None = None
    """As `side`, for the documents without label that stand in the table itself."""

    table_end: int | None = None
    """The last row of the table, from which those of a further file are counted on; None where there is none."""

    header_row: int | None = None
    """The row of the file that names the columns; None where none does."""

    @classmethod
    def from_table(
        cls,
        source: str | Path | bytes,
        mapping: Mapping | None = None,
        reading: Reading = AS_FOUND,
        *,
        further: Further | None = None,
        text: str | Sequence[str] = "text",
        label: str = "label",
        to_learn: bool = True,
        name: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> TextDataset:
        """Read and check a table.

        Args:
            source: A path, or a file's content.
            mapping: Which columns are texts and labels, and what is made of their cells; without it `text` and
                `label` name the columns.
            reading: How the file is to be read where it does not tell.
            further: A further file, whose documents are without label (`read_further`).
            to_learn: Whether the table must have what it takes to learn from; a model can be scored on any.
            name: What to call the dataset; the file's name by default.
            on_progress: Told the share of the file that is read; what it raises ends the reading.

        Raises:
            DataError: The table cannot be read (`tables/`), or cannot be learned from (`column_checks.py`).
        """
        mapping = mapping or Mapping(text, label)
        if name is None:
            name = "table" if isinstance(source, bytes) else Path(source).stem
        columns = (*mapping.texts, mapping.label, *mapping.keep)
        table = read_named(source, columns, reading, on_progress)
        return cls.from_rows(table, mapping, further=further, to_learn=to_learn, name=name)

    @classmethod
    def from_rows(
        cls,
        table: Table,
        mapping: Mapping,
        *,
        name: str,
        further: Further | None = None,
        to_learn: bool = True,
        on_progress: OnProgress | None = None,
    ) -> TextDataset:
        """`from_table` for a table that was read already. Progress is told of what is done to it."""
        texts, label, columns = mapping.texts, mapping.label, list(table.frame.columns)
        check_columns(columns, texts=texts, label=label)
        for column in mapping.keep:
            check_column(columns, column)
        bearable = 0 if mapping.blanks == "refuse" else len(table.frame) - 1
        check_formulas(table.notes.without_value, texts=texts, label=label, bearable=bearable)
        progress = on_progress or (lambda share: None)
        documents = take_documents(table.frame, mapping, are_lists=label in table.lists)
        frame, by_steps = apply_steps(documents.frame, mapping.steps, documents.separator, on_progress=progress)
        unlabelled, not_kept = gather(documents, table, further, mapping.steps, progress)
        side, unlabelled_side = (
            kept_columns(table.frame, rows.index, mapping.keep) for rows in (frame, unlabelled)
        )
        made = cls(
            frame, pd.concat([table.rejected, documents.left_out, by_steps, not_kept]), (), name,
            separator=documents.separator, side=side, notes=table.notes, unlabelled=unlabelled,
            unlabelled_side=unlabelled_side, table_end=None if further is None else last_row(table),
            header_row=table.header_row,
        )  # fmt: skip
        return made._checked(label, to_learn=to_learn)

    def _checked(self, column: str, *, to_learn: bool) -> TextDataset:
        """With the labels and the rejected rows in order. Raises DataError as `check_labels`."""
        counts = self._counts()
        documents = len(self.frame)
        check_labels(counts, documents, column, to_learn=to_learn, unlabelled=len(self.unlabelled))
        rejected = self.rejected.sort_values("row", kind="stable", ignore_index=True)
        return replace(self, labels=tuple(sorted(counts)), rejected=rejected)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of all documents, with and without label."""
        return fingerprint(self.frame, self.separator, self.unlabelled)

    @cached_property
    def labelled_fingerprint(self) -> str:
        """That of the labelled documents alone, which tells whether a model was made from them."""
        return fingerprint(self.frame, self.separator)

    @property
    def class_counts(self) -> dict[str, int]:
        """Documents per label, in the order of `labels`."""
        counts = self._counts()
        return {label: counts[label] for label in self.labels}

    def _counts(self) -> Counter[str]:
        codes, sets = self._distinct
        counts: Counter[str] = Counter()
        for present, number in zip(sets, np.bincount(codes, minlength=len(sets)).tolist(), strict=True):
            counts.update(dict.fromkeys(present, number))
        return counts

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

    @cached_property
    def pile(self) -> tuple[str, ...]:
        """Texts of `unlabelled` to learn from besides the labels, in file order: each once, none that a labelled
        document (of any part) has as well; of more than `MOST_UNLABELLED` so many are drawn by the split's seed.

        Nor one that nearly equals a test document, or stands where only test documents may, by the split's plan.
        """
        tested = None if self.parts is None else np.isin(self.parts, NEVER_LEARNED)
        return pile_of(
            self.unlabelled, self.frame["text"], self.plan or AT_RANDOM, tested, self.side, self.unlabelled_side
        )

    @property
    def unscored(self) -> tuple[str, ...]:
        """Labels that no test document has, so that no score is possible for them. Raises `data.not_split`."""
        tested = set(chain.from_iterable(split_labels(cell, self.separator) for cell in self.test.names()))
        return tuple(label for label in self.labels if label not in tested)

    @property
    def kept_out(self) -> tuple[int, ...]:
        """Rows in no part, as the user's test set has their text or group too (`splits.complete_parts`)."""
        return self.part(Part.KEPT_OUT).rows

    def without_validation(self) -> TextDataset:
        """A copy whose validation documents are among those to train on, for a training that needs none."""
        if self.parts is None:
            raise DataError("data.not_split")
        return replace(self, parts=np.where(self.parts == Part.VALIDATION, Part.TRAIN, self.parts))

    def whole(self, labels: Sequence[str] | None = None) -> Split:
        """All documents as one part, to evaluate a model on a table it never saw.

        Args:
            labels: The model's classes, which the targets then refer to; by default the table's own. One that
                looks like a formula may stand in the table as our own exports write it, behind an apostrophe.

        Raises:
            DataError: `data.unknown_labels` if the table has a class the model has not.
        """
        known = tuple(labels or self.labels)
        values, written = same_values(known), other_forms(known)
        codes, sets = self._distinct
        turned = [[as_known(label, known, written, values) for label in label_set] for label_set in sets]
        cells = pd.Series([(self.separator or "").join(label_set) for label_set in turned], dtype="str")
        labels_found = tuple(sorted(set(chain.from_iterable(turned))))
        frame = self.frame.assign(label=cells.iloc[codes].to_numpy())
        return replace(self, frame=frame, labels=labels_found)._select(np.ones(len(frame), dtype=np.bool_), known)

    @property
    def train(self) -> Split:
        return self.part(Part.TRAIN)

    @property
    def validation(self) -> Split:
        return self.part(Part.VALIDATION)

    @property
    def test(self) -> Split:
        return self.part(Part.TEST)

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
        codes, sets = self._distinct
        if self.separator is None:
            return np.array([index[label] for (label,) in sets], dtype=np.int64)[codes]
        targets = np.zeros((len(sets), len(labels)), dtype=np.int64)
        for row, present in zip(targets, sets, strict=True):
            row[[index[label] for label in present]] = 1
        return targets[codes]

    @cached_property
    def _distinct(self) -> tuple[NDArray[np.int64], list[tuple[str, ...]]]:
        """Of each document the number of its label cell, and the labels of each different cell."""
        codes, cells = pd.factorize(self.frame["label"])
        return codes.astype(np.int64), [split_labels(cell, self.separator) for cell in cells]
