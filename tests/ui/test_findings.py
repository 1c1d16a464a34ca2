"""Every finding and remedy of the core has its words in both languages, and they are filled with what it gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalearn_core.checks.finding import Finding, Remedy
from scalearn_core.checks.quick import SEVERITIES, quick
from scalearn_ui import findings, text
from tests.core.checks.made import made
from tests.core.checks.test_quick import spoilt

FOLDER = Path(findings.__file__).parents[1] / "scalearn_core"


def codes(made_by: str) -> Iterator[str]:
    """The codes the core gives: first arguments of `Finding` or `Remedy`, and those of tables of codes."""
    for file in sorted(FOLDER.rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == made_by:
                yield from _of(node.args[0], tree)


def _of(code: ast.expr, tree: ast.Module) -> Iterator[str]:
    if isinstance(code, ast.Constant):
        yield str(code.value)
    elif isinstance(code, ast.IfExp):
        yield from _of(code.body, tree)
        yield from _of(code.orelse, tree)
    elif isinstance(code, ast.Subscript):
        return  # read back from a file that one of the others wrote
    elif named := [value for value in _constants(code, tree) if isinstance(value, str)]:
        yield from named
    else:
        tables = [node.value for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
        rows = [row for table in tables if isinstance(table, ast.Tuple) for row in table.elts]
        words = {
            cell.value
            for row in rows
            if isinstance(row, ast.Tuple)
            for cell in row.elts
            if isinstance(cell, ast.Constant) and isinstance(cell.value, str)
        }
        assert words, f"{ast.unparse(code)}: write the code out where it is used, or in a table of the module"
        yield from words - set(SEVERITIES)


def _constants(name: ast.expr, tree: ast.Module) -> Iterator[object]:
    """What stands under this name in the module."""
    for node in tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
            continue
        if ast.unparse(name) in map(ast.unparse, node.targets):
            yield node.value.value


def test_every_code_has_words(language: str) -> None:
    found, remedies = set(codes("Finding")), set(codes("Remedy"))
    assert {"few_10", "few_50", "tiny_texts", "short_texts", "leakage", "suspicious_labels"} <= found
    assert {"merge_few", "merge_few_several", "leave_out_leaked"} <= remedies
    needed = {f"finding.{code}" for code in found}
    needed |= {f"remedy.{code}{ending}" for code in remedies for ending in ("", ".then")}
    assert needed <= text.sentences(language).keys()


def in_words(finding: Finding) -> Iterator[str]:
    yield findings.found(finding)
    for remedy in finding.remedies:
        yield findings.button(remedy)
        yield findings.consequence(remedy)
    for note in finding.notes:
        yield findings.note(finding, note)


def test_all_that_is_found_can_be_said(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setattr(text, "language", lambda: language)
    multi_label = [
        (words, cell if number % 3 else f"{cell}|refund") for number, (words, cell) in enumerate(spoilt())
    ]
    found = [*quick(made(spoilt()), encoder_key="english"), *quick(made(multi_label, "|"), encoder_key="english")]
    one, many = ([(words, cell.casefold()) for words, cell in documents] for documents in (spoilt(), multi_label))
    found += [*quick(made(one), encoder_key="english"), *quick(made(many, "|"), encoder_key="english")]
    assert {remedy.code for finding in found for remedy in finding.remedies} >= {"merge_few", "merge_few_several"}
    for finding in found:
        for sentence in in_words(finding):
            assert sentence
            assert "{" not in sentence
            assert "None" not in sentence


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "language", lambda: "en")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (
            Finding("few_10", "serious", {"labels": ("x", "y"), "counts": (3, 9), "limit": 10, "concerned": 12}),
            "Categories with fewer than 10 documents, too few for a meaningful score: “x” (3) and “y” (9).",
        ),
        (
            Finding("spelling_variants", "warning", {"labels": ("hr",), "into": ("HR",), "concerned": 1}),
            "Categories whose names differ only in spelling: “hr” → “HR”. A model would treat them as different "
            "categories.",
        ),
        (
            Finding("exact_duplicates", "hint", {"concerned": 1200, "documents": 150_000, "share": 0.008}),
            "1,200 of 150,000 documents (less than 1%) have the same text and category as an earlier row.",
        ),
        (
            Finding(
                "personal_data",
                "warning",
                {"kinds": {"mail": 3, "iban": 1}, "concerned": 2, "looked_at": 20_000, "documents": 30_000},
            ),
            "Personal data were found in 2 of 20,000 documents: 3 mail addresses and 1 bank account. Blank them "
            "out, or make sure that you may use them. 20,000 of 30,000 documents, spread evenly over the table, "
            "were checked.",
        ),
        (
            Finding(
                "long_texts",
                "hint",
                {
                    "encoder": "english",
                    "readable": 1149,
                    "cut": 0.104,
                    "share": 0.05,
                    "concerned": 5,
                    "documents": 100,
                },
            ),
            "The encoder for English reads about 1,100 characters of a text. 5 of 100 documents (5%) are longer, "
            "so about 10% of all text is not read.",
        ),
        (
            Finding("id_column", "serious", {"example": "SD_1*", "share": 1.0, "documents": 3, "looked_at": 3}),
            r"The chosen column seems to hold numbers or codes (such as “SD\_1\*”), from which nothing can be "
            "learned. Choose the column that holds the texts.",
        ),
    ],
    ids=lambda value: value.code if isinstance(value, Finding) else "",
)
def test_sentences(finding: Finding, sentence: str) -> None:
    assert findings.found(finding) == sentence


@pytest.mark.usefixtures("english")
def test_many_classes_are_not_all_named() -> None:
    labels = tuple(f"class {n}" for n in range(9))
    remedy = Remedy("leave_out_few", (), {"labels": labels, "gone": 9, "left": 1})
    assert findings.consequence(remedy) == (
        "9 documents left out, 1 document kept. The model will never answer “class 0”, “class 1”, “class 2”, "
        "“class 3”, “class 4”, “class 5” and 3 more; it will put such documents in another category."
    )


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("code", "note", "shown"),
    [
        ("exact_duplicates", "7", "same as row 7"),
        ("unread_language", "ja", "Japanese"),
        (
            "personal_data",
            "j…@e….com, phone …78, card …1111, DE…3000",
            "j…@e….com, telephone …78, card …1111, DE…3000",
        ),
        ("personal_data", "j…@e….com, …", "j…@e….com, …"),
        ("long_texts", "62%", "62% not read"),
        ("same_text_different_label", "b, c", "b, c"),
    ],
)
def test_notes(code: str, note: str, shown: str) -> None:
    assert findings.note(Finding(code, "hint"), note) == shown
