"""Label cells as other programs write them: lists in several notations, and values in several spellings.

A list of labels may stand in a cell as JSON (`["a", "b"]`), as Python and pandas write it (`['a', 'b']`) or as
numpy does (`['a' 'b']`, `[2 5]`). An empty list says that none of the labels is right; a blank cell says nothing.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from scalearn_core.data.labels import KNOWN_BY_THEMSELVES, SEPARATORS, find_separator, split_labels

NONE = "[]"
"""The cell of a document that has been looked at and has none of the labels."""
LONGEST = 10_000
"""Characters of a cell that is looked at: a longer one holds a text."""
_OTHER_SEPARATORS = ("\u241f", "\u241e")
"""Stand between labels that hold all usual separators: signs for what separates units and records."""
_ITEM = re.compile(r"""\s*(?:,\s*)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,\[\](){}'"]+)""", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_POINT_ZERO = re.compile(r"([+-]?(?:0|[1-9]\d*))\.0+")
_TRUTHS = {"true": "TRUE", "false": "FALSE"}
_MISSING = frozenset({"null", "None", "nan", "NaN", "<NA>"})


def listed(cell: str) -> tuple[str, ...] | None:
    """The labels of a cell that is written as a list, sorted, each once; None of any other cell."""
    bare = cell.strip()
    if len(bare) > LONGEST or not (bare.startswith("[") and bare.endswith("]")):
        return None
    inner, labels, place = bare[1:-1].strip(), set(), 0
    while place < len(inner):
        item = _ITEM.match(inner, place)
        value = _value(item[1]) if item else None
        if item is None or value is None:
            return None
        labels.add(value.strip())
        place = item.end()
    return tuple(sorted(labels - {""}))


def _value(written: str) -> str | None:
    """A label as text; an empty one for a value that is missing, None for what is none."""
    if written in _MISSING:
        return ""
    if written[0] not in "\"'":
        return written if _NUMBER.fullmatch(written) or written.lower() in _TRUTHS else None
    try:
        value = json.loads(written) if written[0] == '"' else ast.literal_eval(written)
    except (ValueError, SyntaxError):
        return written[1:-1]
    return str(value)


def as_lists(
    cells: Iterable[str], separator: str | None = None, *, are_lists: bool = False
) -> dict[str, tuple[str, ...]] | None:
    """The labels of each different cell of a column of lists; None of any other column.

    Where a file has lists the readers write them with a bar between the labels, and as JSON only where a label
    holds a bar or the list is empty: then other cells are taken apart too.

    Args:
        cells: none of them blank.
        separator: what stands between the labels of the other cells, where that is known.
        are_lists: whether the file says that the cells are lists.
    """
    found = {cell: listed(cell) for cell in dict.fromkeys(cells)}
    lists = {cell: labels for cell, labels in found.items() if labels is not None}
    others = [cell for cell in found if cell not in lists]
    if are_lists:
        return lists | {cell: split_labels(cell, KNOWN_BY_THEMSELVES[0]) for cell in others}
    if not lists or (others and not all(_as_readers_write(labels) for labels in lists.values())):
        return None
    mark = separator or find_separator([cell.strip() for cell in others]) or KNOWN_BY_THEMSELVES[0]
    return lists | {cell: split_labels(cell, mark) for cell in others}


def _as_readers_write(labels: tuple[str, ...]) -> bool:
    return not labels or any(KNOWN_BY_THEMSELVES[0] in label for label in labels)


def separator_of(lists: Mapping[str, tuple[str, ...]]) -> str | None:
    """What may stand between these labels, as none of them holds it; None where each cell has exactly one."""
    if all(len(labels) == 1 for labels in lists.values()):
        return None
    names = set(chain.from_iterable(lists.values()))
    marks = (*SEPARATORS, *_OTHER_SEPARATORS)
    return next((mark for mark in marks if not any(mark in name for name in names)), marks[-1])


def spelled(label: str) -> str:
    """A label in the one spelling of those of the same value: `TRUE` for `true` and `True`, `1` for `1.0`."""
    whole = _POINT_ZERO.fullmatch(label)
    return whole[1] if whole else _TRUTHS.get(label.lower(), label)


def are_values(labels: Iterable[str]) -> bool:
    """Whether all labels are numbers, or all are true or false: then their spelling depends on the format."""
    known = set(labels)
    return bool(known) and (all(label.lower() in _TRUTHS for label in known) or all(map(_NUMBER.fullmatch, known)))


def as_known(label: str, known: Sequence[str], written: Mapping[str, str], values: Mapping[str, str]) -> str:
    """The label of the model that this one is, without heed to outer whitespace and the spelling of `values`."""
    bare = label.strip()
    if label not in known and (same := values.get(spelled(bare))):
        return same
    return label if label in known else written.get(label) or (bare if bare in known else written.get(bare, label))
