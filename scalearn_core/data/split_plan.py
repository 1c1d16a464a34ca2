"""How a dataset is to be divided: at random, as a column of the table says, or by date."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.data.column_checks import shorten
from scalearn_core.data.dates import dates_like, read_dates
from scalearn_core.data.groups import Groups, join_groups
from scalearn_core.data.near_duplicates import group_near
from scalearn_core.data.parts import Part
from scalearn_core.data.splits import OPEN, assign_parts, check_shares, complete_parts
from scalearn_core.errors import DataError
from scalearn_core.targets import Targets, indicators

By = Literal["random", "column", "newest"]

TEST_NAMES = frozenset({"test", "testing", "eval", "evaluation", "holdout", "hold-out", "テスト", "評価"})
"""Cells that are offered as the test set."""
TRAIN_NAMES = frozenset({"train", "training", "学習", "訓練"})
VALIDATION_NAMES = frozenset({"validation", "valid", "val", "dev", "検証"})
"""Cells that are the validation set, unless they were chosen as the test set."""


@dataclass(frozen=True)
class SplitPlan:
    """Which documents are tested on. Part of a dataset: every model of it is tested on the same documents."""

    seed: int = 13
    """Decides which documents go where, as far as that is left to chance; not that of a training."""

    test: float = 0.2
    """Share of documents to test on; of no meaning with `by="column"`."""

    validation: float = 0.1
    """Share to choose settings and the best epoch on."""

    by: By = "random"
    """ "column": documents whose cell in `column` is one of `test_values` are tested on, and those with one of
    `VALIDATION_NAMES` are the validation set; "newest": those with the latest dates in `column` are tested on."""

    column: str | None = None

    test_values: tuple[str, ...] = ()
    """Compared without case, width and outer whitespace."""

    group_column: str | None = None
    """Documents with the same cell, such as a customer's, are never both learned from and tested on; blank cells
    are no group."""

    near_duplicates: bool = False
    """Whether documents that say nearly the same (`data/near_duplicates.py`) are never on both sides."""

    day_first: bool | None = None
    """Whether 3/4/2024 is in April, where the dates of the column do not tell."""

    def __post_init__(self) -> None:
        check_shares(self.test, self.validation)
        if self.by not in ("random", "column", "newest"):
            raise DataError("data.split_by", found=self.by)
        if self.by != "random" and not self.column:
            raise DataError("data.split_column")
        if self.by == "column" and not self.test_values:
            raise DataError("data.no_test_values", column=self.column)

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the table that it asks for."""
        names = (self.column if self.by != "random" else None, self.group_column)
        return tuple(dict.fromkeys(name for name in names if name))

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"test_values": list(self.test_values)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> SplitPlan:
        """The plan that `to_dict` gave; what is missing is as by default. Raises TypeError for unknown keys."""
        return cls(**{**stored, "test_values": tuple(stored.get("test_values", ()))})


AT_RANDOM = SplitPlan()


def marks_parts(cells: Iterable[str]) -> bool:
    """Whether the different cells of a column say which documents are tested on, and nothing else."""
    known = TEST_NAMES | VALIDATION_NAMES | TRAIN_NAMES
    folded = {_folded(cell) for cell in cells} - {""}
    return not folded.isdisjoint(TEST_NAMES) and folded <= known


def offered_test_values(cells: Sequence[str]) -> tuple[str, ...]:
    """The different cells of a column that are called as test sets are, in the order of their first rows."""
    return tuple(dict.fromkeys(cell.strip() for cell in cells if _folded(cell) in TEST_NAMES))


def divide(
    plan: SplitPlan,
    texts: Sequence[str],
    targets: Targets,
    labels: Sequence[str],
    *,
    side: pd.DataFrame | None,
    rows: Sequence[int],
    groups: Groups | None = None,
) -> NDArray[np.int64]:
    """Divide n documents as planned.

    Args:
        targets: indices into `labels`, or which of them each document has (`targets.py`).
        side: the columns that the plan asks for, a row per document.
        rows: numbers of the documents in the file, for sentences.
        groups: as in `splits.assign_parts`, joined with those of the plan.

    Returns:
        `Part.TRAIN`, `Part.VALIDATION`, `Part.TEST` or `Part.KEPT_OUT` for each document, shape [n].

    Raises:
        DataError: as `splits.assign_parts` and `dates.read_dates`; `data.column_not_kept`; with a test set of the
            user's `data.no_test_rows`, `data.one_date`, `data.empty_train` or `data.untrained_labels`.
    """
    groups = groups_of(plan, texts, side, groups)
    if plan.by == "random":
        return assign_parts(
            texts, targets, test=plan.test, validation=plan.validation, seed=plan.seed, groups=groups
        )  # fmt: skip
    cells = _cells(side, plan.column or "")
    planned = _by_value(cells, plan) if plan.by == "column" else _by_date(cells, plan, rows)
    parts = complete_parts(planned, texts, targets, validation=plan.validation, seed=plan.seed, groups=groups)
    has = indicators(targets, len(labels))
    untrained = np.flatnonzero(has.any(0) & ~has[parts == Part.TRAIN].any(0)).tolist()
    if untrained:
        raise DataError("data.untrained_labels", labels=shorten([labels[i] for i in untrained]))
    return parts


def _cells(side: pd.DataFrame | None, column: str) -> list[str]:
    if side is None or column not in side.columns:
        raise DataError("data.column_not_kept", column=column)
    cells: list[str] = side[column].tolist()
    return cells


def _folded(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().casefold()


def groups_of(
    plan: SplitPlan, texts: Sequence[str], side: pd.DataFrame | None, groups: Groups | None = None
) -> Groups | None:
    """Those given, of the group column and of near duplicates as one grouping; None where there is none.

    Raises:
        DataError: `data.column_not_kept`.
    """
    groupings = [] if groups is None else [np.asarray(groups, dtype=np.int64)]
    if plan.group_column is not None:
        cells = [cell.strip() for cell in _cells(side, plan.group_column)]
        number = {cell: i for i, cell in enumerate(dict.fromkeys(cells))}
        groupings.append(np.array([number[cell] if cell else -1 for cell in cells], dtype=np.int64))
    if plan.near_duplicates:
        groupings.append(group_near(texts))
    return join_groups(groupings) if len(groupings) > 1 else next(iter(groupings), None)


def among_tested(
    plan: SplitPlan, side: pd.DataFrame | None, tested: NDArray[np.bool_], others: pd.DataFrame
) -> NDArray[np.bool_]:
    """Which documents without label stand where only test documents may: they are marked as such, are of a group
    that is tested on, or not older than the oldest test document. Of a date that cannot be read, that is assumed.

    Args:
        side: the columns of the plan for the documents with labels, and of these
        tested: which are tested on.
        others: the same columns for m documents without label.

    Returns:
        shape [m].
    """
    tested_too = np.zeros(len(others), dtype=np.bool_)
    if plan.group_column is not None:
        groups = {cell.strip() for cell in np.array(_cells(side, plan.group_column))[tested].tolist()} - {""}
        tested_too |= others[plan.group_column].str.strip().isin(groups).to_numpy(dtype=np.bool_)
    if plan.by == "random":
        return tested_too
    cells, column = _cells(side, plan.column or ""), others[plan.column or ""].tolist()
    if plan.by == "column":
        marked = {_folded(value) for value in plan.test_values}
        return tested_too | np.array([_folded(cell) in marked for cell in column], dtype=np.bool_)
    some = [cell for cell, is_tested in zip(cells, tested.tolist(), strict=True) if is_tested]
    dates = dates_like([*some, *column], cells, day_first=plan.day_first)
    oldest = min((date for date in dates[: len(some)] if date is not None), default=None)
    late = [date is None or (oldest is not None and date >= oldest) for date in dates[len(some) :]]
    return tested_too | np.array(late, dtype=np.bool_)


def _by_value(cells: Sequence[str], plan: SplitPlan) -> NDArray[np.int64]:
    tested = {_folded(value) for value in plan.test_values}
    part = dict.fromkeys(VALIDATION_NAMES, Part.VALIDATION) | dict.fromkeys(tested, Part.TEST)
    parts = np.array([part.get(_folded(cell), OPEN) for cell in cells], dtype=np.int64)
    if Part.TEST not in parts:
        raise DataError(
            "data.no_test_rows", column=plan.column, values=shorten(plan.test_values),
            found=shorten(list(dict.fromkeys(cells))),
        )  # fmt: skip
    return parts


def _by_date(cells: Sequence[str], plan: SplitPlan, rows: Sequence[int]) -> NDArray[np.int64]:
    """The newest are tested on, about `plan.test` of all; documents of one date are on one side."""
    dates = read_dates(cells, column=plan.column or "", rows=rows, day_first=plan.day_first)
    first = {date: number for number, date in reversed(list(enumerate(sorted(dates))))}
    bounds = [(number, date) for date, number in first.items() if number]  # at least one document is older
    if not bounds:
        raise DataError("data.one_date", column=plan.column)
    wanted = len(dates) * (1 - plan.test)
    _, newest = min(bounds, key=lambda bound: (abs(bound[0] - wanted), -bound[0]))
    return np.array([Part.TEST if date >= newest else OPEN for date in dates], dtype=np.int64)
