"""What changed from one version of a dataset to the next: documents added, gone, and given another label.

A document without label is one like the others: to give it a label is to give it another one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.data.dataset import TextDataset


@dataclass(frozen=True, eq=False)
class Changes:
    """Documents by their text; of a text that stands there twice, copies with the same label go together."""

    added: pd.DataFrame
    """Columns `row`, `text` and `label` of the documents that the version before has not."""

    gone: pd.DataFrame
    """Likewise of those that the later version has no more."""

    relabelled: pd.DataFrame
    """Columns `row` (in the later version), `text`, `before` and `label`."""

    same: int
    """Documents with the same text and label in both."""


def changes(before: TextDataset, after: TextDataset) -> Changes:
    """Compare two versions, each in file order."""
    before_frame, after_frame = _all_of(before), _all_of(after)
    old, new = _numbered(before_frame), _numbered(after_frame)
    matched = _matches(old, new, ["text", "label", "is_labelled"])
    rest_old, rest_new = old.drop(old.index[matched[0]]), new.drop(new.index[matched[1]])
    again = _matches(rest_old, rest_new, ["text"])
    pairs_old, pairs_new = rest_old.index[again[0]], rest_new.index[again[1]]
    columns = ["row", "text", "label"]
    relabelled = after_frame.loc[pairs_new, columns]
    relabelled.insert(2, "before", before_frame["label"].to_numpy()[pairs_old])
    return Changes(
        added=_rows(after_frame, rest_new.drop(pairs_new).index)[columns],
        gone=_rows(before_frame, rest_old.drop(pairs_old).index)[columns],
        relabelled=relabelled.sort_values("row", ignore_index=True),
        same=len(matched[0]),
    )


def _all_of(dataset: TextDataset) -> pd.DataFrame:
    """Columns `row`, `text`, `label` and `is_labelled` of all documents, in file order, indexed by position."""
    without = dataset.unlabelled.to_frame("text").assign(label="", is_labelled=False)
    frame = dataset.frame[["text", "label"]].assign(is_labelled=True)
    return (pd.concat([frame, without]).sort_index() if len(without) else frame).reset_index()


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """Texts and labels by 64-bit hashes, so that millions of them take little memory; indexed by position."""
    hashed = {name: pd.util.hash_array(frame[name].to_numpy(dtype=object)) for name in ("text", "label")}
    return pd.DataFrame(hashed | {"is_labelled": frame["is_labelled"].to_numpy()})


def _matches(
    old: pd.DataFrame, new: pd.DataFrame, columns: list[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions in either of the rows that agree, the nth copy of a row with the nth."""
    sides = [side.assign(copy=side.groupby(columns).cumcount(), at=np.arange(len(side))) for side in (old, new)]
    both = sides[0].merge(sides[1], on=[*columns, "copy"], suffixes=("_old", "_new"))
    return both["at_old"].to_numpy(), both["at_new"].to_numpy()


def _rows(frame: pd.DataFrame, positions: pd.Index) -> pd.DataFrame:
    return frame.loc[positions].reset_index(drop=True)
