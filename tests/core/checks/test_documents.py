"""Texts that say too little or too much, and columns that hold no texts."""

from __future__ import annotations

import pytest

from scalearn_core.checks.documents import characters_per_token, id_column, little_text, long_texts
from scalearn_core.checks.scan import FINE, SHORT_TEXT, TINY_TEXT, look_at, size_of
from scalearn_core.data.recipe import Step
from scalearn_core.encoders.cards import CARDS, ENGLISH, MULTILINGUAL
from tests.core.checks.made import by_code, classes, made, only, plain_texts, scan


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("?!", TINY_TEXT),
        ("..... a - 7 .....", TINY_TEXT),
        ("👍👍👍👍👍👍👍👍👍👍👍👍", TINY_TEXT),
        ("金", TINY_TEXT),
        ("___________", TINY_TEXT),
        ("ok.", TINY_TEXT),
        ("yes", SHORT_TEXT),
        ("a - 1 - b", SHORT_TEXT),
        ("返金", SHORT_TEXT),
        ("9 letters", SHORT_TEXT),
        ("ten letter", FINE),
        ("返金希望です", FINE),
        ("a, b, c, d", FINE),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert size_of(text) == size


def test_tiny_and_short_texts_are_two_findings() -> None:
    documents = classes({"a": 4})
    documents.insert(1, ("  - \n", "a"))
    documents.insert(3, ("   short     ", "a"))
    found = by_code(little_text(scan(documents)))
    assert {code: (f.severity, f.rows, f.notes) for code, f in found.items()} == {
        "tiny_texts": ("warning", (3,), ()),
        "short_texts": ("hint", (5,), ()),
    }
    assert found["tiny_texts"].values == {"concerned": 1, "documents": 6, "share": pytest.approx(1 / 6)}
    assert found["tiny_texts"].remedies[0].steps == (Step("leave_out_rows", "tiny_texts", rows=(3,)),)
    assert found["tiny_texts"].remedies[0].values == {"concerned": 1, "left": 5}


def test_long_texts_worst_first_with_the_share_cut() -> None:
    sentence = "The parcel came late and the box was wet. "
    documents = classes({"a": 40})
    documents.insert(5, (sentence * 60, "a"))
    documents.insert(10, (sentence * 240, "a"))
    documents.insert(15, (sentence * 10, "a"))
    dataset = made(documents)
    finding = only(long_texts(look_at(dataset), dataset.frame["text"], "english"))
    assert (finding.severity, finding.rows) == ("hint", (12, 7))
    readable = finding.values["readable"]
    assert isinstance(readable, int)
    # ten words of one token each in 42 characters, and the dot
    assert readable == pytest.approx(256 * 42 / 10, rel=0.05)
    assert finding.notes == (f"{1 - readable / (240 * 42 - 1):.0%}", f"{1 - readable / (60 * 42 - 1):.0%}")
    total = sum(len(text.strip()) for text, _ in documents)
    assert finding.values["cut"] == pytest.approx((300 * 42 - 2 - 2 * readable) / total, rel=0.01)
    assert finding.values["concerned"] == 2


def test_many_long_texts_are_a_warning() -> None:
    dataset = made([*classes({"a": 7}), ("The parcel came late. " * 100, "a")])
    assert only(long_texts(look_at(dataset), dataset.frame["text"], "english")).severity == "warning"


@pytest.mark.parametrize("key", [None, "a/folder", "english"])
def test_texts_that_are_read_whole(key: str | None) -> None:
    dataset = made([(text, "a") for text in plain_texts(5)] + [("The parcel came late. " * 30, "a")])
    assert long_texts(look_at(dataset), dataset.frame["text"], key) == []


def test_a_large_tokenizer_is_not_read() -> None:
    text = "会議室の予約を取り消したいです。"
    assert characters_per_token(MULTILINGUAL, [text]) == pytest.approx(CARDS["multilingual"].bytes_per_token / 3)


def test_a_small_tokenizer_reads_more_than_its_own_limit() -> None:
    assert characters_per_token(ENGLISH, ["word " * 1000]) == pytest.approx(5, rel=0.01)


IDS = [f"SD-{n:05}" for n in range(30)]
NUMBERS = [f"{n % 3}.50" for n in range(30)]


@pytest.mark.parametrize("texts", [IDS, NUMBERS, [f"https://shop.test/{n}" for n in range(30)]])
def test_ids_and_numbers(texts: list[str]) -> None:
    dataset = made([(text, "ab"[n % 2]) for n, text in enumerate(texts)])
    finding = only(id_column(look_at(dataset), dataset.frame["text"], None))
    assert (finding.code, finding.severity) == ("id_column", "serious")
    assert finding.values == {"share": 1.0, "example": texts[0], "documents": 30, "looked_at": 30}


@pytest.mark.parametrize(
    "texts",
    [
        plain_texts(30),
        [f"会議室{n}の予約を取り消したいです。" for n in range(30)],
        ["refund"] * 30,
        ["A4", "A3"] * 15,  # codes, but few: they can say something
        [f"item {n}" for n in range(30)],
    ],
)
def test_texts(texts: list[str]) -> None:
    dataset = made([(text, "ab"[n % 2]) for n, text in enumerate(texts)])
    assert id_column(look_at(dataset), dataset.frame["text"], None) == []


@pytest.mark.parametrize("right", [plain_texts(30), [f"会議室{n}の予約を取り消したいです。" for n in range(30)]])
def test_the_column_that_holds_texts_is_named(right: list[str]) -> None:
    dataset = made([(text, "ab"[n % 2]) for n, text in enumerate(IDS)])
    columns = {"id": IDS, "price": NUMBERS, "label": ["in use", "new"] * 15, "message": right}
    finding = only(id_column(look_at(dataset), dataset.frame["text"], columns))
    assert (finding.code, finding.values["column"]) == ("id_column_other", "message")


def test_no_column_that_holds_texts() -> None:
    dataset = made([(text, "ab"[n % 2]) for n, text in enumerate(IDS)])
    columns = {"id": IDS, "price": NUMBERS, "label": ["in use", "new"] * 15}
    assert only(id_column(look_at(dataset), dataset.frame["text"], columns)).code == "id_column"
