"""Documents without label: those of a table, those of a further file, and what of them is learned from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from scalearn_core.data.apply_recipe import apply_steps
from scalearn_core.data.near_duplicates import group_near, normalised
from scalearn_core.data.recipe import Step

MOST_UNLABELLED = 20_000
"""Documents without label that are learned from at most; of more, so many are drawn."""
OF_TEXTS = frozenset({"leave_out_rows", "blank_out_personal"})
"""The steps of a recipe that need no label."""


def no_documents() -> pd.Series[str]:
    """A column of texts with none in it."""
    return pd.Series([], index=pd.Index([], name="row", dtype="int64"), dtype="str", name="text")


def after_steps(
    texts: pd.Series[str], steps: Iterable[Step], on_progress: Callable[[float], None]
) -> tuple[pd.Series[str], pd.DataFrame]:
    """What a recipe leaves of documents without label, and the rows it leaves out, as `apply_steps` gives them."""
    steps = [step for step in steps if step.do in OF_TEXTS]
    frame, left_out = apply_steps(texts.to_frame("text").assign(label=""), steps, None, on_progress=on_progress)
    return frame["text"], left_out


def pile_of(
    texts: Iterable[str], labelled: Iterable[str], *, seed: int, not_near: Sequence[str] = ()
) -> tuple[str, ...]:
    """Of documents without label those to learn from, in their order.

    Each text once, and none that a labelled document has as well: width, case and how much space there is make no
    difference (`near_duplicates.normalised`). Of more than `MOST_UNLABELLED` so many are drawn.

    Args:
        seed: of the draw.
        not_near: texts that none of those drawn may nearly equal (`near_duplicates.group_near`).
    """
    seen = {normalised(text) for text in labelled}
    chosen = []
    for text in texts:
        form = normalised(text)
        if form not in seen:
            seen.add(form)
            chosen.append(text)
    if len(chosen) > MOST_UNLABELLED:
        drawn = np.random.default_rng(seed).permutation(len(chosen))[:MOST_UNLABELLED]
        chosen = [chosen[place] for place in np.sort(drawn).tolist()]
    if chosen and not_near:
        groups = group_near([*not_near, *chosen])
        near = np.isin(groups[len(not_near) :], groups[: len(not_near)]).tolist()
        chosen = [text for text, is_near in zip(chosen, near, strict=True) if not is_near]
    return tuple(chosen)
