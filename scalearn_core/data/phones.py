"""Telephone numbers in a text: precision before recall, since order numbers and dates look alike.

What is a number is said by `phonenumbers` (regions `REGIONS`, and any with +); it is asked only about candidates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

REGIONS = ("JP", "GB", "DE")
"""Where a number begins with 0. Those of the US are told by their form."""
FEWEST, MOST = 9, 15
"""Digits."""
MOST_GROUPS = 8
"""Groups of digits that follow each other; more are figures, and many questions to the library."""
BEFORE = 20
"""Characters before a candidate that may say what it is."""

NINE_DIGITS = re.compile(r"\d(?:\D{0,4}\d){8}")
"""Of any width. A text without a match holds no telephone, card or account number."""
_RUN = re.compile(r"[\d ()./+-]{9,}")
_GROUP = re.compile(r"\d+")
_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9_/=@#+.-])(?<!\d[:,])(?:\+|\(?\d)[\d ()./-]{7,26}\d(?![A-Za-z0-9_@]|[-./:,]\d)"
)
_PHONE = re.compile(
    r"\b(?:tele?f?on|tel|phone|mobile?|handy|cell|fax|call|ring|reach|dial|whatsapp|sms|r[uü]ckruf|anruf|erreich)"
    r"|電話|携帯|ケータイ|連絡先|℡|ファックス",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\b(?:order|ticket|invoice|ref|serial|case|parts?|item|sku|tracking|parcel|account|id|bestell|auftrag|rechnung"
    r"|kunden|artikel|vorgang|sendung)|注文|伝票|受付|管理|(?<!電話)(?<!携帯)番号|品番|請求|会員|追跡|口座|型番|製造",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:19|20)\d\d)(?!\d)")
_AMERICAN = re.compile(r"(?:1[-. ])?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}")
_JAPANESE_MOBILE = re.compile(r"0[789]0\d{8}")


def phone_numbers(text: str) -> list[tuple[int, int]]:
    """Where each number in a text of normal width (NFKC) begins and ends."""
    text = _RUN.sub(lambda run: run[0] if len(_GROUP.findall(run[0])) <= MOST_GROUPS else ";" * len(run[0]), text)
    return [number for candidate in _CANDIDATE.finditer(text) for number in _numbers_in(candidate, text)]


def _numbers_in(candidate: re.Match[str], text: str) -> Iterator[tuple[int, int]]:
    before = text[max(0, candidate.start() - BEFORE) : candidate.start()]
    called, counted = (max((m.end() for m in words.finditer(before)), default=0) for words in (_PHONE, _NUMBERED))
    words = candidate[0].split(" ")
    begin = 0
    while begin < len(words):
        for end in range(len(words), begin, -1):
            number = " ".join(words[begin:end])
            if FEWEST <= sum(map(str.isdigit, number)) <= MOST and is_phone_number(
                number, called > counted, counted > called
            ):
                place = candidate.start() + len(" ".join([*words[:begin], ""]))
                yield place, place + len(number)
                begin = end - 1
                break
        begin += 1


@lru_cache(maxsize=4096)
def is_phone_number(number: str, called: bool, counted: bool) -> bool:
    """Whether a candidate is one.

    Args:
        called: whether the words before it speak of telephones; it then may stand without any marks.
        counted: whether they speak of orders, tickets and the like; only one with a + is taken then.
    """
    if number.startswith("+"):
        return _is_known(number, "ZZ")
    if _DATE.search(number) or counted:
        return False
    if not number.lstrip("(").startswith("0"):
        return (called or _AMERICAN.fullmatch(number) is not None) and _is_known(number, "US")
    if number.isdigit() and not called and _JAPANESE_MOBILE.fullmatch(number) is None:
        return False
    return any(_is_known(number, region) for region in REGIONS)


def _is_known(number: str, region: str) -> bool:
    """Whether it is in use in a region and divided as it is written there."""
    from phonenumbers import Leniency, NumberParseException, PhoneNumberMatcher, is_valid_number, parse

    try:
        if not is_valid_number(parse(number, region)):  # a tenth of the time of the matcher
            return False
    except NumberParseException:
        return False
    matches = PhoneNumberMatcher(number, region, leniency=Leniency.STRICT_GROUPING)
    return any(match.raw_string == number for match in matches)
