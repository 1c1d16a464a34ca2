"""Spellings of the same label: numbers, truth values and times are written differently in every file format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from scalearn_core.tables.cells import cell_text
from scalearn_core.tables.export import written_forms
from scalearn_core.tables.rules import RULES

NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
TRUTHS = {"true": "TRUE", "false": "FALSE"}
_POINT_ZERO = re.compile(r"([+-]?(?:0|[1-9]\d*))\.0+")
_FLOAT = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,3}|[+-]?(?=[\d.]{17})\d+\.\d+|[+-]?0\.0000\d*[1-9]\d*")
"""How programs write a number as it is stored: with an exponent, or with more digits than anyone types."""
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[ T](?P<time>\d{2}:\d{2}(?::\d{2})?)(?:\.(?P<part>\d{1,9}))?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)


def spelled(label: str, rules: int = RULES) -> str:
    """A label in the one spelling of those of the same value.

    `TRUE` for `true`, `1` for `1.0`, all digits for `1e+16`, `0.3` for `0.30000000000000004`, the day alone for
    midnight of it. What people type differently on purpose, as `1.10` and `1.1`, stays two.
    """
    if whole := _POINT_ZERO.fullmatch(label):
        label = whole[1]
    if rules < 3:
        return TRUTHS.get(label.lower(), label)
    if label in ("-0", "+0"):
        return "0"
    if _FLOAT.fullmatch(label):
        return cell_text(float(label))
    if moment := _MOMENT.fullmatch(label):
        return _moment(moment)
    return TRUTHS.get(label.lower(), label)


def _moment(match: re.Match[str]) -> str:
    if match["time"] is None:
        return match["day"]
    part = (match["part"] or "").rstrip("0")
    time = match["time"] + (":00" if len(match["time"]) == len("00:00") else "") + (f".{part}" if part else "")
    zone = (match["zone"] or "").replace("Z", "+00:00")
    zone = f"{zone[:3]}:{zone[-2:]}" if zone else ""
    return match["day"] if time == "00:00:00" and not zone else f"{match['day']} {time}{zone}"


def are_values(labels: Iterable[str]) -> bool:
    """Whether all labels are numbers, all are true or false, or all are times: their spelling depends on the
    format."""
    known = set(labels)
    kinds = (lambda label: label.lower() in TRUTHS, NUMBER.fullmatch, _MOMENT.fullmatch)
    return bool(known) and any(all(map(kind, known)) for kind in kinds)


def same_values(known: Sequence[str]) -> dict[str, str]:
    """The labels of a model by what they mean, where all are values: for `as_known`.

    Also without zeros at the end of a fraction, which a sheet does not keep, unless that makes two of them one.
    """
    if not are_values(known):
        return {}
    by_spelling = {spelled(label): label for label in known}
    shorter = [(without_zeros(label), label) for label in known]
    return dict(shorter) | by_spelling if len({form for form, _ in shorter}) == len(known) else by_spelling


def without_zeros(label: str) -> str:
    """A number without zeros at the end of its fraction, in the one spelling of `spelled`."""
    form = spelled(label)
    return form.rstrip("0").rstrip(".") if NUMBER.fullmatch(form) and "." in form and "e" not in form else form


def other_forms(known: Sequence[str]) -> dict[str, str]:
    """The labels of a model by how they may stand in a table: as our own exports write those that look like a
    formula, and without outer whitespace."""
    forms = {form: label for label in known for form in written_forms(label)}
    forms |= {label.strip(): label for label in known}
    return {form: label for form, label in forms.items() if form not in known}


def as_known(label: str, known: Sequence[str], written: Mapping[str, str], values: Mapping[str, str]) -> str:
    """The label of the model that this one is, without heed to outer whitespace and the spelling of `values`."""
    bare = label.strip()
    if label not in known and (same := values.get(spelled(bare), values.get(without_zeros(bare)))):
        return same
    return label if label in known else written.get(label) or (bare if bare in known else written.get(bare, label))
