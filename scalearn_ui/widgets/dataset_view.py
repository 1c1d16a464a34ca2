"""A dataset before and after it is stored."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from scalearn_core.data import workspace
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.dataset_info import DatasetInfo
from scalearn_core.data.export import csv_text
from scalearn_core.data.labels import SEPARATORS as LABEL_SEPARATORS
from scalearn_core.data.labels import find_separator
from scalearn_core.data.languages import shares_of
from scalearn_core.data.tables import Table
from scalearn_core.errors import DataError
from scalearn_ui import charts, shell, state, text
from scalearn_ui.text import Markdown, count, plain, t
from scalearn_ui.widgets import figure, table_input

FEW_PER_CLASS = 10
"""Below this many documents a class is hard to learn and its score says little."""


ONE = ""
"""What a cell of one label has between its labels."""
MANY_CLASSES = 24
"""With more classes than this their bars scroll in a box of their own, so that the button stays near."""
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp932": "Shift_JIS",
    "euc_jp": "EUC-JP",
    "iso2022_jp": "ISO-2022-JP",
    "cp1252": "Windows-1252",
    "latin-1": "ISO-8859-1",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "gb18030": "GB18030",
    "big5": "Big5",
    "cp949": "EUC-KR",
}
"""Encodings by the names that spreadsheet programs show."""

KINDS = {"parquet": "Parquet", "folder": "datasets"}
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@st.cache_data(max_entries=4, ttl="30m", show_spinner=False)
def checked(
    content: bytes,
    text_column: str,
    label_column: str,
    sheet: str | None,
    separator: str | None,
    to_learn: bool = True,
) -> tuple[TextDataset, dict[str, float]]:
    """The table as documents and classes, blanks left out, and its languages; once per choice of columns."""
    dataset = TextDataset.from_table(
        content, text=text_column, label=label_column, sheet=sheet, blanks="leave_out", separator=separator,
        to_learn=to_learn,
    )  # fmt: skip
    return dataset, shares_of(dataset.frame["text"].tolist())


@dataclass(frozen=True)
class Marks:
    """What may stand between labels in the cells of a column."""

    guess: str | None
    """What stands there; None where each cell is one label."""
    offered: tuple[str, ...]
    """What could stand there, in several cells."""
    likely: str | None
    """What looks so, even of the marks that are not taken for one unasked."""
    cell: str
    """One with that mark."""


@st.cache_data(max_entries=8, ttl="30m", show_spinner=False)
def _marks(content: bytes, sheet: str | None, column: str) -> Marks:
    """Once per column instead of at every click."""
    cells = [cell.strip() for cell in table_input.parsed(content, sheet).frame[column] if cell.strip()]
    guess, likely = find_separator(cells), find_separator(cells, LABEL_SEPARATORS)
    offered = [mark for mark in LABEL_SEPARATORS if mark == guess or sum(mark in cell for cell in cells) > 1]
    return Marks(guess, tuple(offered), likely, next((cell for cell in cells if likely and likely in cell), ""))


def ask_separator(content: bytes, sheet: str | None, column: str) -> str | None:
    """Whether a cell of the label column holds one label or several; asked only where there may be several."""
    marks = _marks(content, sheet, column)
    if not marks.offered:
        return None
    chosen = st.selectbox(
        t("several.cells"),
        [ONE, *marks.offered],
        index=0 if marks.guess is None else 1 + marks.offered.index(marks.guess),
        format_func=lambda mark: t("several.cells.some", mark=Markdown(mark)) if mark else t("several.cells.one"),
        help=t("several.cells_help"),
        key="label_separator",
    )
    if not chosen and marks.likely is not None:
        st.info(t("several.maybe", cell=marks.cell, mark=marks.likely), icon=":material/call_split:")
    return chosen or None


def languages(info: DatasetInfo) -> dict[str, float]:
    """Shares of a stored dataset's languages, most frequent first; empty where the texts do not tell."""
    try:
        return info.languages or _languages_of_table(info.id)  # the first releases stored none
    except DataError:
        return {}  # the table is damaged: whoever needs more than its languages will be told


@st.cache_data(max_entries=64, show_spinner=False)
def _languages_of_table(dataset_id: str) -> dict[str, float]:
    return shares_of(workspace.load_dataset(dataset_id).frame["text"].tolist())


def reading(table: Table) -> str:
    """How the file was decoded, so that a wrong guess can be seen."""
    if table.sheet is not None:
        return t("data.sheet_of", sheet=table.sheet)
    if table.encoding is None:
        return Markdown(KINDS[table.kind])
    if table.delimiter is None:
        return t("data.decoded_json", encoding=ENCODINGS[table.encoding])
    separator = t(f"separator.{SEPARATORS[table.delimiter]}")
    encoding = ENCODINGS[table.encoding]
    return t("data.decoded", encoding=encoding, separator=separator)


def summary(dataset: TextDataset, found: dict[str, float]) -> None:
    """Class counts, the languages that were `found`, warnings, and the rows that cannot be used."""
    counts = dataset.class_counts
    size = {"documents": count("documents", len(dataset.frame)), "classes": count("classes", len(counts))}
    st.markdown(t("data.summary_in", languages=_named(found), **size) if found else t("data.summary", **size))
    drawn = charts.class_counts(counts, x_title=t("axis.documents"), palette=figure.palette())
    with st.container(height="content" if len(counts) <= MANY_CLASSES else 620, border=False):
        figure.show(drawn, alt=t("data.counts_alt"), key="class_counts")
    if dataset.separator is not None:
        st.caption(t("several.per_document", n=f"{sum(counts.values()) / len(dataset.frame):.1f}"))
    small = [label for label, n in counts.items() if n < FEW_PER_CLASS]
    if small:
        st.warning(t("data.small_classes", n=FEW_PER_CLASS, labels=", ".join(small)))
    if len(dataset.rejected):
        st.warning(t("data.rejected", rows=count("rows", len(dataset.rejected))))
        st.download_button(
            t("data.rejected_download"),
            _rejected_csv(dataset),
            file_name="rejected_rows.csv",
            mime="text/csv",
            on_click="ignore",
            key="rejected_rows",
        )


def _named(found: dict[str, float]) -> Markdown:
    """The languages in words."""
    return text.listed([text.language_name(code) for code in found])


def _rejected_csv(dataset: TextDataset) -> bytes:
    """The rows left out, each with its number and the reason in the reader's words."""
    reasons = dataset.rejected["reason"].map(lambda code: t(f"reason.{code}"))
    rows, contents = dataset.rejected["row"], dataset.rejected["content"]
    listed = pd.DataFrame({t("data.row"): rows, t("data.reason"): reasons, t("data.content"): contents})
    return csv_text(listed).encode("utf-8-sig")


def stored(info: DatasetInfo) -> None:
    """One stored dataset as a row, with the ways on from it."""
    with st.container(border=True):
        name, ways_on = st.columns([7, 4], vertical_alignment="center")
        in_use = f" · {t('data.in_use')}" if info.id == state.dataset_id() else ""
        name.markdown(f"**{plain(info.name)}**{in_use}")
        facts = [count("documents", info.documents), count("classes", len(info.labels))]
        if info.separator is not None:
            facts.append(t("several.fact"))
        if found := languages(info):
            facts.append(_named(found))
        name.caption(" · ".join([*facts, text.moment(info.created)]))
        with ways_on.container(horizontal=True):
            if st.button(t("action.train"), key=f"use_{info.id}"):
                state.choose_dataset(info.id)
                shell.go("train")
            if st.button(t("action.delete"), key=f"delete_{info.id}", type="tertiary"):
                _confirm_delete(info)


def _confirm_delete(info: DatasetInfo) -> None:
    """Ask before a dataset is gone."""

    @st.dialog(t("data.delete_title"))
    def ask() -> None:
        st.markdown(t("data.delete_text", name=info.name))
        if st.button(t("action.delete"), type="primary", key="confirm_delete"):
            _delete(info.id)
            st.rerun()

    ask()


def _delete(chosen: str) -> None:
    """Remove a dataset, and forget it if it was the current one."""
    workspace.delete_dataset(chosen)
    if state.dataset_id() == chosen:
        state.choose_dataset(None)
