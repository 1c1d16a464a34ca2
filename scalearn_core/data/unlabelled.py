"""Documents without label: those of a table, those of a further file, and what of them is learned from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.data.apply_recipe import apply_steps
from scalearn_core.data.documents import Taken
from scalearn_core.data.further import Further, check_new, further_documents, last_row
from scalearn_core.data.near_duplicates import as_seen, group_near
from scalearn_core.data.recipe import Step
from scalearn_core.data.split_plan import SplitPlan, among_tested
from scalearn_core.tables.reader import Table

MOST_UNLABELLED = 1_000
"""Documents without label that are learned from at most; of more, so many are drawn. More would cost a training
minutes, and nobody has measured a gain from them."""
AT_ONCE = 20_000
"""Texts compared between two reports of progress."""
OF_TEXTS = frozenset({"leave_out_rows", "blank_out_personal"})
"""The steps of a recipe that need no label."""


def no_documents() -> pd.Series[str]:
    """A column of texts with none in it."""
    return pd.Series([], index=pd.Index([], name="row", dtype="int64"), dtype="str", name="text")


def gather(
    taken: Taken,
    table: Table,
    further: Further | None,
    steps: Iterable[Step],
    on_progress: Callable[[float], None],
) -> tuple[pd.Series[str], pd.DataFrame]:
    """The documents without label of a table and of a further file, and the rows that are left out of them.

    Raises:
        DataError: `data.unlabelled_empty`; `data.unlabelled_copies`, where the further file holds nothing new.
    """
    texts, left_out = taken.unlabelled, []
    if further is not None:
        more, without_text = further_documents(further, last_row(table))
        check_new(more.tolist(), [*taken.frame["text"], *texts], further.name)
        texts, left_out = pd.concat([texts, more]), [without_text]
    steps = [step for step in steps if step.do in OF_TEXTS]
    frame, by_steps = apply_steps(texts.to_frame("text").assign(label=""), steps, None, on_progress=on_progress)
    return frame["text"], pd.concat([*left_out, by_steps])


def are_new(
    unlabelled: pd.Series[str], labelled: Iterable[str], on_progress: Callable[[float], None] = lambda share: None
) -> NDArray[np.bool_]:
    """Which documents without label are the first of their text, and no labelled one has it.

    What nobody sees makes no difference (`near_duplicates.as_seen`).
    """
    seen = {as_seen(text) for text in labelled}
    new = np.zeros(len(unlabelled), dtype=np.bool_)
    for place, text in enumerate(unlabelled):
        if place % AT_ONCE == 0:
            on_progress(place / len(unlabelled))
        form = as_seen(text)
        new[place] = form not in seen
        seen.add(form)
    return new


def kept_columns(frame: pd.DataFrame, rows: pd.Index, keep: Sequence[str]) -> pd.DataFrame | None:
    """Columns of a table for those of the rows that stand in it; None where none are asked for."""
    return frame.loc[rows[rows.isin(frame.index)], list(keep)] if keep else None


def pile_of(
    unlabelled: pd.Series[str],
    labelled: pd.Series[str],
    plan: SplitPlan,
    tested: NDArray[np.bool_] | None = None,
    side: pd.DataFrame | None = None,
    others: pd.DataFrame | None = None,
) -> tuple[str, ...]:
    """Of the documents without label those to learn from, in their order.

    Each text once, and none that a labelled document has as well (`are_new`). None that stands where only test
    documents may (`split_plan.among_tested`), and, where the plan keeps such texts together, none that nearly
    equals a test document. Of more than `MOST_UNLABELLED` so many are drawn.

    Args:
        unlabelled, labelled: texts, indexed by row.
        tested: which of the labelled are never learned from; None before the table is divided.
        side, others: the columns of the plan for the labelled and for the others that stand in the table.
    """
    if others is not None and tested is not None:
        unlabelled = unlabelled.drop(others.index[among_tested(plan, side, tested, others)])
    chosen = unlabelled[are_new(unlabelled, labelled)].tolist()
    if len(chosen) > MOST_UNLABELLED:
        drawn = np.random.default_rng(plan.seed).permutation(len(chosen))[:MOST_UNLABELLED]
        chosen = [chosen[place] for place in np.sort(drawn).tolist()]
    if chosen and plan.near_duplicates and tested is not None:
        apart = labelled.to_numpy()[tested].tolist()
        groups = group_near([*apart, *chosen])
        near = np.isin(groups[len(apart) :], groups[: len(apart)]).tolist()
        chosen = [text for text, is_near in zip(chosen, near, strict=True) if not is_near]
    return tuple(chosen)
