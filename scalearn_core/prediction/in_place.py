"""A classified table as its file stands: every row of it in its place, with what was found for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from scalearn_core.prediction.predictor import ClassifiedTable, free_name

ADDED = ("row", "predicted", "confidence", "check", "model", "version", "note")


def in_place(
    pieces: Iterable[ClassifiedTable], rejected: Mapping[int, str], first: int, *,
    below: float, model: str, version: str,
) -> Iterator[pd.DataFrame]:  # fmt: skip
    """The rows of a file below its header: those that were classified, and blank ones for all others.

    A spacer row is blank; one that could not be read is blank too, and `note` says why, as for a row without text.
    So each row stands so far below the header as in the file.

    Args:
        pieces: the table, one below the other.
        rejected: row and reason of those that could not be read.
        first: the first row below the header.
        below: confidence below which a person should check (`TrainingRecord.check_below`).
        model, version: what answered, for each row that was classified.

    Yields:
        The table's own columns, then those of `ADDED`, each with a number behind it where the name is taken.
    """
    begin, blank = first, None
    for piece in pieces:
        whole = _noted(piece, below, model, version)
        last = int(whole.index.max()) if len(whole) else begin - 1
        yield _filled(whole, range(begin, last + 1), piece, rejected)
        begin, blank = max(begin, last + 1), (whole.iloc[:0], piece)
    if blank and (end := max(rejected, default=0)) >= begin:
        yield _filled(blank[0], range(begin, end + 1), blank[1], rejected)


def _noted(piece: ClassifiedTable, below: float, model: str, version: str) -> pd.DataFrame:
    frame = piece.with_check(below)
    answered = piece.confidences != ""
    cells = {"model": (model, ""), "version": (version, ""), "note": ("", "blank text")}
    names = {name: free_name(name, frame) for name in cells}
    return frame.assign(**{names[name]: answered.map({True: yes, False: no}) for name, (yes, no) in cells.items()})


def _filled(frame: pd.DataFrame, rows: range, piece: ClassifiedTable, rejected: Mapping[int, str]) -> pd.DataFrame:
    """With a blank row for each that is missing."""
    known = set(frame.index)
    whole = frame.astype(object).reindex(rows, fill_value="")
    whole[piece.row_column] = list(rows)
    reasons = {row: rejected[row].replace("_", " ") for row in rows if row in rejected and row not in known}
    whole.loc[list(reasons), whole.columns[-1]] = list(reasons.values())
    return whole
