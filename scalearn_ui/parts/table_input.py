"""Reading a table in the browser: upload, sheet, and corrections if the file was not read correctly."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import streamlit as st

from scalearn_core.data.column_checks import shorten
from scalearn_core.errors import DataError
from scalearn_core.tables import limits
from scalearn_core.tables.notes import Notes
from scalearn_core.tables.quoting import QUOTES
from scalearn_core.tables.raw_rows import raw_rows
from scalearn_core.tables.reader import Table, read_table, sheet_names
from scalearn_core.tables.reading import Reading
from scalearn_ui.letters import cells, letters
from scalearn_ui.parts.busy import working
from scalearn_ui.parts.uploader import ask_file
from scalearn_ui.session_slot import begin_anew, remembered
from scalearn_ui.text import Markdown, count, t

LARGE = 5_000_000
"""Bytes from which on reading takes so long that its progress is shown."""
SHOWN = 3
"""Rows of the preview."""
MOST_SHOWN = 40
"""Characters of a cell among the rows to choose the header from."""
ENCODINGS = {
    "utf-8": "UTF-8",
    "cp932": "Shift_JIS",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "utf-8-sig": "UTF-8",
    "utf-32": "UTF-32",
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
OFFERED = tuple(name for name in ENCODINGS if name not in ("utf-8-sig", "utf-32"))
"""Those to choose from: files with a mark at their beginning are never read wrong."""
AS_FOUND = ""
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
HEADERS = ("first", "row", "none")
"""Where the column names stand: in the first row of the table, in one that is named, or nowhere."""


@dataclass(frozen=True, eq=False)
class Given:
    """A table that was uploaded, as it was read."""

    name: str
    content: bytes
    table: Table
    chosen: Reading
    """What the user chose; the rest was found in the file."""
    key: tuple[object, ...]
    """Stands for the content and how it was read."""

    @property
    def columns(self) -> list[str]:
        return list(self.table.frame.columns)


def ask_table(key: str) -> Given | None:
    """An uploaded table; None until there is one. Raises DataError for a file that cannot be read."""
    upload = ask_file(t("table.upload"), key=f"{key}_file", help=t("table.upload_help"))
    if upload is None:
        return None
    choices = ("encoding", "delimiter", "quotes", "header")
    as_found: dict[str, object] = {f"{key}_{choice}": AS_FOUND for choice in choices}
    as_found |= {f"{key}_header_row": 1}
    begin_anew(f"{key}_upload", upload.file_id, as_found | dict.fromkeys((f"{key}_sheet", f"{key}_first_sheet")))
    chosen = _chosen(key)
    read = (upload.file_id, chosen)
    content = upload.getvalue()
    try:
        table = remembered(f"{key}_table", read, lambda: _read(content, chosen))
    except DataError:
        _ask_after_failure(key, content, chosen)
        raise
    if chosen.sheet is None:
        st.session_state[f"{key}_first_sheet"] = table.sheet
    _ask_sheet(key, table.sheets, table.sheet)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_read_as(table), width="content")
        _ask_reading(key, table.kind, content, chosen)
    _tell(table.notes)
    st.dataframe(cells(table.frame.head(SHOWN)), hide_index=True, alt=t("table.preview_alt"))
    return Given(upload.name, content, table, chosen, read)


def _tell(notes: Notes) -> None:
    """What the workbook does not show or lacks."""
    if notes.hidden:
        st.info(t("table.hidden", rows=count("rows", len(notes.hidden)), numbers=shorten(notes.hidden)))
    for column, rows in notes.without_value.items():
        cells = count("cells", len(rows))
        st.warning(t("table.without_value", column=column, cells=cells, numbers=shorten(rows)))
    if notes.full:
        st.warning(t("table.full", numbers=shorten(notes.full)))


def _chosen(key: str) -> Reading:
    """The choices as they stand in the session; the widgets come below what they change."""
    choices = {choice: st.session_state.get(f"{key}_{choice}") for choice in Reading().to_dict()}
    if choices["sheet"] == st.session_state.get(f"{key}_first_sheet"):  # shown as chosen, but found in the file
        choices["sheet"] = None
    read = {choice: value or None for choice, value in choices.items()}
    headers = {"first": True, "row": st.session_state.get(f"{key}_header_row", 1), "none": False}
    return Reading.of(read | {"header": headers.get(choices["header"] or AS_FOUND)})


def _ask_sheet(key: str, names: tuple[str, ...], read: str | None) -> None:
    if len(names) < 2:
        return
    if st.session_state[f"{key}_sheet"] is None:
        st.session_state[f"{key}_sheet"] = read
    st.selectbox(
        t("table.sheet"), names, index=None, placeholder=t("table.choose_sheet"), key=f"{key}_sheet",
        format_func=letters,
    )  # fmt: skip


def _ask_after_failure(key: str, content: bytes, chosen: Reading) -> None:
    """What may help where a file was not read: another sheet of a workbook, or how a text is written."""
    try:
        names = sheet_names(content)
    except DataError:
        return  # the workbook itself cannot be read, as the reader is told
    _ask_sheet(key, names, None)
    _ask_reading(key, "xlsx" if names else "text", content, chosen)


def _ask_reading(key: str, kind: str, content: bytes, chosen: Reading) -> None:
    """Where the table was not read right: its encoding, delimiter and quotes, which row names the columns."""
    if kind not in ("text", "json", "xlsx", "ods"):
        return
    with st.popover(t("reading.change"), type="tertiary", key=f"{key}_reading"):
        st.caption(t("reading.help"))
        if kind in ("text", "json"):
            _ask_choice("encoding", {name: ENCODINGS[name] for name in OFFERED}, key)
        if kind == "text":
            _ask_choice("delimiter", {mark: t(f"separator.{name}") for mark, name in DELIMITERS.items()}, key)
            _ask_choice("quotes", {quotes: t(f"reading.quotes_{quotes}") for quotes in QUOTES}, key)
        if kind != "json":
            _ask_choice("header", {choice: t(f"reading.header_{choice}") for choice in HEADERS}, key)
            if st.session_state[f"{key}_header"] == "row":
                st.number_input(t("reading.row"), 1, limits.MAX_SHEET_ROWS, step=1, key=f"{key}_header_row")
                _show_rows(content, chosen)


def _show_rows(content: bytes, chosen: Reading) -> None:
    """The first rows as they stand in the file, with the numbers to choose from."""
    with suppress(DataError):  # what is wrong is said already
        first = raw_rows(content, replace(chosen, header=None))
        shown = first.map(lambda cell: cell[:MOST_SHOWN]).reset_index(names=t("data.row"))
        st.dataframe(cells(shown), hide_index=True, alt=t("reading.rows_alt"))


def _ask_choice(choice: str, words: dict[str, str], key: str) -> None:
    words = {AS_FOUND: t("reading.as_found"), **words}
    st.selectbox(t(f"reading.{choice}"), list(words), format_func=words.__getitem__, key=f"{key}_{choice}")


def _read(content: bytes, chosen: Reading) -> Table:
    with working(t("table.reading"), shown=len(content) > LARGE) as on_progress:
        return read_table(content, chosen, on_progress=on_progress)


def _read_as(table: Table) -> Markdown:
    """How many rows were read, and how; in which row the header was found, if it is not the first."""
    read = {"rows": count("rows", len(table.frame)), "how": how_read(table)}
    if (table.header_row or 1) > 1:
        return t("data.read_from", row=table.header_row, **read)
    return t("data.read_as", **read)


def how_read(table: Table) -> Markdown:
    """How the file was decoded, so that a wrong guess can be seen."""
    if table.kind in ("xlsx", "ods"):
        return t(f"data.sheet_of.{table.kind}", sheet=table.sheet)
    encoding = ENCODINGS.get(table.encoding or "")
    separator = t(f"separator.{DELIMITERS[table.delimiter]}") if table.delimiter else None
    return t(f"data.decoded.{table.kind}", encoding=encoding, separator=separator)
