"""Languages are found offline, and what cannot be told is not guessed."""

from __future__ import annotations

import pytest

from scalearn_core.data.languages import UNKNOWN, language_of, language_shares, languages_of, shares_of
from scalearn_core.encoders.cards import CARDS
from scalearn_core.encoders.choice import choose_encoder

JAPANESE = "来週の会議室の予約を取り消したいです。"
ENGLISH = "Please cancel the meeting room on Friday."
GERMAN = "Mein Laptop lässt sich nicht einschalten."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (JAPANESE, "ja"),
        (ENGLISH, "en"),
        (GERMAN, "de"),
        ("La facture de mars n'est pas arrivée.", "fr"),
        ("El portátil no arranca desde ayer.", "es"),
        ("发票还没有收到，请尽快处理。", "zh"),
        ("회의실 예약을 취소해 주세요.", "ko"),
        ("ﾌﾟﾘﾝﾀｰ No.3", "ja"),
        ("VPN connection error on Windows 11 です", "ja"),
        ("ok", UNKNOWN),
        ("Pump P-0 status: ALARM", UNKNOWN),
        ("door badge lost", UNKNOWN),
        ("Rechnung falsch", "de"),
        ("xkcd qwrt zzz brrr fdsa", UNKNOWN),
        ("Skrivaren på kontoret verkar ikkje sidan i går.", "no"),
        ("Pisač u uredu ne radi od jučer, molim pomoć.", "hr"),
        ("4711 / 12.03.2026 😀", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_one_text(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("환불", "ko"),
        ("로그인 실패", "ko"),
        ("ล้มเหลว", "th"),
        ("εντάξει", "el"),
        ("אין גישה ל-VPN", "he"),
        ("α-Test of β", UNKNOWN),
    ],
)
def test_a_script_of_one_language_tells_it(text: str, language: str) -> None:
    assert language_of(text) == language
    assert languages_of([text] * 8) == [language] * 8 or language == UNKNOWN


def test_characters_shared_with_chinese_are_read_as_the_rest_of_the_table() -> None:
    shared = "東京本社会議室予約"
    assert languages_of([shared, JAPANESE, JAPANESE]) == ["ja", "ja", "ja"]
    assert languages_of([shared, "发票还没有收到，请尽快处理。"]) == ["zh", "zh"]


ENGLISH_LINES = ("printer offline", "door stuck", "wrong invoice", "no internet", "lift stopped", "disk full")
GERMAN_LINES = (
    "Drucker offline",
    "Tür klemmt",
    "Paket fehlt",
    "Kein Internet",
    "Aufzug steht",
    "Monitor flackert",
)
STATUS_LINES = [f"Pump P-{n} status: {'OK' if n % 3 else 'ALARM'}" for n in range(24)]


@pytest.mark.parametrize(
    ("lines", "language"),
    [(ENGLISH_LINES, "en"), (GERMAN_LINES, "de")],
)
def test_lines_of_few_words_are_read_together(lines: tuple[str, ...], language: str) -> None:
    assert UNKNOWN in map(language_of, lines)
    assert languages_of([*lines, "4711"]) == [*[language] * len(lines), UNKNOWN]


def test_lines_of_different_scripts_are_not_read_together() -> None:
    lines = [*ENGLISH_LINES, "Принтер не работает", "Посылка не пришла", "Счёт неверный"]
    assert set(languages_of(lines[:6])) == {"en"} and "ru" in languages_of(lines)[6:]
    assert set(languages_of(lines)[:6]) == {"en"}


def test_status_lines_that_do_not_tell_get_the_fast_encoder() -> None:
    assert shares_of(STATUS_LINES) == {}
    assert choose_encoder(shares_of(STATUS_LINES)).key == "english"


def test_rare_languages_are_taken_for_mistakes() -> None:
    assert language_shares(["en"] * 97 + ["nl"] * 3 + [UNKNOWN] * 50) == {"en": 0.97}
    assert language_shares([UNKNOWN]) == {}
    assert list(language_shares(["ja", "en", "ja"])) == ["ja", "en"]


def test_a_long_table_is_looked_at_all_over() -> None:
    assert set(shares_of([ENGLISH] * 5000 + [JAPANESE] * 5000)) == {"en", "ja"}


@pytest.mark.parametrize(
    ("shares", "key", "reason"),
    [
        ({"en": 1.0}, "english", "one_language"),
        ({"ja": 1.0}, "multilingual", "one_language"),
        ({"de": 0.5, "en": 0.5}, "multilingual", "several_languages"),
        ({"en": 0.94, "ja": 0.06}, "multilingual", "several_languages"),
        ({"qu": 1.0}, "multilingual", "unread"),
        ({}, "english", "unknown"),
    ],
)
def test_the_language_picks_the_encoder(shares: dict[str, float], key: str, reason: str) -> None:
    choice = choose_encoder(shares)
    assert (choice.key, choice.reason, choice.languages) == (key, reason, tuple(shares))


def test_every_card_is_whole() -> None:
    for key, card in CARDS.items():
        assert card.key == key
        assert set(card.title) == set(card.purpose) == {"en", "ja"}
        assert all(len(language) == 2 for language in card.languages)
        assert card.installed()
