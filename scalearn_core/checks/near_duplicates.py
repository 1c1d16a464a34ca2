"""What near duplicates mean for a dataset (`near_duplicates.py` finds them)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scalearn_core.checks.finding import Finding, Remedy
from scalearn_core.checks.scan import in_parts, normal_forms
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.recipe import Step

MANY = 0.05
"""Share of the documents from which on near duplicates change what is learned and measured."""


def near_duplicate_findings(dataset: TextDataset, groups: NDArray[np.int64]) -> list[Finding]:
    """`near_duplicates`: documents that say nearly what an earlier one says; the first of each group stays.

    Texts that are the same are left to the quick checks (`duplicates.py`): of them only the first counts here.

    Args:
        groups: of each document the number of the first one of its group, `[documents]` (`group_near`).
    """
    documents = len(dataset.frame)
    repeats = groups != np.arange(documents)
    seen: set[int] = set()
    for begin, part in in_parts(dataset.frame["text"]):
        for place, form in enumerate(normal_forms(part), begin):
            same = hash(form)
            repeats[place] &= same not in seen
            seen.add(same)
    later = np.flatnonzero(repeats)
    if not len(later):
        return []
    numbers = dataset.frame.index.to_numpy(dtype=np.int64)
    rows = tuple(numbers[later].tolist())
    share = len(later) / documents
    remedy = Remedy(
        "leave_out_near_duplicates",
        (Step("leave_out_rows", "near_duplicates", rows=rows),),
        {"concerned": len(later), "left": documents - len(later)},
    )
    return [
        Finding(
            "near_duplicates",
            "warning" if share >= MANY else "hint",
            {"concerned": len(later), "documents": documents, "share": share},
            rows,
            tuple(map(str, numbers[groups[later]].tolist())),
            (remedy,),
        )
    ]
