"""JSON Lines (one object per line), and a JSON file that is one array of objects, as rows of text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import IO, Any

from scalearn_core.errors import DataError
from scalearn_core.tables import limits
from scalearn_core.tables.columns import Assembled, assemble
from scalearn_core.tables.content import Content, OnProgress
from scalearn_core.tables.delimited import text_of
from scalearn_core.tables.encodings import MARK_FAULTS
from scalearn_core.tables.records import Record

_BEGINS = re.compile(r"\s*(\[\s*)?\{\s*(\"|\})")
_BETWEEN = re.compile(r"\s*(,|\])\s*")
Found = tuple[int, dict[str, str] | tuple[str, str]]
"""The number of a line or item, and the texts by their keys, or what stands there and why it is no row."""


class _Number(str):
    """A number as it was typed: `1e5`, `001` would not survive a float."""


class _List(str):
    """The text of a cell that was a list."""


class _Repeated(dict[str, Any]):
    """An object that names the same thing twice: the first value is lost."""


class _RepeatedKey(ValueError):
    pass


def looks_like_json(start: bytes, encoding: str) -> bool:
    """Whether a text begins with an object, or with an array of objects."""
    return _BEGINS.match(start.decode(encoding, "replace").removeprefix("\ufeff")) is not None


def read_json(content: Content, encoding: str, on_progress: OnProgress | None = None) -> Assembled:
    """Rows, rejected rows and columns of lists.

    The columns are all keys, in the order they turn up. Row numbers are line numbers.

    Raises:
        DataError: as `assemble`, and `data.damaged_json` for an array that does not end.
    """
    is_array = content.start(2_000).decode(encoding, "replace").removeprefix("\ufeff").lstrip().startswith("[")
    if is_array:
        text = content.whole(limits.MAX_WHOLE_MEGABYTES).decode(encoding, MARK_FAULTS)
        items = list(_items(text.removeprefix("\ufeff")))
        names, lists = _names(items)
        return replace(assemble(_records(items, names), names=names), lists=lists)
    with text_of(content, encoding, _half(on_progress, 0)) as typed:
        names, lists = _names(_objects(typed))
    with text_of(content, encoding, _half(on_progress, 1)) as typed:
        done = assemble(_records(_objects(typed), names), names=names)
    return replace(done, lists=lists)


def _names(items: Iterable[Found]) -> tuple[list[str], tuple[str, ...]]:
    """The keys, and those whose values are lists in some row."""
    names: dict[str, None] = {}
    lists: dict[str, None] = {}
    for _, row in items:
        if isinstance(row, dict):
            names |= dict.fromkeys(row)
            lists |= dict.fromkeys(name for name, value in row.items() if isinstance(value, _List))
            if len(names) > limits.MAX_COLUMNS:
                raise DataError("data.too_many_columns", limit=limits.MAX_COLUMNS)
    if not names:
        raise DataError("data.damaged_json")
    return list(names), tuple(lists)


def _records(items: Iterable[Found], names: list[str]) -> Iterator[Record]:
    for number, row in items:
        if isinstance(row, dict):
            yield Record(number, [row.get(name, "") for name in names])
        else:
            yield Record(number, [row[0]], fault=row[1])


def _items(text: str) -> Iterator[Found]:
    """The items of an array. Raises DataError `data.damaged_json`, since after a broken one none can be found."""
    number, position = 0, text.index("[") + 1
    position += len(text[position:]) - len(text[position:].lstrip())
    while True:
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise DataError("data.damaged_json") from error
        number += 1
        yield number, _row(value, text[position:end])
        following = _BETWEEN.match(text, end)
        if following is None or (following[1] == "]" and following.end() < len(text)):
            raise DataError("data.damaged_json")
        if following[1] == "]":
            return
        position = following.end()


def _objects(lines: IO[str]) -> Iterator[Found]:
    """Each line that is not blank."""
    number = 0
    while line := lines.readline(limits.MAX_LINE_CHARACTERS):
        number += 1
        if len(line) == limits.MAX_LINE_CHARACTERS:
            raise DataError("data.cell_too_large", row=number, limit=limits.MAX_CELL_CHARACTERS)
        typed = line.strip("\r\n\ufeff")
        if not typed.strip():
            continue
        try:
            value = _DECODER.decode(typed)
        except (ValueError, RecursionError):
            value = None
        yield number, _row(value, typed)


def _row(value: object, typed: str) -> dict[str, str] | tuple[str, str]:
    try:
        if isinstance(value, _Repeated):
            raise _RepeatedKey
        if isinstance(value, dict):
            return {key: _text(item) for key, item in value.items()}
    except _RepeatedKey:
        return typed, "repeated_key"
    except RecursionError:
        pass
    return typed, "not_json"


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return str(value)
        case list() if value and all(isinstance(item, str) and "|" not in item for item in value):
            return _List("|".join(value))
        case list():
            return _List(_json(value))
    return _json(value)


def _json(value: object) -> str:
    """Numbers as they were typed. Raises _RepeatedKey or RecursionError."""
    match value:
        case _Repeated():
            raise _RepeatedKey
        case dict():
            pairs = (f"{json.dumps(key, ensure_ascii=False)}: {_json(item)}" for key, item in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list():
            return "[" + ", ".join(map(_json, value)) + "]"
        case _Number():
            return str(value)
    return json.dumps(value, ensure_ascii=False)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    by_key = dict(pairs)
    return by_key if len(by_key) == len(pairs) else _Repeated(by_key)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs,
    parse_int=_Number,
    parse_float=_Number,
    parse_constant={"NaN": None, "Infinity": _Number("inf"), "-Infinity": _Number("-inf")}.get,
)


def _half(on_progress: OnProgress | None, which: int) -> OnProgress | None:
    """The file is read twice: first for its keys."""
    return None if on_progress is None else lambda share: on_progress((which + share) / 2)
