"""Personal data in a text: mail addresses, telephone, card and bank account numbers: found, masked, blanked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scalearn_core.data.phones import NINE_DIGITS, phone_numbers

KINDS = ("mail", "phone", "card", "iban")
_LETTERS = "A-Za-zÀ-ÖØ-öø-ɏ"
"""Latin ones: what stands beside an address in Japanese, without a space, is not part of it."""
_MAIL = re.compile(
    rf"(?<![{_LETTERS}0-9._%+-])([{_LETTERS}0-9_%+-][{_LETTERS}0-9._%+-]{{0,63}})"
    rf"@((?:[{_LETTERS}0-9-]{{1,63}}\.){{1,8}}[{_LETTERS}]{{2,24}})(?![{_LETTERS}0-9_@-])"
)
_CARD = re.compile(
    r"(?<![A-Za-z0-9_/=@#+.-])"
    r"(?:\d{13,19}|\d{4}([ -])\d{6}\1\d{4,5}|\d{4}([ -])\d{4}\2\d{4}\2\d{1,4}(?:\2\d{1,3})?)"
    r"(?![A-Za-z0-9_@]|[-.]\d)"
)
_PREFIXES = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|3(?:0[0-5]|[689]\d)\d{11}"  # Diners Club
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12,15}"  # Discover
    r"|62\d{14,17}"  # UnionPay
)
_IBAN = re.compile(r"(?<![A-Za-z0-9_])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}")
_LENGTHS = {
    country: int(length)
    for country, length in re.findall(
        r"([A-Z]{2})(\d{2})",
        "AD24 AE23 AL28 AT20 BA20 BE16 BG22 BH22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FO18 FR27 GB22 GE22 GI23 "
        "GL18 GR27 HR21 HU28 IE22 IL23 IS26 IT27 KW30 LB28 LI21 LT20 LU20 LV21 MC27 ME22 MK19 MT31 NL18 NO15 PL28 "
        "PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29",
    )
}
"""Characters of an IBAN by country."""
_NOBODY = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|net|org|jp|co\.jp))?|test|invalid|localhost)", re.IGNORECASE)
"""Domains kept free for examples (RFC 2606)."""
_SIGN = re.compile(r".[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*", re.DOTALL)
"""A character with the marks that join it: accents of Latin letters, voicing of kana."""
_DASH = re.compile(r"(?<=\d)[‐‑‒–—―−ー](?=\d)")


@dataclass(frozen=True)
class Personal:
    """Something personal in a text, from character `begin` up to `end`."""

    kind: str
    """Of `KINDS`."""
    mask: str
    """What may be shown of it."""
    begin: int
    end: int


def personal_in(text: str) -> list[tuple[str, str]]:
    """Kind (`KINDS`) and mask of all that is found in a text, by kind."""
    return [(item.kind, item.mask) for item in _found(_plain(text))] if _may_hold_any(text) else []


def blanked(text: str) -> str:
    """The text with its kind in brackets, `[mail]`, in place of all that `personal_in` finds; else unchanged."""
    while _may_hold_any(text):  # again, since what stood beside one may only then be told for one
        plain, begins, ends = _plain_with_origin(text)
        matches = _found(plain)
        if not matches:
            break
        text = _replaced(text, [(begins[one.begin], ends[one.end - 1], f"[{one.kind}]") for one in matches])
    return text


def _may_hold_any(text: str) -> bool:
    return "@" in text or "＠" in text or NINE_DIGITS.search(text) is not None


def _found(text: str) -> list[Personal]:
    """All that is personal in a plain text, by kind; no two share a character."""
    mails = list(_mails(text)) if "@" in text else []
    if NINE_DIGITS.search(text) is None:
        return mails
    text = _without(text, mails)
    accounts = list(_accounts(text))
    text = _without(text, accounts)
    cards = list(_cards(text))
    text = _without(text, cards)
    phones = [
        Personal("phone", f"phone …{re.sub('[^0-9]', '', text[begin:end])[-2:]}", begin, end)
        for begin, end in phone_numbers(text)
    ]
    return [*mails, *phones, *cards, *accounts]


def _mails(text: str) -> Iterator[Personal]:
    for match in _MAIL.finditer(text):
        name, domain = match.groups()
        if _NOBODY.fullmatch(domain) is None:
            yield Personal("mail", f"{name[0]}…@{domain[0]}….{domain.rpartition('.')[2]}", *match.span())


def _accounts(text: str) -> Iterator[Personal]:
    for match in _IBAN.finditer(text):
        length, begin = _LENGTHS.get(match[0][:2], 0), match.start()
        places = [place for place in range(begin, match.end()) if text[place] != " "][:length]
        value = "".join(text[place] for place in places)
        if is_iban(value):
            yield Personal("iban", f"{value[:2]}…{value[-4:]}", begin, places[-1] + 1)


def _cards(text: str) -> Iterator[Personal]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if is_card(digits):
            yield Personal("card", f"card …{digits[-4:]}", *match.span())


def _without(text: str, matches: Sequence[Personal]) -> str:
    """The text, as long as before, with marks that nothing is made of in place of what was found."""
    return _replaced(text, [(one.begin, one.end, ";" * (one.end - one.begin)) for one in matches])


def _replaced(text: str, places: Sequence[tuple[int, int, str]]) -> str:
    """The text with other words from one character up to another."""
    pieces, done = [], 0
    for begin, end, words in sorted(places):
        pieces += [text[done:begin], words]
        done = end
    return "".join([*pieces, text[done:]])


def is_card(digits: str) -> bool:
    """A known beginning, its length, and a right check digit (Luhn, ISO/IEC 7812).

    Thirteen digits that are a right product code (EAN) as well are taken for one.
    """
    if _PREFIXES.fullmatch(digits) is None:
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    if sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10:
        return False
    tripled = [int(digit) * (1 + 2 * (place % 2)) for place, digit in enumerate(reversed(digits))]
    return len(digits) != 13 or sum(tripled) % 10 != 0


def is_iban(value: str) -> bool:
    """The length of its country and right check digits (ISO 13616)."""
    if len(value) != _LENGTHS.get(value[:2]) or not value.isalnum():
        return False
    return int("".join(str(int(sign, 36)) for sign in value[4:] + value[:4])) % 97 == 1


def _plain(text: str) -> str:
    """Normal width, and one kind of hyphen between digits."""
    return text if text.isascii() else _DASH.sub("-", unicodedata.normalize("NFKC", text))


def _plain_with_origin(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """The plain text, and where in the text what became each of its characters begins and ends."""
    if unicodedata.is_normalized("NFKC", text):
        return _plain(text), range(len(text)), range(1, len(text) + 1)
    signs = [(sign.span(), unicodedata.normalize("NFKC", sign[0])) for sign in _SIGN.finditer(text)]
    begins = [begin for (begin, _), plain in signs for _ in plain]
    ends = [end for (_, end), plain in signs for _ in plain]
    return _DASH.sub("-", "".join(plain for _, plain in signs)), begins, ends
