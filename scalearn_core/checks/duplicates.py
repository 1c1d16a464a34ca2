"""Documents that occur in a table more than once."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.checks.finding import Finding, Remedy
from scalearn_core.checks.scan import Scan, look_at
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.parts import Part
from scalearn_core.data.recipe import Step
from scalearn_core.errors import DataError

MANY = 0.05
"""Share of the documents above which duplicates change what is learned and measured."""


def exact_duplicates(scan: Scan) -> list[Finding]:
    """`exact_duplicates`: same text, same label; the first of each stays."""
    keys = pd.DataFrame({"same": scan.same, "meaning": scan.meaning})
    later = np.flatnonzero(keys.duplicated())
    if not len(later):
        return []
    first = _first_of_each(keys)
    rows = tuple(scan.rows[later].tolist())
    share = len(later) / len(scan)
    remedy = Remedy(
        "leave_out_duplicates",
        (Step("leave_out_rows", "exact_duplicates", rows=rows),),
        {"concerned": len(later), "left": len(scan) - len(later)},
    )
    return [
        Finding(
            "exact_duplicates",
            "warning" if share >= MANY else "hint",
            {"concerned": len(later), "documents": len(scan), "share": share},
            rows,
            tuple(map(str, scan.rows[first[later]].tolist())),
            (remedy,),
        )
    ]


def different_labels(scan: Scan) -> list[Finding]:
    """`same_text_different_label`: a group of documents for each such text, each noted with the others' labels.

    Labels that differ in spelling only are the same here.
    """
    groups = _groups_that_differ(scan)
    if not groups:
        return []
    rows: list[int] = []
    notes: list[str] = []
    settled: dict[str, list[int]] = {}
    unsettled = 0
    for group in groups:
        cells = [scan.cells[cell] for cell in scan.cell[group].tolist()]
        numbers = scan.rows[group].tolist()
        meanings = scan.meaning[group].tolist()
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
        {"concerned": len(rows), "left": len(scan) - len(rows)},
    )
    share = len(rows) / len(scan)
    return [
        Finding(
            "same_text_different_label",
            "serious" if share > MANY else "warning",
            {"concerned": len(rows), "texts": len(groups), "documents": len(scan), "share": share},
            tuple(rows),
            tuple(notes),
            (relabel, leave_out) if settled else (leave_out,),
        )
    ]


def leakage(dataset: TextDataset) -> list[Finding]:
    """`leakage`: test documents whose text is also among those used for training or validation.

    Raises:
        DataError: `data.not_split`.
    """
    if dataset.parts is None:
        raise DataError("data.not_split")
    scan = look_at(dataset)
    testing, learning = dataset.parts == Part.TEST, np.isin(dataset.parts, (Part.TRAIN, Part.VALIDATION))
    learned, where = np.unique(scan.same[learning], return_index=True)
    leaked = np.flatnonzero(testing & np.isin(scan.same, learned))
    if not len(leaked):
        return []
    rows = tuple(scan.rows[leaked].tolist())
    twins = scan.rows[learning][where[np.searchsorted(learned, scan.same[leaked])]]
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


def _groups_that_differ(scan: Scan) -> list[NDArray[np.int64]]:
    """Document numbers of each text that stands under different labels; file order of the first of each."""
    repeated = np.flatnonzero(pd.Series(scan.same).duplicated(keep=False).to_numpy())
    by_text = pd.Series(scan.meaning[repeated]).groupby(scan.same[repeated])
    differ = repeated[(by_text.transform("min") != by_text.transform("max")).to_numpy()]
    order = np.argsort(scan.same[differ], kind="stable")
    borders = np.flatnonzero(np.diff(scan.same[differ][order])) + 1
    groups = np.split(differ[order], borders) if len(differ) else []
    return sorted(groups, key=lambda group: int(group[0]))
