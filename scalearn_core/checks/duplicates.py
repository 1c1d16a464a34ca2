"""Documents that stand in a table more than once."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.checks.finding import Finding, Remedy
from scalearn_core.checks.scan import Look, look_at
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.recipe import Step
from scalearn_core.data.splits import TEST, TRAIN, VALIDATION
from scalearn_core.errors import DataError

MANY = 0.05
"""Share of the documents above which duplicates change what is learned and measured."""


def exact_duplicates(look: Look) -> list[Finding]:
    """`exact_duplicates`: same text, same label; the first of each stays."""
    keys = pd.DataFrame({"same": look.same, "meaning": look.meaning})
    later = np.flatnonzero(keys.duplicated())
    if not len(later):
        return []
    first = _first_of_each(keys)
    rows = tuple(look.rows[later].tolist())
    share = len(later) / len(look)
    remedy = Remedy(
        "leave_out_duplicates",
        (Step("leave_out_rows", "exact_duplicates", rows=rows),),
        {"concerned": len(later), "left": len(look) - len(later)},
    )
    return [
        Finding(
            "exact_duplicates",
            "warning" if share >= MANY else "hint",
            {"concerned": len(later), "documents": len(look), "share": share},
            rows,
            tuple(map(str, look.rows[first[later]].tolist())),
            (remedy,),
        )
    ]


def different_labels(look: Look) -> list[Finding]:
    """`same_text_different_label`: a group of documents for each such text, each noted with the others' labels.

    Labels that differ in spelling only are the same here.
    """
    groups = _groups_that_differ(look)
    if not groups:
        return []
    rows: list[int] = []
    notes: list[str] = []
    settled: dict[str, list[int]] = {}
    unsettled = 0
    for group in groups:
        cells = [look.cells[cell] for cell in look.cell[group].tolist()]
        numbers = look.rows[group].tolist()
        meanings = look.meaning[group].tolist()
        shown = dict(zip(reversed(meanings), reversed(cells), strict=True))
        rows += numbers
        notes += [", ".join(shown[other] for other in dict.fromkeys(meanings) if other != own) for own in meanings]
        (most, count), *_ = Counter(meanings).most_common(1)
        if count * 2 > len(cells):
            spellings = Counter(cell for cell, own in zip(cells, meanings, strict=True) if own == most)
            into = spellings.most_common(1)[0][0]
            others = [row for row, own in zip(numbers, meanings, strict=True) if own != most]
            settled.setdefault(into, []).extend(others)
        else:
            unsettled += len(cells)
    why = "same_text_different_label"
    relabel = Remedy(
        "relabel_to_majority",
        tuple(Step("relabel", why, into=cell, rows=tuple(sorted(settled[cell]))) for cell in sorted(settled)),
        {"concerned": sum(map(len, settled.values())), "unsettled": unsettled},
    )
    leave_out = Remedy(
        "leave_out_contradictions",
        (Step("leave_out_rows", why, rows=tuple(sorted(rows))),),
        {"concerned": len(rows), "left": len(look) - len(rows)},
    )
    share = len(rows) / len(look)
    return [
        Finding(
            "same_text_different_label",
            "serious" if share > MANY else "warning",
            {"concerned": len(rows), "texts": len(groups), "documents": len(look), "share": share},
            tuple(rows),
            tuple(notes),
            (relabel, leave_out) if settled else (leave_out,),
        )
    ]


def leakage(dataset: TextDataset) -> list[Finding]:
    """`leakage`: test documents whose text stands among those to learn from (training or validation) too.

    Raises:
        DataError: `data.not_split`.
    """
    if dataset.parts is None:
        raise DataError("data.not_split")
    look = look_at(dataset)
    testing, learning = dataset.parts == TEST, np.isin(dataset.parts, (TRAIN, VALIDATION))
    learned, where = np.unique(look.same[learning], return_index=True)
    leaked = np.flatnonzero(testing & np.isin(look.same, learned))
    if not len(leaked):
        return []
    rows = tuple(look.rows[leaked].tolist())
    twins = look.rows[learning][where[np.searchsorted(learned, look.same[leaked])]]
    tested = int(testing.sum())
    remedy = Remedy(
        "leave_out_leaked",
        (Step("leave_out_rows", "leakage", rows=rows),),
        {"concerned": len(rows), "left": tested - len(rows)},
    )
    values = {"concerned": len(rows), "tested": tested, "share": len(rows) / tested}
    remedies = (remedy,) if len(rows) < tested else ()
    return [Finding("leakage", "serious", values, rows, tuple(map(str, twins.tolist())), remedies)]


def _first_of_each(keys: pd.DataFrame) -> NDArray[np.int64]:
    """The number of the first document with the same keys, shape [documents]."""
    group = keys.groupby(["same", "meaning"], sort=False).ngroup().to_numpy()
    _, first = np.unique(group, return_index=True)
    return np.asarray(first[group], dtype=np.int64)


def _groups_that_differ(look: Look) -> list[NDArray[np.int64]]:
    """Document numbers of each text that stands under different labels; file order of the first of each."""
    repeated = np.flatnonzero(pd.Series(look.same).duplicated(keep=False).to_numpy())
    by_text = pd.Series(look.meaning[repeated]).groupby(look.same[repeated])
    differ = repeated[(by_text.transform("min") != by_text.transform("max")).to_numpy()]
    order = np.argsort(look.same[differ], kind="stable")
    borders = np.flatnonzero(np.diff(look.same[differ][order])) + 1
    groups = np.split(differ[order], borders) if len(differ) else []
    return sorted(groups, key=lambda group: int(group[0]))
