"""Which languages documents are written in, found offline (`py3langid`)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

UNKNOWN = "und"
"""ISO 639-2 for "undetermined": too little text to tell."""
LEAST_LETTERS = 12
"""Fewer letters of an alphabet could be of many languages; a few signs of Japanese or Chinese already tell."""
LEAST_SHARE = 0.05
"""A language of fewer documents than this share is more likely a mistake than a language of the table."""
LOOKED_AT = 2000
"""Documents of a table that are looked at, spread evenly over it."""

_LETTERS = re.compile(r"[^\W\d_]")
_KANA = re.compile(r"[\u3040-\u30ff\uff66-\uff9f]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SAME = {"nb": "no", "nn": "no"}
"""The two written forms of Norwegian."""


def language_of(text: str) -> str:
    """ISO 639-1 code of a document's language; `UNKNOWN` where there is too little to tell it from."""
    if _KANA.search(text):  # no other language has them, whatever English product names stand between
        return "ja"
    letters = len(_LETTERS.findall(text))
    if letters < (2 if _HAN.search(text) else LEAST_LETTERS):
        return UNKNOWN
    import py3langid  # reads its model: not before it is needed

    found = str(py3langid.classify(text)[0])
    return _SAME.get(found, found)


def languages_of(texts: Iterable[str]) -> list[str]:
    """One code per document of a table.

    Han characters alone do not tell Japanese from Chinese; there the rest of the table decides.
    """
    found = [language_of(text) for text in texts]
    counts = Counter(found)
    written_alike = {"zh": "ja"} if counts["ja"] >= counts["zh"] else {}
    return [written_alike.get(language, language) for language in found]


def language_shares(languages: Sequence[str]) -> dict[str, float]:
    """The languages of a table, most frequent first, with their shares (0 to 1) of all documents that tell theirs.

    Languages below `LEAST_SHARE` are left out; empty where no document tells.
    """
    counts = Counter(language for language in languages if language != UNKNOWN)
    total = counts.total()
    return {language: count / total for language, count in counts.most_common() if count / total >= LEAST_SHARE}


def shares_of(texts: Sequence[str]) -> dict[str, float]:
    """`language_shares` of a table, from at most `LOOKED_AT` of its documents."""
    step = max(1, -(-len(texts) // LOOKED_AT))
    return language_shares(languages_of(texts[::step]))
