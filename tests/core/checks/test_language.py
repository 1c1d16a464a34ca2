"""Documents in languages the encoder does not read."""

from __future__ import annotations

import pytest

from scalearn_core.checks import language
from scalearn_core.checks.scan import look_at
from tests.core.checks.made import made, only, plain_texts

JAPANESE = [f"来週の会議室{n}の予約を取り消したいです。" for n in range(20)]
ZULU = [f"Ngicela ungisize ngokukhokha i-akhawunti yami, ngiyabonga kakhulu {n}" for n in range(20)]


def test_japanese_on_the_english_encoder() -> None:
    texts = [*plain_texts(30), *JAPANESE[:10]]
    dataset = made([(text, "a") for text in texts])
    finding = only(language.unread_language(look_at(dataset), dataset.frame["text"], "english"))
    assert (finding.code, finding.severity) == ("unread_language", "serious")
    assert finding.values == {
        "languages": ("ja",), "share": 0.25, "encoder": "english", "better": "multilingual",
        "concerned": 10, "looked_at": 40, "documents": 40,
    }  # fmt: skip
    assert finding.rows == tuple(range(32, 42))
    assert finding.notes == ("ja",) * 10


@pytest.mark.parametrize("key", [None, "multilingual", "a/folder"])
def test_languages_that_are_read(key: str | None) -> None:
    dataset = made([(text, "a") for text in [*plain_texts(10), *JAPANESE]])
    assert language.unread_language(look_at(dataset), dataset.frame["text"], key) == []


def test_one_document_of_many_is_more_likely_a_mistake() -> None:
    dataset = made([(text, "a") for text in [*plain_texts(30), JAPANESE[0]]])
    assert language.unread_language(look_at(dataset), dataset.frame["text"], "english") == []


@pytest.mark.parametrize("key", [None, "english", "multilingual"])
def test_a_language_that_no_encoder_reads(key: str | None) -> None:
    dataset = made([(text, "a") for text in ZULU])
    finding = only(language.unread_language(look_at(dataset), dataset.frame["text"], key))
    assert (finding.code, finding.values["languages"]) == ("unread_language_nowhere", ("zu",))


def test_a_large_table_is_looked_at_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "LOOKED_AT", 20)
    dataset = made([(text, "a") for text in [*plain_texts(60), *JAPANESE]])
    finding = only(language.unread_language(look_at(dataset), dataset.frame["text"], "english"))
    assert (finding.values["looked_at"], finding.values["documents"]) == (20, 80)
    assert finding.values["concerned"] == len(finding.rows) == 5
    assert all(row >= 62 for row in finding.rows)
