"""Values other than text, written as a spreadsheet shows them."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal

LARGEST_ID = 2.0**63
"""From here on a whole number is written with an exponent: no id is as long."""


def cell_text(value: object) -> str:
    """A value as text: `2026-01-31`, `0.3`, `TRUE`; a list of texts as `a|b`, other structures as JSON.

    A whole number has all its digits (`1234567890123450`), whichever way it is stored: it may be an id.
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return str(value).upper()
        case float() if value.is_integer() and abs(value) < LARGEST_ID:
            return format(Decimal(repr(value + 0.0)).to_integral(), "f")  # all digits; + 0.0: no minus before 0
        case float() if math.isnan(value):
            return ""  # not a number: how pandas and numpy keep what is missing
        case float():
            return format(value, ".15g")  # the digits Excel shows; 0.1 + 0.2 is stored as 0.30000000000000004
        case dt.datetime():
            return value.isoformat(sep=" ").removesuffix(" 00:00:00")  # midnight with a time zone stays
        case bytes():
            return value.decode("utf-8", "backslashreplace")
        case list() if value and all(isinstance(item, str) and "|" not in item for item in value):
            return "|".join(value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)
