"""Label cells as other programs write them: lists of labels in several notations.

A list of labels may stand in a cell as JSON (`["a", "b"]`), as Python and pandas write it (`['a', 'b']`, `('a',)`,
`{'a', 'b'}`, `array(['a'], dtype=object)`), as numpy does (`['a' 'b']`, `[2 5]`) or as Java and PostgreSQL do
(`[a, b]`, `{a,b}`). An empty list says that none of the labels is right; a blank cell says nothing.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain

from scalearn_core.data.label_values import NUMBER, TRUTHS
from scalearn_core.data.labels import KNOWN_BY_THEMSELVES, SEPARATORS, find_separator, split_labels
from scalearn_core.tables.rules import RULES

NONE = "[]"
"""The cell of a document that has been looked at and has none of the labels."""
LONGEST = 10_000
"""Characters of a cell that is looked at: a longer one holds a text."""
FEWEST_SETS = 3
"""Different lists of names without quotation marks that show what they are."""
_OTHER_SEPARATORS = ("\u241f", "\u241e")
"""Stand between labels that hold all usual separators: signs for what separates units and records."""
_WORD = r"[^\s,\[\](){}'\"]+"
_QUOTED = r"""[uUrR]?"(?:[^"\\]|\\.)*"|[uUrR]?'(?:[^'\\]|\\.)*'"""
_OF_NUMPY = rf"(?:np|numpy)\.\w+\(\s*(?:{_QUOTED}|{_WORD})\s*\)"
"""A value as numpy 2 writes it: `np.str_('a')`."""
_ITEM = re.compile(rf"\s*(,\s*)?({_OF_NUMPY}|{_QUOTED}|{_WORD})", re.DOTALL)
_WRAPPED = re.compile(
    r"(?:(?:np|numpy|pd|pandas|collections)\.)?(array|set|frozenset|list|tuple|deque|dict_keys|Index)"
    r"\(\s*+([\[({].*[\])}])?\s*+(?:,\s*+\w++\s*+=\s*+[^()]*+)?+,?+\s*+\)",
    re.DOTALL,
)
"""A list with what made it: `array(['a', 'b'], dtype=object)`, `frozenset({'a'})`, `set()`. Quantifiers give
nothing back, so that no cell takes long."""
_BRACKETS = {"[": "]", "(": ")", "{": "}"}
_POINT = re.compile(r"(?<=\d)\.(?=[eE]|$)")
"""numpy writes `1.` and `1.e+16`."""
_MISSING = frozenset({"null", "None", "nan", "NaN", "<NA>"})


def listed(cell: str) -> tuple[str, ...] | None:
    """The labels of a cell that is written as a list, sorted, each once; None of any other cell."""
    bare = cell.strip()
    if len(bare) > LONGEST or not bare.endswith(tuple(")]}")):
        return None
    if wrapped := _WRAPPED.fullmatch(bare):
        bare = wrapped[2] or NONE
    if _BRACKETS.get(bare[:1]) != bare[-1]:
        return None
    inner, labels, place, marks = bare[1:-1].strip(), set(), 0, 0
    while place < len(inner):
        item = _ITEM.match(inner, place)
        value = _value(item[2]) if item else None
        if item is None or value is None or (place and bare[0] != "[" and not item[1]):
            return None
        labels.add(value.strip())
        marks += bool(item[1])
        place = item.end()
        if inner[place:].strip() == ",":  # as the only item of a tuple has
            marks, place = marks + 1, len(inner)
    if bare[0] == "(" and labels and not marks:
        return None  # a name in brackets
    return tuple(sorted(labels - {""}))


def _value(written: str) -> str | None:
    """A label as text; an empty one for a value that is missing, None for what is none."""
    if written.startswith(("np.", "numpy.")):
        if not written.endswith(")"):
            return "" if written.rpartition(".")[2] in _MISSING else None
        written = written[written.index("(") + 1 : -1].strip()
    if written in _MISSING:
        return ""
    if written[-1] not in "\"'":
        written = _POINT.sub("", written)
        return written if NUMBER.fullmatch(written) or written.lower() in TRUTHS else None
    try:
        value = json.loads(written) if written[0] == '"' else ast.literal_eval(written)
    except (ValueError, SyntaxError):
        return written[1:-1]
    return str(value)


def as_lists(
    cells: Iterable[str], separator: str | None = None, *, are_lists: bool = False, rules: int = RULES
) -> dict[str, tuple[str, ...]] | None:
    """The labels of each different cell of a column of lists; None of any other column.

    Where a file has lists the readers write them with a bar between the labels, and as JSON only where a label
    holds a bar or the list is empty: then other cells are taken apart too.

    Args:
        cells: none of them blank.
        separator: what stands between the labels of the other cells, where that is known.
        are_lists: whether the file says that the cells are lists.
        rules: `tables.rules.RULES`, or those by which the table was read first.
    """
    read = listed if rules > 2 else _listed_in_square_brackets
    by_cell = {cell: read(cell) for cell in dict.fromkeys(cells)}
    lists = {cell: labels for cell, labels in by_cell.items() if labels is not None}
    others = [cell for cell in by_cell if cell not in lists]
    if are_lists:
        return lists | {cell: split_labels(cell, KNOWN_BY_THEMSELVES[0]) for cell in others}
    if others and rules > 2 and (bare := _unquoted(by_cell)):
        return bare
    if others or not any(lists.values()):  # what is empty in another notation may be a placeholder
        lists = {cell: labels for cell, labels in lists.items() if labels or cell.strip() == NONE}
        others = [cell for cell in by_cell if cell not in lists]
    if not lists or (others and not all(_as_readers_write(labels) for labels in lists.values())):
        return None
    mark = separator or find_separator([cell.strip() for cell in others]) or KNOWN_BY_THEMSELVES[0]
    return lists | {cell: split_labels(cell, mark) for cell in others}


def _listed_in_square_brackets(cell: str) -> tuple[str, ...] | None:
    return listed(cell) if cell.strip().startswith("[") and "np." not in cell else None


def _unquoted(by_cell: Mapping[str, tuple[str, ...] | None]) -> dict[str, tuple[str, ...]] | None:
    """Lists of names without quotation marks, `[a, b]` or `{a,b}`: where every cell stands in such brackets, and
    the names are put together anew again and again, as those between separators are (`find_separator`)."""
    bare = {cell: cell.strip() for cell in by_cell}
    if not any(all(c[:1] == opened and c[-1:] == _BRACKETS[opened] for c in bare.values()) for opened in "[{"):
        return None
    inner = {cell: shown[1:-1].strip() for cell, shown in bare.items()}
    if any(mark in text for text in inner.values() for mark in "[](){}:"):
        return None
    sets = {cell: split_labels(text, ",") for cell, text in inner.items()}
    parts = Counter(chain.from_iterable(sets.values()))
    anew = len(parts) < len(sets) or min(parts.values(), default=0) > 1
    if len(sets) < FEWEST_SETS or not anew or all(len(labels) < 2 for labels in sets.values()):
        return None
    return {cell: tuple(sorted({label.strip("\"'") for label in labels})) for cell, labels in sets.items()}


def _as_readers_write(labels: tuple[str, ...]) -> bool:
    return not labels or any(KNOWN_BY_THEMSELVES[0] in label for label in labels)


def separator_of(lists: Mapping[str, tuple[str, ...]]) -> str | None:
    """What may stand between these labels, as none of them holds it; None where each cell has exactly one."""
    if all(len(labels) == 1 for labels in lists.values()):
        return None
    names = set(chain.from_iterable(lists.values()))
    marks = (*SEPARATORS, *_OTHER_SEPARATORS)
    return next((mark for mark in marks if not any(mark in name for name in names)), marks[-1])
