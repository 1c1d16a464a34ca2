"""Detect the languages of documents, offline (`py3langid`)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNKNOWN = "und"
"""ISO 639-2 for "undetermined": too little text to tell."""
LEAST_LETTERS = 12
"""Fewer letters of an alphabet could be of many languages; a few signs of Japanese or Chinese already tell."""
LEAST_SHARE = 0.05
"""A language of fewer documents than this share is more likely a mistake than a language of the table."""
LOOKED_AT = 2000
"""Documents of a table that are looked at, spread evenly over it."""
SURE, SURE_OF_RARE = 0.5, 0.9
"""How likely a language must be; less, as of most lines of two or three words, is a guess."""
POOLED = 300
"""Different words of the documents that do not tell their language for themselves, taken together."""

_LETTERS = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_KANA = re.compile(r"[\u3040-\u30ff\uff66-\uff9f]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_OWN_SCRIPTS = {
    "HANGUL": "ko", "THAI": "th", "GREEK": "el", "HEBREW": "he", "GEORGIAN": "ka", "ARMENIAN": "hy", "TAMIL": "ta",
    "TELUGU": "te", "KANNADA": "kn", "MALAYALAM": "ml", "KHMER": "km", "LAO": "lo", "SINHALA": "si",
    "GUJARATI": "gu",
}  # fmt: skip
"""Scripts in which one language is written, or nearly one: a few letters tell."""
MOST_LETTERS = 200
"""Letters of a text that are looked at for their script."""
_NONE = "zxx"
"""What the library calls a text that is in no language."""
_KIN = {
    code: first
    for first, others in {
        "no": "nn", "en": "pcm", "de": "lb", "es": "an ext gl", "fr": "gcf gcr oc wa", "it": "lij vec",
        "hr": "bs sr", "id": "ms", "zh": "wuu yue", "lv": "ltg",
    }.items()
    for code in (first, *others.split())
}  # fmt: skip
"""Written nearly alike: what speaks for one of them speaks for all."""
_RARE_CODES = """
ace an ary arz bcl br dz eo ext fo fuv fy gcf gcr gd gl gom grc gug guw hbo ht jv kab kik la lb lij ln ltg nn nso
oc pcm qu sa sdh se uzs vec vo wa wuu
"""
_RARE = frozenset(_RARE_CODES.split())
"""Languages that few tables are in, and that a few words of a neighbour are easily taken for."""


def language_of(text: str) -> str:
    """ISO 639-1 code of a document's language (639-3 where that has none); `UNKNOWN` where too little tells it."""
    if _KANA.search(text):  # no other language has them, whatever English product names stand between
        return "ja"
    if not text.isascii() and (own := _OWN_SCRIPTS.get(_commonest_script(text))):
        return own
    letters = len(_LETTERS.findall(text))
    return UNKNOWN if letters < (2 if _HAN.search(text) else LEAST_LETTERS) else _likeliest(text)


def languages_of(texts: Iterable[str]) -> list[str]:
    """One code per document of a table.

    The rest of the table helps where a document does not tell: Han characters alone are Japanese or Chinese as
    most others are, and lines of few words are in the language that all such lines have together, if it
    is clear.
    """
    texts = list(texts)
    codes = [language_of(text) for text in texts]
    together = _together([text for text, language in zip(texts, codes, strict=True) if language == UNKNOWN])
    codes = [
        together.get(_script(text), UNKNOWN) if language == UNKNOWN else language
        for text, language in zip(texts, codes, strict=True)
    ]
    counts = Counter(codes)
    written_alike = {"zh": "ja"} if counts["ja"] >= counts["zh"] else {}
    return [written_alike.get(language, language) for language in codes]


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


def _likeliest(text: str) -> str:
    ranked = _identifier().rank(text)
    first, likely = ranked[0]
    if first in _RARE and likely >= SURE_OF_RARE:
        return "no" if first == "nn" else first
    together: Counter[str] = Counter()
    for language, share in ranked:
        together[_KIN.get(language, language)] += share
    kin, likely = together.most_common(1)[0]
    if likely < SURE or kin == _NONE or kin in _RARE:
        return UNKNOWN
    return next(
        str(language) for language, _ in ranked if _KIN.get(language, language) == kin and language not in _RARE
    )


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # reads its model: not before it is needed

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _together(texts: Iterable[str]) -> dict[str, str]:
    """By script, the language of the different words of these texts."""
    words: dict[str, dict[str, None]] = defaultdict(dict)
    for text in texts:
        of_script = words[_script(text)]
        if len(of_script) < POOLED:
            of_script |= dict.fromkeys(_WORDS.findall(text))
    return {script: language_of(" ".join(list(known)[:POOLED])) for script, known in words.items() if script}


def _commonest_script(text: str) -> str:
    """Of most of its first letters, as Unicode names it; none where these are fewer than two."""
    letters = _LETTERS.findall(text)[:MOST_LETTERS]
    named = Counter(unicodedata.name(letter, "").partition(" ")[0] for letter in letters).most_common(1)
    return named[0][0] if named and named[0][1] > 1 else ""


def _script(text: str) -> str:
    """Of its first letter, as Unicode names it; none where there is no letter."""
    letter = _LETTERS.search(text)
    return unicodedata.name(letter[0], "").partition(" ")[0] if letter else ""
