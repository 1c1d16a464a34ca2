"""Labels that stand in the texts they label."""

from __future__ import annotations

import pytest

from scalearn_core.checks.finding import Finding
from scalearn_core.checks.label_in_text import label_in_text, word
from scalearn_core.checks.scan import look_at, normal_forms
from tests.core.checks.made import made, only, plain_texts

PLAIN = plain_texts(60)
Documents = list[tuple[str, str]]


def found(documents: Documents, separator: str | None = None) -> list[Finding]:
    dataset = made(documents, separator)
    return label_in_text(look_at(dataset), dataset.frame["text"])


def named(label: str, yes: int, no: int, begin: int = 0) -> Documents:
    texts = PLAIN[begin : begin + yes + no]
    return [(f"{text} [{label.upper()}]" if n < yes else text, label) for n, text in enumerate(texts)]


def test_a_class_that_names_itself() -> None:
    finding = only(found([*named("billing", 5, 5), *named("shipping", 0, 10, 20)]))
    assert finding.severity == "warning"
    assert finding.values == {
        "labels": ("billing",), "share": 0.5, "classes": 2, "concerned": 5, "looked_at": 20, "documents": 20
    }  # fmt: skip
    assert finding.rows == (2, 3, 4, 5, 6)
    assert finding.notes == ("billing",) * 5


def test_one_of_many_classes_is_a_hint() -> None:
    others = [
        document for n, label in enumerate(("two", "three", "four")) for document in named(label, 0, 10, n * 10)
    ]
    assert only(found([*named("billing", 8, 2), *others])).severity == "hint"


@pytest.mark.parametrize(
    "documents",
    [
        [*named("billing", 4, 6), *named("shipping", 0, 10, 20)],  # too few of its own
        [*named("billing", 9, 1), *[(f"{text} billing", "shipping") for text in PLAIN[20:30]]],  # others' too
        [
            *[(f"{text} billings", "billing") for text in PLAIN[:10]],
            *named("shipping", 0, 10, 20),
        ],  # no word
        [*named("tax", 9, 1), *named("shipping", 0, 10, 20)],  # too short
        [*named("billing", 4, 0), *named("shipping", 0, 10, 20)],  # too few documents to tell
    ],
)
def test_near_misses(documents: Documents) -> None:
    assert found(documents) == []


def test_japanese_needs_no_spaces() -> None:
    documents = [(f"経理の担当者へ、{n}番の書類です", "経理") for n in range(10)]
    documents += [(f"{n}番の机が壊れました", "総務") for n in range(10)]
    assert only(found(documents)).values["labels"] == ("経理",)


def test_several_labels() -> None:
    documents = [(f"{text} billing", "billing|urgent") for text in PLAIN[:10]]
    documents += [(text, "urgent") for text in PLAIN[10:20]]
    finding = only(found(documents, "|"))
    assert finding.values["labels"] == ("billing",)
    assert finding.notes == ("billing|urgent",) * 10


@pytest.mark.parametrize(
    ("label", "text", "stands"),
    [
        ("billing", "a billing-case", True),
        ("billing", "rebilling", False),
        ("billing", "請求billing部", True),
        ("C++ help", "need c++ help", True),
        ("IT部門", "社内it部門へ", True),
        ("IT部門", "bit部門", False),
        ("Größe", "größe xl", True),
    ],
)
def test_whole_words(label: str, text: str, stands: bool) -> None:
    pattern = word(label)
    assert pattern is not None
    assert (pattern.search(normal_forms([text])[0]) is not None) is stands


@pytest.mark.parametrize("label", ["abc", "金", "", "1 2"])
def test_short_labels_mean_nothing(label: str) -> None:
    assert word(label) is None
