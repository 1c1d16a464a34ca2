"""The sentences of reports: complete, equal in all languages, all of them used, and of the studio's words."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from scalearn_core.evaluation.methods import METHODS
from scalearn_core.report.words import LANGUAGES, Words, letters, sentences, shortened, signed
from scalearn_ui.text import LANGUAGES as STUDIO_LANGUAGES
from tests.ui.test_text import OTHER_WORDS

REPORT = Path(__file__).parents[3] / "scalearn_core" / "report"
CODE = "\n".join(file.read_text("utf-8") for file in REPORT.glob("*.py"))


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_reports_speak_the_languages_of_the_studio() -> None:
    assert set(LANGUAGES) == set(STUDIO_LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_sentences_with_the_same_gaps(language: str) -> None:
    english, other = sentences("en"), sentences(language)
    assert {key: gaps(sentence) for key, sentence in english.items()} == {
        key: gaps(sentence) for key, sentence in other.items()
    }


def test_every_sentence_is_used() -> None:
    """By its key, or by the beginning of one that is put together."""
    asked = set(re.findall(r"""["']([a-z]+(?:\.[a-z_0-9]+)*)["']""", CODE))
    begun = tuple(re.findall(r"""f["']([a-z_]+\.(?:[a-z_]+\.)*)\{""", CODE))
    assert [key for key in sentences("en") if key not in asked and not key.startswith(begun)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_word_stands_for_one_thing(language: str) -> None:
    avoided = re.compile(OTHER_WORDS[language], re.IGNORECASE)
    shown = {key: re.sub(r"\{[^}]*\}", "", sentence) for key, sentence in sentences(language).items()}
    assert {key: sentence for key, sentence in shown.items() if avoided.search(sentence)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_method_has_a_name(language: str) -> None:
    assert {f"method.{name}" for name in METHODS} <= sentences(language).keys()


def test_words_from_outside_are_one_line_of_letters() -> None:
    assert letters("a\r\nb\x07c\u202ed\te") == "a bcd e"
    assert Words("en")("quote", name="x\x00\ny") == "“x y”"


def test_long_names_are_cut_by_width() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"
    assert shortened("あいうえ", 6) == "あい…"


def test_numbers_as_the_studio_writes_them() -> None:
    assert [signed(value) for value in (3.14, -0.04, -2.25)] == ["+3.1", "0.0", "−2.2"]
