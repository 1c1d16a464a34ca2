"""Personal data: found where they are, not where they only look like it; shown masked, blanked out whole."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalearn_core.data.personal import blanked, is_card, is_iban, personal_in


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("Write to jane.doe@shop.co.uk, please.", "j…@s….uk"),
        ("連絡先はｔａｒｏ＠kaisha.co.jpです", "t…@k….jp"),
        ("<o'neil+x@mail-1.example.org.au>", "n…@m….au"),
        ("Grüße, jörg.müller@bücher.de", "j…@b….de"),
    ],
)
def test_mail_addresses(text: str, mask: str) -> None:
    assert personal_in(text) == [("mail", mask)]


@pytest.mark.parametrize(
    "text",
    [
        "単価は@480円→@525円", "see @anna or a@b", "me@localhost", "jane@example.com", "x@maboroshi.example.co.jp",
        "user@10.0.0.1", "ops@test",
    ],
)  # fmt: skip
def test_no_mail_addresses(text: str) -> None:
    assert personal_in(text) == []


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("電話03-1234-5678まで", "78"),
        ("０９０－１２３４－５６７８に折り返してください", "78"),
        ("携帯は09012345678です", "78"),
        ("09012345678へ", "78"),
        ("TEL:03(1234)5678", "78"),
        ("tel 0312345678", "78"),
        ("0120ー123ー456", "56"),
        ("+81 3-1234-5678", "78"),
        ("Call 020 7946 0958 tomorrow", "58"),
        ("my mobile: 07911 123456", "56"),
        ("+44 (0)20 7946 0958", "58"),
        ("(212) 555-0123", "23"),
        ("reach me at 212-555-0123 after 5", "23"),
        ("phone 2125550123", "23"),
        ("1-800-555-0199", "99"),
        ("Rückruf bitte 030 12345678", "78"),
        ("Handy 0151 234 567 89", "89"),
        ("030/12345678", "78"),
        ("0049 30 12345678", "78"),
        ("since 2024-03-05 reachable under 020 7946 0958", "58"),
        ("電話番号：03-1234-5678", "78"),
    ],
)
def test_telephone_numbers(text: str, end: str) -> None:
    assert personal_in(text) == [("phone", f"phone …{end}")]


@pytest.mark.parametrize(
    "text",
    [
        "Order 0312345678 is late",
        "order 2024-0001-2345 and ticket 212-555-0123",
        "注文番号 03-1234-5678",
        "伝票番号：0312345678",
        "0312345678",
        "2125550123",
        "212 555 0123",
        "2024-01-15 10:30:45",
        "01.02.2024 - 15.03.2024",
        "30.05.2024 12:30",
        "2024/01/15 2024/02/20",
        "1700000000000",
        "1700000000",
        "〒100-0001 千代田区1-2-3",
        "SD-10432-020 7946 0958x",
        "192.168.100.200",
        "version 10.0.19045.3803",
        "4901234567894",
        "978-3-16-148410-0",
        "￥1,234,567,890",
        "https://shop.co.uk/0312345678/03-1234-5678",
        "part 0451-2234-5678",
        "0000-0000-0000",
        "12 345 678 90 12",
        "GPS 35.6812 139.7671",
        "03 1234 5678 03 1234 5678 03 1234 5678 03 1234 5678",
    ],
)
def test_numbers_that_are_nobodys(text: str) -> None:
    assert personal_in(text) == []


@pytest.mark.parametrize(
    "digits",
    [
        "4111111111111111", "4222222222222", "5555555555554444", "2223003122003222", "378282246310005",
        "3530111333300000", "30569309025904", "6011111111111117", "6212345678900000003",
    ],
)  # fmt: skip
def test_card_numbers(digits: str) -> None:
    assert is_card(digits)
    assert personal_in(f"paid by {digits}.") == [("card", f"card …{digits[-4:]}")]


@pytest.mark.parametrize(
    "digits",
    [
        "4111111111111112",  # check digit
        "1234567812345670",  # right check digit, no card begins so
        "411111111111111",  # length
        "4901234567894",  # a product code
        "4006381333931",
        "0000000000000000",
    ],
)
def test_no_card_numbers(digits: str) -> None:
    assert not is_card(digits)
    assert personal_in(f"paid by {digits}.") == []


@pytest.mark.parametrize(
    "text",
    ["カード：4111 1111 1111 1111", "4111-1111-1111-1111", "2024-01-15 ４１１１　１１１１　１１１１　１１１１"],
)
def test_card_numbers_in_groups(text: str) -> None:
    assert personal_in(text) == [("card", "card …1111")]


def test_a_grouped_card_of_fifteen_digits() -> None:
    assert personal_in("Amex 3782 822463 10005 please") == [("card", "card …0005")]


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("IBAN DE89 3704 0044 0532 0130 00 please", "DE…3000"),
        ("GB29NWBK60161331926819", "GB…6819"),
        ("NL91ABNA0417164300.", "NL…4300"),
        ("口座はDE89370400440532013000です", "DE…3000"),
    ],
)
def test_bank_accounts(text: str, mask: str) -> None:
    assert personal_in(text) == [("iban", mask)]


@pytest.mark.parametrize(
    "value", ["DE89370400440532013001", "DE8937040044053201300", "XX89370400440532013000", ""]
)
def test_no_bank_accounts(value: str) -> None:
    assert not is_iban(value)
    assert personal_in(f"account {value}") == []


def test_all_that_one_document_holds() -> None:
    text = "Jane (jane@shop.com, +1 212 555 0123) paid by 4111 1111 1111 1111 from GB29NWBK60161331926819"
    assert personal_in(text) == [
        ("mail", "j…@s….com"), ("phone", "phone …23"), ("card", "card …1111"), ("iban", "GB…6819")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Write to jane.doe@shop.co.uk, please.", "Write to [mail], please."),
        ("連絡先はｔａｒｏ＠kaisha.co.jpです", "連絡先は[mail]です"),
        ("０９０－１２３４－５６７８に折り返してください", "[phone]に折り返してください"),
        ("ｶﾞｽ㍿ ☎ 03-1234-5678 ﾊﾟｽ", "ｶﾞｽ㍿ ☎ [phone] ﾊﾟｽ"),
        ("cafe\u0301 a@b.com, cafe\u0301 c@d.org", "cafe\u0301 [mail], cafe\u0301 [mail]"),
        ("e\u03014111 1111 1111 1111e\u0301", "e\u0301[card]e\u0301"),
        ("a@bu\u0308cher.de\u0301!", "[mail]!"),
        ("a@b.com;a@b.com", "[mail];[mail]"),
        ("DE89 3704 0044 0532 0130 00 FOR rent", "[iban] FOR rent"),
        ("DE89370400440532013000a@b.com, 4111111111111111@b.com", "[mail], [mail]"),
        ("card 4111 1111 1111 1111, tel. 020 7946 0958, x@y.com", "card [card], tel. [phone], [mail]"),
        ("order 4111111111111112 of jane@example.com", "order 4111111111111112 of jane@example.com"),
        ("", ""),
    ],
)
def test_blanked(text: str, left: str) -> None:
    assert blanked(text) == left


def test_a_long_text_full_of_them_takes_seconds() -> None:
    begun = time.monotonic()
    assert blanked("a@b.com " * 120_000) == "[mail] " * 120_000
    assert time.monotonic() - begun < 20, "a second or two were measured"


PIECES = [
    "a@b.com",
    "@",
    "020 7946 0958",
    "4111 1111 1111 1111",
    "DE89370400440532013000",
    "ｶﾞ",
    "㍿",
    "e\u0301",
    "☎",
]
BETWEEN = ["", " ", "；", ";", "/", "電話", "tel ", "-", "１", "2", "."]


@given(st.lists(st.sampled_from([*PIECES, *BETWEEN]) | st.text(max_size=4), max_size=12).map("".join))
def test_blanked_texts_hold_nothing_more_to_find_and_keep_all_else(text: str) -> None:
    left = blanked(text)
    assert personal_in(left) == []
    assert blanked(left) == left
    pieces = re.split(r"\[(?:mail|phone|card|iban)\]", left)
    if not re.search(r"\[(?:mail|phone|card|iban)\]", text):
        assert re.fullmatch(".+?".join(map(re.escape, pieces)), text, re.DOTALL)
    if len(pieces) == 1:
        assert left == text
