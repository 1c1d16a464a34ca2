"""Personal data in documents: mail addresses, telephone, card and bank account numbers. Shown masked only."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pandas as pd

from scalearn_core.data.findings.finding import Finding
from scalearn_core.data.findings.look import Look, evenly, those
from scalearn_core.data.findings.phones import NINE_DIGITS, phone_numbers

KINDS = ("mail", "phone", "card", "iban")
CHARACTERS = 20_000
"""Of one document."""
MASKS_SHOWN = 5
"""Of one document."""

_MAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])([A-Za-z0-9_%+-][A-Za-z0-9._%+-]{0,63})@((?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})"
    r"(?![A-Za-z0-9_@-])"
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
_DASH = re.compile(r"(?<=\d)[‐‑‒–—―−ー](?=\d)")


def personal_data(look: Look, texts: pd.Series[str]) -> list[Finding]:
    """`personal_data`: documents with any, each noted with what was found, masked.

    Names are not looked for: no library finds them well enough in Japanese and in English.
    """
    chosen = evenly(len(look))
    kinds: Counter[str] = Counter()
    rows, notes = [], []
    for number, text in zip(chosen.tolist(), those(texts, chosen), strict=True):
        found = personal_in(text[:CHARACTERS])
        if found:
            kinds.update(kind for kind, _ in found)
            rows.append(int(look.rows[number]))
            masks = list(dict.fromkeys(mask for _, mask in found))
            notes.append(", ".join(masks[:MASKS_SHOWN]) + (", …" if len(masks) > MASKS_SHOWN else ""))
    if not rows:
        return []
    values = {
        "kinds": {kind: kinds[kind] for kind in KINDS if kinds[kind]},
        "concerned": len(rows),
        "share": len(rows) / len(chosen),
        "looked_at": len(chosen),
        "documents": len(look),
    }
    return [Finding("personal_data", "warning", values, tuple(rows), tuple(notes))]


def personal_in(text: str) -> list[tuple[str, str]]:
    """Kind (`KINDS`) and mask of all that is found in a text, by kind."""
    found: list[tuple[str, str]] = []
    if "@" in text or "＠" in text:
        text = unicodedata.normalize("NFKC", text)
        mails = (match.groups() for match in _MAIL.finditer(text))
        found += [("mail", _masked_mail(name, at)) for name, at in mails if _NOBODY.fullmatch(at) is None]
    if NINE_DIGITS.search(text) is None:
        return found
    text = _plain(text)
    later: list[tuple[str, str]] = []
    for match in _IBAN.finditer(text):
        value = re.sub(" ", "", match[0])
        value = value[: _LENGTHS.get(value[:2], 0)]
        if is_iban(value):
            later.append(("iban", f"{value[:2]}…{value[-4:]}"))
            text = text.replace(match[0], " ; ")
    cards = []
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if is_card(digits):
            cards.append(("card", f"card …{digits[-4:]}"))
            text = text.replace(match[0], " ; ")
    phones = [("phone", f"phone …{re.sub(r'[^0-9]', '', number)[-2:]}") for number in phone_numbers(text)]
    return [*found, *phones, *cards, *later]


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


def _masked_mail(name: str, domain: str) -> str:
    return f"{name[0]}…@{domain[0]}….{domain.rpartition('.')[2]}"
