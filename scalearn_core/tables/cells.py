"""Values that are not text already, as one would read them on a sheet."""

from __future__ import annotations

import datetime as dt
import json


def cell_text(value: object) -> str:
    """A value as text: `2026-01-31`, `3`, `0.3`, `TRUE`; a list of texts as `a|b`, other structures as JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return str(value).upper()
        case float():
            return format(value, ".15g")  # the digits Excel shows; 0.1 + 0.2 is stored as 0.30000000000000004
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime():
            return value.isoformat(sep=" ")
        case bytes():
            return value.decode("utf-8", "backslashreplace")
        case list() if all(isinstance(item, str) and "|" not in item for item in value):
            return "|".join(value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)
