"""Names from outside as letters and nothing else: no order turned round, no link, icon or picture made of them."""

from __future__ import annotations

import re

import pandas as pd

JOINER = "\u2060"
"""Word joiner: takes no room and breaks no line. It stands where a browser would see more than letters."""

_NO_LETTERS = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # turn the order of what follows round
    "|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"  # show nothing
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_ISOLATED = ("\u2068", "\u2069")
"""Around a name written from right to left: it keeps its order, and the words beside it keep theirs."""

_ALIVE = re.compile(
    r"(?i)(?<=https)(?=://)|(?<=http)(?=://)|(?<=www)(?=\.)|(?<=[-.\w+])(?=@)"  # links, also without any marks
    r"|(?<=:)(?=material[_/]|[-+\w]+:)"  # icons, such as :smile:
)
_ARROW = re.compile(r"(?<!\S)[-<>~](?=(?:->|>|-|=)(?!\S))")
"""What Streamlit draws as an arrow, a dash or a sign."""


def letters(value: object) -> str:
    """A name for places that show text as it is: choices, tables, charts, names of files."""
    text = bare(str(value))
    return text.join(_ISOLATED) if _RIGHT_TO_LEFT.search(text) else text


def bare(text: str) -> str:
    """Without what turns an order round or shows nothing; for names of files."""
    return _NO_LETTERS.sub("", text)


def cells(frame: pd.DataFrame) -> pd.DataFrame:
    """A table for `st.dataframe`: every text in it, and in the lists in it, as letters."""
    return frame.map(_cell)


def _cell(value: object) -> object:
    if isinstance(value, str):
        return letters(value)
    return [_cell(part) for part in value] if isinstance(value, list) else value


def still(text: str) -> str:
    """The same letters, such that no Markdown reader makes a link, an icon or a sign of them.

    A backslash does not do: links and icons are looked for after backslashes are gone.
    """
    return _ARROW.sub(rf"\g<0>{JOINER}", _ALIVE.sub(JOINER, text))
