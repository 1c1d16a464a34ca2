"""Every error raised has its sentence, with exactly the values it is given; no sentence is left over."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from scalearn_core import errors
from scalearn_core.messages import MESSAGES

ROOT = Path(__file__).parents[1]
ENGLISH = ROOT / "scalearn_ui" / "locale" / "en"
TRANSLATED = [folder for folder in sorted(ENGLISH.parent.iterdir()) if folder != ENGLISH]
ERRORS = {name for name, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, Exception)}


class Raised(NamedTuple):
    where: str
    code: str
    """A regular expression: a part filled in at run time matches anything without a dot."""
    values: frozenset[str] | None
    """None where they are passed on as a mapping."""


def raised() -> Iterator[Raised]:
    """Every construction of one of our errors in the code."""
    for file in sorted([*(ROOT / "scalearn_core").rglob("*.py"), *(ROOT / "scalearn_ui").rglob("*.py")]):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in ERRORS and node.args:
                names = [keyword.arg for keyword in node.keywords]
                values = None if None in names else frozenset(name for name in names if name)
                where = f"{file.relative_to(ROOT)}:{node.lineno}"
                for code in _codes(node.args[0]):
                    yield Raised(where, code, values)


def _name(function: ast.expr) -> str | None:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)


def _codes(argument: ast.expr) -> list[str]:
    if isinstance(argument, ast.Constant):
        return [re.escape(str(argument.value))]
    if isinstance(argument, ast.IfExp):
        return _codes(argument.body) + _codes(argument.orelse)
    if isinstance(argument, ast.JoinedStr):
        parts = (
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[^.]+" for part in argument.values
        )
        return ["".join(parts)]
    if isinstance(argument, ast.Subscript):
        return []  # passed on from another process, where it was written out
    raise AssertionError(f"a code must be written out where the error is made, found {ast.unparse(argument)}")


def placeholders(sentence: str) -> frozenset[str]:
    return frozenset(re.split(r"[.\[]", name)[0] for _, name, _, _ in string.Formatter().parse(sentence) if name)


def test_every_raised_code_has_a_sentence_with_its_values() -> None:
    calls = list(raised())
    assert len(calls) > 50  # the walk found the code
    written_out = {call.code for call in calls}
    for call in calls:
        # A code with a part filled in at run time stands for those that no other call writes out.
        codes = [code for code in MESSAGES if re.fullmatch(call.code, code)]
        if len(codes) > 1:
            codes = [code for code in codes if re.escape(code) not in written_out]
        assert codes, f"{call.where}: no sentence for {call.code}"
        for code in codes:
            if call.values is not None:
                assert call.values == placeholders(MESSAGES[code]), f"{call.where}: values of {code}"


def test_no_sentence_is_left_over() -> None:
    patterns = {call.code for call in raised()}
    unused = [code for code in MESSAGES if not any(re.fullmatch(pattern, code) for pattern in patterns)]
    assert unused == []


def test_sentences_say_what_to_do() -> None:
    for code, sentence in MESSAGES.items():
        assert sentence[-1] in ".!?", code
        assert sentence[0].isupper() or sentence[0] in '"{', code
        assert len(re.findall(r"[.;:,!?] |[.]$", sentence)) >= 1, code


def sentences(locale: Path) -> dict[str, str]:
    """All sentences in the files of one language."""
    files = [json.loads(file.read_text("utf-8")) for file in sorted(locale.glob("*.json"))]
    return {key: sentence for file in files for key, sentence in file.items()}


@pytest.mark.parametrize("locale", TRANSLATED, ids=lambda folder: folder.name)
def test_each_language_has_every_sentence_with_the_same_values(locale: Path) -> None:
    translated = {
        key.removeprefix("error."): sentence
        for key, sentence in sentences(locale).items()
        if key.startswith("error.")
    }
    assert translated.keys() == MESSAGES.keys()
    for code, sentence in translated.items():
        assert placeholders(sentence) == placeholders(MESSAGES[code]), code


def test_english_sentences_of_errors_stand_once() -> None:
    assert [key for key in sentences(ENGLISH) if key.startswith("error.")] == []
