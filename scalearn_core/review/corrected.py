"""What people said of a pile as the next version of the dataset behind a model, with who said it and when.

The version is a table of its own: that of the newest version with the same columns, each row under the number it
had, so that the steps of its recipe still find their rows. A document that stands there gets the answer in place
of its label; the others are added below. Two columns tell who and when.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from scalearn_core import runs
from scalearn_core.data.documents import joined
from scalearn_core.data.further import last_row
from scalearn_core.data.label_cells import NONE
from scalearn_core.data.near_duplicates import as_seen
from scalearn_core.data.recipe import Step
from scalearn_core.errors import DataError
from scalearn_core.records.labelling import LabelEntry
from scalearn_core.review import store
from scalearn_core.review.standing import standing
from scalearn_core.review.words import labels_in
from scalearn_core.tables.reader import read_table
from scalearn_core.tables.reading import Reading
from scalearn_core.workspace import datasets
from scalearn_core.workspace.dataset_info import DatasetInfo

WHO, WHEN = "labelled_by", "labelled_at"


@dataclass(frozen=True)
class Corrected:
    """The version that was made, or that was there already."""

    dataset: str
    version: int
    added: int
    """Documents that the version before has not."""
    changed: int
    """Documents of the version before that got another label."""
    confirmed: int
    """Documents of it whose label was confirmed."""


def corrected_dataset(pile_id: str) -> Corrected:
    """Keep the answers of a reviewed pile as the next version of its model's dataset. The same answers once more
    make no further version.

    Raises:
        DataError: `review.nothing_said`; the dataset is gone, or cannot be divided as planned with these.
    """
    info, documents = store.pile_info(pile_id), store.documents_of(pile_id)
    labelled = standing(store.entries(pile_id)).labelled
    if not labelled or info.model_run is None:
        raise DataError("review.nothing_said", name=info.name)
    answers = {as_seen(documents[place].text): labelled[place] for place in sorted(labelled)}
    texts = {as_seen(documents[place].text): documents[place].text for place in sorted(labelled)}
    base = newest_of(str(runs.get(info.model_run).config["dataset"]))
    separator = base.separator or ""
    table = read_table(datasets.dataset_content(base.id), base.reading)
    header = table.header_row or max(1, int(table.frame.index.min()) - 1)
    shift = max(0, header + 1 - int(table.frame.index.min()))  # a file without names gets a row of them
    seen = joined(table.frame, base.text_columns).map(as_seen)
    said = {row: answers[text] for row, text in zip(seen.index.tolist(), seen, strict=True) if text in answers}
    there = set(seen)
    new = [texts[text] for text in answers if text not in there]
    below = pd.DataFrame(
        [_new_row(base, text, answers[as_seen(text)], separator) for text in new],
        index=range(int(table.frame.index.max()) + 1, int(table.frame.index.max()) + 1 + len(new)),
        dtype=object,
    )
    frame = pd.concat([_with_answers(table.frame, said, base.label_column, separator), below]).fillna("")
    frame.index += shift
    known = datasets.load_dataset(base.id).frame["label"].to_dict()
    same = [row for row, entry in said.items() if _cell(known.get(row, ""), base.separator) == set(entry.labels)]
    end = last_row(table)
    made = datasets.save_dataset(
        as_csv(frame, header),
        replace(
            base.mapping,
            separator=base.separator,
            steps=_moved(base.steps, shift, end, int(frame.index.max()) - end, set(said)),
        ),
        Reading(encoding="utf-8", delimiter=",", header=header if header > 1 else True, rules=base.label_reading),
        filename=f"{base.name}.csv",
        name=base.name,
        plan=base.plan,
        further=datasets.further_file(base.id),
    )
    changed = {seen[row] for row in said} - {seen[row] for row in same}
    version = datasets.get_dataset_info(made).version
    return Corrected(made, version, len(new), len(changed), len({seen[row] for row in said}) - len(changed))


def newest_of(dataset_id: str) -> DatasetInfo:
    """The newest version of a dataset that is read from the same columns; without such, itself."""
    own = datasets.get_dataset_info(dataset_id)
    columns = (own.text_columns, own.label_column, own.separator)
    alike = (
        info
        for info in datasets.list_datasets()
        if info.name == own.name and (info.text_columns, info.label_column, info.separator) == columns
    )
    return next(alike, own)


def cell_of(entry: LabelEntry, separator: str) -> str:
    """The labels of an answer as a cell."""
    return separator.join(sorted(entry.labels)) or NONE


def signed(entry: LabelEntry | None) -> list[str]:
    """Who gave a label, and when; blank without one."""
    return ["", ""] if entry is None else [entry.who, entry.time]


def as_csv(frame: pd.DataFrame, header: int) -> bytes:
    """The frame with each row under the number it has: rows it lacks are left blank, which readers pass over.

    Args:
        frame: cells as text, indexed by row number in order.
        header: the row that names the columns.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    blank = [""] * len(frame.columns)
    for _ in range(1, header):
        writer.writerow(blank)
    writer.writerow(frame.columns)
    last = header
    for row, cells in zip(frame.index.tolist(), frame.itertuples(index=False, name=None), strict=True):
        writer.writerows([blank] * (row - last - 1))
        writer.writerow(cells)
        last = row
    return buffer.getvalue().encode("utf-8", "replace")


def _with_answers(
    frame: pd.DataFrame, said: Mapping[int, LabelEntry], column: str, separator: str
) -> pd.DataFrame:
    """The frame with the answers in place of labels, and the columns that sign them."""
    names = {WHO: "", WHEN: ""}
    frame = frame.assign(**{name: blank for name, blank in names.items() if name not in frame.columns})
    for row, entry in said.items():
        frame.loc[row, [column, WHO, WHEN]] = [cell_of(entry, separator), *signed(entry)]
    return frame


def _new_row(base: DatasetInfo, text: str, entry: LabelEntry, separator: str) -> dict[str, str]:
    cells = {base.text_columns[0]: text, base.label_column: cell_of(entry, separator)}
    return cells | dict(zip((WHO, WHEN), signed(entry), strict=True))


def _cell(cell: str, separator: str | None) -> set[str]:
    return set(labels_in(cell, separator)) if cell else set()


def _moved(steps: Sequence[Step], shift: int, end: int, grown: int, answered: set[int]) -> tuple[Step, ...]:
    """The steps of a recipe for rows that moved: by `shift`, and by `grown` behind the `end` of the table, where a
    further file begins. What a person has said since is not relabelled again."""
    moved = []
    for step in steps:
        kept = [row for row in step.rows if step.do != "relabel" or row not in answered]
        if kept or not step.rows:
            moved.append(replace(step, rows=tuple(row + (grown if row > end else shift) for row in kept)))
    return tuple(moved)
