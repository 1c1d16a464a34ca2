"""Apply the steps of a recipe to texts and labels. To undo a step, apply the list without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from scalearn_core.data.labels import split_labels
from scalearn_core.data.personal import blanked
from scalearn_core.data.recipe import Step
from scalearn_core.tables.columns import rejected_rows

AT_ONCE = 2_000
"""Texts blanked out between two reports of progress."""


def apply_steps(
    frame: pd.DataFrame,
    steps: Iterable[Step],
    separator: str | None,
    *,
    on_progress: Callable[[float], None] = lambda share: None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The documents that are left, with their labels, and those that are not.

    A step finds what the steps before it left; one whose rows or labels are not there does nothing. With several
    labels per document, merging and leaving out labels act on each label of a cell; a document that has none left
    is left out. `relabel` gives its rows the whole cell `into`; `blank_out_personal` acts on all texts
    (`personal.blanked`).

    Args:
        frame: Columns `text` and `label`, indexed by row number; not changed.
        separator: What stands between the labels of a cell; None where each is one label.
        on_progress: Told the share of a step that is done, where one takes long.

    Returns:
        A new frame in the same order, and of each document left out `row`, `reason` (`Step.why`) and `content`,
        its text, in the order of the rows.
    """
    frame = frame.copy(deep=False)
    left_out: list[tuple[int, str, str]] = []
    for step in steps:
        if step.do == "leave_out_rows":
            gone = frame.index.isin(step.rows)
        elif step.do == "blank_out_personal":
            frame["text"] = _blanked(frame["text"], on_progress)
            gone = np.zeros(len(frame), dtype=np.bool_)
        elif step.do == "relabel":
            chosen = frame.index.isin(step.rows)
            frame["label"] = frame["label"].mask(chosen, _cell(split_labels(step.into, separator), separator))
            gone = chosen & (frame["label"] == "").to_numpy()
        else:
            had = frame["label"] != ""
            frame["label"] = _changed(frame["label"], _new_cell(step, separator))
            gone = (had & (frame["label"] == "")).to_numpy()
        rows, texts = frame.index[gone].tolist(), frame["text"][gone].tolist()
        left_out += [(row, step.why, text) for row, text in zip(rows, texts, strict=True)]
        frame = frame[~gone]
    return frame, rejected_rows(left_out)


def _blanked(texts: pd.Series[str], on_progress: Callable[[float], None]) -> pd.Series[str]:
    parts = []
    for begin in range(0, len(texts), AT_ONCE):
        on_progress(begin / len(texts))
        parts.append(texts.iloc[begin : begin + AT_ONCE].map(blanked))
    return pd.concat(parts) if parts else texts


def _changed(labels: pd.Series[str], new_cell: Callable[[str], str]) -> pd.Series[str]:
    return labels.map({cell: new_cell(cell) for cell in labels.unique()})


def _new_cell(step: Step, separator: str | None) -> Callable[[str], str]:
    concerned = set(step.labels)
    instead = split_labels(step.into, separator) if step.do == "merge_labels" else ()

    def new_cell(cell: str) -> str:
        labels = split_labels(cell, separator)
        if concerned.isdisjoint(labels):
            return cell
        return _cell([label for label in labels if label not in concerned] + list(instead), separator)

    return new_cell


def _cell(labels: Sequence[str], separator: str | None) -> str:
    return (separator or "").join(sorted(set(labels)))
