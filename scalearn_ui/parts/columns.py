"""Which columns of a table hold the texts and the classes: a guess with its reason, and the user's choice."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from scalearn_core.data.labels import SEPARATORS, find_separator
from scalearn_core.data.split_plan import marks_parts
from scalearn_ui.letters import letters
from scalearn_ui.parts.table_input import Given
from scalearn_ui.session_slot import begin_anew, remembered
from scalearn_ui.text import Markdown, t

MAX_LABELS = 100
"""A column with more different values than this is not guessed to hold the classes."""
CLASS_NAMES = frozenset({
    "label", "labels", "class", "classes", "category", "categories", "topic", "topics", "team", "department",
    "type", "tag", "tags", "intent", "kategorie", "klasse", "abteilung", "thema",
    "ラベル", "クラス", "カテゴリ", "カテゴリー", "分類", "種類", "種別", "区分", "担当部署", "部署", "部門",
    "担当", "タグ",
})  # fmt: skip
"""What columns of classes are called, in small letters."""
LOOKED_AT = 100_000
"""Rows that the guess is made on."""


@dataclass(frozen=True)
class Guess:
    """The columns most likely to hold the documents and the classes, and what speaks for them."""

    text: str
    label: str | None
    characters: int
    """Of a text on average."""
    values: int
    """Different ones in the label column; 0 where it was taken for want of a better one."""
    named: bool = False
    """Whether the label column is called as classes are."""


def guess_columns(frame: pd.DataFrame) -> Guess:
    """Classes first: a column that is called so, or has the fewest different values, but two or more and repeated.
    Then documents: the longest of the others.

    The other way round, long class names would be taken for the documents. Where cells hold several classes there
    may be too many different ones: then a column whose cells are put together of parts.
    """
    frame = frame.head(LOOKED_AT)
    columns = list(frame.columns)
    variety = {column: frame[column][frame[column].str.strip() != ""].nunique() for column in columns}
    most = min(MAX_LABELS, max(2, len(frame) // 2))
    fitting = [column for column in columns if 2 <= variety[column] <= most] if len(columns) > 1 else []
    fitting = [column for column in fitting if not marks_parts(frame[column].unique())] or fitting
    named = [column for column in fitting if names_classes(column)]
    label = min(named or fitting, key=variety.__getitem__) if fitting else None
    lengths = {column: frame[column].str.len().mean() for column in columns if column != label}
    text = max(lengths, key=lengths.__getitem__)
    others = [column for column in columns if column != text]
    if label is None:
        combined = [column for column in others if find_separator([c for c in frame[column] if c], SEPARATORS)]
        label = min(combined, key=variety.__getitem__, default=others[0] if others else None)
    values = variety[label] if label in fitting else 0
    return Guess(text, label, round(lengths[text]), values, named=label in named)


def names_classes(column: str) -> bool:
    """Whether a column is called as classes are: "Topic", "担当部署", "Ticket / Category", "label (B)"."""
    words = unicodedata.normalize("NFKC", column).casefold().split("/")[-1].split("(")[0]
    return words.strip() in CLASS_NAMES


def ask_texts(given: Given, key: str, guess: Guess) -> tuple[str, ...]:
    """The columns with the texts, one or several that are read as one text; none where the user took all away."""
    begin_anew(f"{key}_of", given.key, {key: [guess.text]})
    chosen = st.multiselect(
        t("data.text_column"),
        given.columns,
        help=t("data.text_help"),
        placeholder=t("data.choose_column"),
        format_func=letters,
        key=key,
    )
    return tuple(chosen)


def ask_columns(given: Given, key: str, guess: Guess) -> tuple[tuple[str, ...], str] | None:
    """The columns with the texts and with the classes; None until they are chosen.

    Args:
        key: names the two widgets, `<key>text_column` and `<key>label_column`.
    """
    begin_anew(f"{key}label_column_of", given.key, {f"{key}label_column": guess.label})
    left, right = st.columns(2)
    with left:
        texts = ask_texts(given, f"{key}text_column", guess)
    label = right.selectbox(
        t("data.label_column"),
        given.columns,
        index=None,
        help=t("data.label_help"),
        placeholder=t("data.choose_column"),
        format_func=letters,
        key=f"{key}label_column",
    )
    if not texts or label is None or label in texts:
        st.info(t("data.choose_two"))
        return None
    return texts, label


def choose_texts(column: str) -> None:
    """Take this column for that of the texts, when a button is clicked."""
    st.session_state["text_column"] = [column]


def reason(guess: Guess) -> Markdown:
    """Why these columns."""
    message = t("columns.text_reason", column=guess.text, n=guess.characters)
    if not guess.values:
        return message
    values = {"column": guess.label, "n": guess.values}
    why = t("columns.label_named", **values) if guess.named else t("columns.label_reason", **values)
    return Markdown(f"{message} {why}")


def guessed(given: Given, slot: str) -> Guess:
    """`guess_columns`, once per table."""
    return remembered(f"{slot}_guess", given.key, lambda: guess_columns(given.table.frame))
