"""A dataset before it is stored: what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from scalearn_core.checks.finding import Finding
from scalearn_core.checks.quick import quick
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.further import Further
from scalearn_core.data.label_cells import as_lists
from scalearn_core.data.labels import AUTO, find_separator
from scalearn_core.data.labels import SEPARATORS as LABEL_SEPARATORS
from scalearn_core.data.languages import shares_of
from scalearn_core.data.mapping import Blanks, Mapping
from scalearn_core.data.recipe import Step
from scalearn_core.errors import DataError
from scalearn_core.tables.export import csv_text
from scalearn_core.workspace import datasets
from scalearn_core.workspace.dataset_info import DatasetInfo
from scalearn_ui import charts, text
from scalearn_ui.parts import figure
from scalearn_ui.parts.busy import working
from scalearn_ui.parts.table_input import Given
from scalearn_ui.session_slot import begin_anew, remembered
from scalearn_ui.text import Markdown, count, t

LARGE = 50_000
"""Rows from which on checking takes so long that its progress is shown."""
COLUMNS_SEEN = 200
"""Rows by which a better column for the texts is named."""
ONE = ""
"""What a cell of one label has between its labels."""
MANY_CLASSES = 24
"""With more classes than this their bars scroll in a box of their own, so that the button stays near."""


@dataclass(frozen=True, eq=False)
class Checked:
    """A table as documents and classes, and what was found in it."""

    dataset: TextDataset
    languages: dict[str, float]
    """Their shares."""
    findings: list[Finding]
    """Those of the quick checks; none where they were not asked for."""
    key: tuple[object, ...]
    """Stands for the dataset."""


def checked(
    given: Given,
    texts: tuple[str, ...],
    label: str,
    separator: str | None,
    *,
    steps: tuple[Step, ...] = (),
    keep: tuple[str, ...] = (),
    blanks: Blanks = "leave_out",
    beside: Beside | None = None,
    to_learn: bool = True,
) -> Checked:
    """The table by its columns, once per choice; with `to_learn` it is looked through.

    Args:
        blanks: what is done with rows without label.
        beside: a further file, of documents without label.
    """
    read = (given.key, texts, label, separator, steps, to_learn, blanks, beside and beside.key)
    key = (*read, keep)

    def make() -> TextDataset:
        with working(t("data.checking"), shown=len(given.table.frame) > LARGE) as on_progress:
            return TextDataset.from_rows(
                given.table,
                Mapping(text=texts, label=label, blanks=blanks, separator=separator, keep=keep, steps=steps),
                further=beside.further if beside else None,
                to_learn=to_learn,
                name=given.name,
                on_progress=on_progress,
            )

    dataset = remembered("checked", key, make)

    def look() -> tuple[list[Finding], dict[str, float]]:
        with working(t("data.checking"), shown=len(dataset.frame) > LARGE) as on_progress:
            frame = given.table.frame.head(COLUMNS_SEEN)
            first = {column: frame[column].tolist() for column in frame.columns}
            findings = (
                quick(dataset, table_columns=first, other=t("findings.other"), on_progress=on_progress)
                if to_learn
                else []
            )
            return findings, shares_of(dataset.frame["text"].tolist())

    findings, languages = remembered("looked_through", read, look)  # other columns kept change nothing of it
    return Checked(dataset, languages, findings, key)


@dataclass(frozen=True, eq=False)
class Beside:
    """A further file that was uploaded beside the table."""

    given: Given
    texts: tuple[str, ...]

    @property
    def further(self) -> Further:
        """As the core takes it."""
        return Further(self.given.table, self.texts, self.given.name)

    @property
    def key(self) -> tuple[object, ...]:
        """Stands for the file and its columns."""
        return (self.given.key, self.texts)


@dataclass(frozen=True)
class Marks:
    """Possible separators of labels in the cells of a column."""

    are_lists: bool
    """Whether the cells are lists, of which nothing need be asked."""
    guess: str | None
    """What stands there; None where each cell is one label."""
    offered: tuple[str, ...]
    """What could stand there, in several cells."""
    likely: str | None
    """What looks so, even of the marks that are not taken for one unasked."""
    cell: str
    """One with that mark."""


def _marks(upload: Given, column: str) -> Marks:
    counts = upload.table.frame[column].str.strip().value_counts()
    cells = {str(cell): number for cell, number in counts.items() if cell}
    are_lists = as_lists(cells, are_lists=column in upload.table.lists) is not None
    guess, likely = find_separator(cells), find_separator(cells, LABEL_SEPARATORS)
    multi_label = {
        mark: sum(number for cell, number in cells.items() if mark in cell) for mark in LABEL_SEPARATORS
    }
    offered = [mark for mark in LABEL_SEPARATORS if mark == guess or multi_label[mark] > 1]
    return Marks(
        are_lists, guess, tuple(offered), likely, next((cell for cell in cells if likely and likely in cell), "")
    )


def ask_separator(given: Given, column: str) -> str | None:
    """Whether the cells of the label column hold one label or more; a choice shown only if they may hold more."""
    marks = remembered("marks", (given.key, column), lambda: _marks(given, column))
    if marks.are_lists:
        return AUTO
    if not marks.offered:
        return None
    begin_anew("label_separator_of", (given.key, column), {"label_separator": marks.guess or ONE})
    some = {mark: t("multi_label.cells.some", mark=Markdown(mark)) for mark in marks.offered}
    words = {ONE: t("multi_label.cells.one"), **some}
    chosen = st.selectbox(
        t("multi_label.cells"),
        list(words),
        format_func=words.__getitem__,
        help=t("multi_label.cells_help"),
        key="label_separator",
    )
    if not chosen and marks.likely is not None:
        st.info(t("multi_label.maybe", cell=marks.cell, mark=marks.likely), icon=":material/call_split:")
    return chosen or None


def languages(info: DatasetInfo) -> dict[str, float]:
    """Shares of a stored dataset's languages, most frequent first; empty where the texts do not tell."""
    try:
        return info.languages or _languages_of_table(info.id)  # the first releases stored none
    except DataError:
        return {}  # the table is damaged: whoever needs more than its languages will be told


@st.cache_data(max_entries=64, show_spinner=False)
def _languages_of_table(dataset_id: str) -> dict[str, float]:
    return shares_of(datasets.load_dataset(dataset_id).frame["text"].tolist())


def summary(dataset: TextDataset, found: dict[str, float], findings: Sequence[Finding]) -> None:
    """Class counts, the languages that were `found`, documents without label, and the rows left out."""
    counts = dataset.class_counts
    size = {"documents": count("documents", len(dataset.frame)), "classes": count("classes", len(counts))}
    st.markdown(t("data.summary_in", languages=named(found), **size) if found else t("data.summary", **size))
    drawn = charts.class_counts(counts, x_title=t("axis.documents"), palette=figure.palette())
    with st.container(height="content" if len(counts) <= MANY_CLASSES else 620, border=False):
        figure.show(drawn, alt=t("data.counts_alt"), key="class_counts")
    if dataset.separator is not None:
        st.caption(t("multi_label.per_document", n=f"{sum(counts.values()) / len(dataset.frame):.1f}"))
        if none := int((dataset.frame["label"] == "").sum()):
            st.caption(t("multi_label.none", documents=count("documents", none)))
    if len(dataset.unlabelled):
        st.markdown(without_label(len(dataset.unlabelled), findings))
    if len(dataset.rejected):
        st.markdown(t("data.rejected", rows=count("rows", len(dataset.rejected))))
        st.download_button(
            t("data.rejected_download"),
            lambda: _rejected_csv(dataset),
            file_name="rejected_rows.csv",
            mime="text/csv",
            on_click="ignore",
            key="rejected_rows",
        )


def without_label(documents: int, findings: Sequence[Finding]) -> Markdown:
    """How many documents without label there are, and how many of them are copies, by the quick checks."""
    unlabelled = count("unlabelled", documents)
    copies = next((len(each.rows) for each in findings if each.code == "unlabelled_copies"), 0)
    if not copies:
        return t("unlabelled.summary", unlabelled=unlabelled)
    if copies == documents:
        return t("unlabelled.summary_all_copies", unlabelled=unlabelled)
    return t(
        "unlabelled.summary_copies", unlabelled=unlabelled, copies=f"{copies:,}", new=f"{documents - copies:,}"
    )


def named(found: dict[str, float]) -> Markdown:
    """The languages in words."""
    return text.listed([text.language_name(code) for code in found])


def _rejected_csv(dataset: TextDataset) -> bytes:
    """The rows left out, each with its number and the reason in the reader's words."""
    reasons = dataset.rejected["reason"].map(lambda code: t(f"reason.{code}"))
    rows, contents = numbered(dataset, dataset.rejected["row"].tolist()), dataset.rejected["content"]
    listed = pd.DataFrame({t("data.row"): rows, t("data.reason"): reasons, t("data.content"): contents})
    return csv_text(listed).encode("utf-8-sig")


def numbered(dataset: TextDataset, rows: Sequence[int]) -> list[int] | list[str]:
    """Row numbers as the user finds them: those of a further file are counted from its own beginning."""
    end = dataset.table_end
    if end is None or max(rows, default=0) <= end:
        return list(rows)
    return [t("unlabelled.row", row=row - end) if row > end else f"{row}" for row in rows]
