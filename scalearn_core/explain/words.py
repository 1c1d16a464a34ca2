"""Where the words of a text begin and end, in any language: what may be marked on screen, and left out.

Languages with spaces are divided at them and at punctuation. Japanese has none: BudouX divides it into phrases
(a word with its particle), so that a mark never ends within a character's word or in a piece of a tokenizer.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

MOST_PIECES = 64
"""Pieces of a text at most; of a longer one several neighbouring words are one piece."""
_WORD = re.compile(r"[^\W_]+(?:['’._@/-][^\W_]+)*")
_KANA_OR_HAN = r"\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
_WITHOUT_SPACES = re.compile(rf"[{_KANA_OR_HAN}]")
_RUN = re.compile(r"\S+")


class Span(NamedTuple):
    """`text[start:end]`."""

    start: int
    end: int


def words_of(text: str) -> list[Span]:
    """The words of a text in their order, without the space and the punctuation around them."""
    found: list[Span] = []
    for run in _RUN.finditer(text):
        if _WITHOUT_SPACES.search(run[0]):
            found += _phrases(run[0], run.start())
        else:
            found += [
                Span(run.start() + word.start(), run.start() + word.end()) for word in _WORD.finditer(run[0])
            ]
    return found


def pieces_of(text: str, end: int | None = None, most: int = MOST_PIECES) -> list[Span]:
    """At most so many pieces of whole words; each word one piece where there are few enough.

    Args:
        end: nothing from this character on is looked at.
    """
    words = [word for word in words_of(text) if end is None or word.start < end]
    size = -(-len(words) // most)
    groups = [words[start : start + size] for start in range(0, len(words), size)] if words else []
    return [Span(group[0].start, group[-1].end) for group in groups]


def without(text: str, spans: list[Span]) -> str:
    """The text without these pieces; of the spaces around one, one is left."""
    kept, place = [], 0
    for span in sorted(spans):
        kept.append(text[place : span.start])
        place = span.end + (text[span.end : span.end + 1] == " " and text[: span.start][-1:] in ("", " "))
    return "".join([*kept, text[place:]])


@cache
def _parser() -> Any:
    import budoux

    return budoux.load_default_japanese_parser()


def _phrases(run: str, offset: int) -> list[Span]:
    spans, place = [], offset
    for phrase in _parser().parse(run):
        letters = list(re.finditer(r"[\w々〇ー]+", phrase))
        if letters:
            spans.append(Span(place + letters[0].start(), place + letters[-1].end()))
        place += len(phrase)
    return spans
