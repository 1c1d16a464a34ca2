"""Words and numbers in the reader's language.

Every sentence comes from `locale/<language>/`, but for the English ones of errors: those are the shell's, in
`scalearn_core.messages`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st

from scalearn_core.errors import ScaLearnError
from scalearn_core.evaluation.intervals import Interval
from scalearn_core.messages import MESSAGES
from scalearn_ui.letters import letters, still

LANGUAGES = {"en": "English", "ja": "日本語"}
"""Language code -> the language's own name (shown untranslated in the switch)."""

LANGUAGE_KEY = "lang"
"""Key of the language switch, in the session and in the link."""


MARKDOWN = re.compile(r"[\\`*_{}\[\]()<>#!|~$&]|:(?=\S)|^[-+](?![\d.])|(?:(?<=^\d)|(?<=^\d\d))\.(?=\s)")
"""What Markdown reads as more than a letter: marks anywhere, list marks at the beginning."""


class Markdown(str):
    """Text that is Markdown already: our own sentences, and what `plain` has escaped."""

    __slots__ = ()


def plain(value: object) -> Markdown:
    """Words from outside (names, labels, links, messages) as Markdown that shows them letter by letter.

    Without it, a label could load a picture from another computer as soon as it is on the page, be a link to
    somewhere else, or turn the words around it round.
    """
    if isinstance(value, Markdown):
        return value
    return Markdown(MARKDOWN.sub(r"\\\g<0>", still(" ".join(letters(value).split()))))


@cache
def sentences(language: str) -> dict[str, str]:
    """All sentences of one language, by key: those of its files, and in English those of the core's errors."""
    loaded = {f"error.{code}": sentence for code, sentence in MESSAGES.items()} if language == "en" else {}
    for file in sorted((Path(__file__).parent / "locale" / language).glob("*.json")):
        loaded |= json.loads(file.read_text(encoding="utf-8"))
    return loaded


def first_language() -> str:
    """The browser's language where we speak it, else English."""
    wanted = (st.context.locale or "en")[:2].lower()
    return wanted if wanted in LANGUAGES else "en"


def language() -> str:
    """Code of the language this session reads."""
    chosen: str | None = st.session_state.get(LANGUAGE_KEY)
    return chosen if chosen in LANGUAGES else first_language()


def t(key: str, **values: object) -> Markdown:
    """The sentence `key`, filled with numbers as they are and all else made `plain`.

    A missing key is a bug and raises KeyError.
    """
    shown = {name: value if isinstance(value, int | float) else plain(value) for name, value in values.items()}
    return Markdown(sentences(language())[key].format(**shown))


def error(problem: ScaLearnError) -> Markdown:
    """A core error in the reader's words."""
    return t(f"error.{problem.code}", **problem.values)


def local(both: Mapping[str, str]) -> str:
    """The reader's half of a text that is stored in two languages, such as a card's title; the English one in a
    third."""
    return both.get(language(), both["en"])


def count(what: str, n: int) -> Markdown:
    """A counted noun: "1 document", "300 documents"."""
    return t(f"count.{what}.{'one' if n == 1 else 'other'}", n=f"{n:,}")


def language_name(code: str) -> Markdown:
    """A language in the reader's words, never its code: one that older versions stored may have no name."""
    return t(f"language.{code}" if f"language.{code}" in sentences(language()) else "language.unknown")


def listed(words: Sequence[str]) -> Markdown:
    """ "Japanese, English and German": at least one word, or name."""
    *others, last = map(plain, words)
    return t("list.and", others=Markdown(t("list.comma").join(others)), last=last) if others else last


def points(value: float) -> str:
    """A share from 0 to 1 as a score from 0 to 100, one decimal."""
    return f"{100 * value:.1f}"


def interval(score: Interval) -> Markdown:
    """ "83.1 (77.0 to 88.9)": a score and its 95% interval, on 0 to 100."""
    return t(
        "number.interval",
        value=points(score.value),
        low=points(score.low),
        high=points(score.high),
    )


def compact(score: Interval) -> Markdown:
    """ "83 (77–89)": the same in whole numbers that stay on one line, for tables on a phone."""
    return t("number.compact", **{bound: f"{100 * value:.0f}" for bound, value in vars(score).items()})


def duration(seconds: float) -> Markdown:
    """Seconds as people say them: "40 s", "3 min", "1 h 20 min"."""
    whole = max(1, round(seconds))
    if whole < 90:
        return t("duration.seconds", s=whole)
    minutes = round(whole / 60)
    if minutes < 60:
        return t("duration.minutes", m=minutes)
    return t("duration.hours", h=minutes // 60, m=minutes % 60)


def size(n_bytes: float) -> str:
    """Bytes as KB or MB (1 MB = 1,000,000 bytes)."""
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes >= 1e5 else f"{n_bytes / 1e3:.1f} KB"


def moment(when: float | str) -> str:
    """A time (seconds since 1970, or ISO 8601) as day and minute in the reader's time zone."""
    zone = ZoneInfo(st.context.timezone) if st.context.timezone else UTC
    known = datetime.fromisoformat(when) if isinstance(when, str) else datetime.fromtimestamp(when, UTC)
    return known.astimezone(zone).strftime("%Y-%m-%d %H:%M")
