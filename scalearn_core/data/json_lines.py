"""JSON Lines (one object per line), and a JSON file that is one array of objects, as rows of text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from scalearn_core.data import limits
from scalearn_core.data.assemble import assemble
from scalearn_core.data.cells import cell_text
from scalearn_core.data.content import Content, OnProgress
from scalearn_core.data.delimited import text_of
from scalearn_core.data.records import Record
from scalearn_core.errors import DataError

_BEGINS = re.compile(r"\s*(\[\s*)?\{\s*(\"|\})")


class _Number(str):
    """A number as it was typed: `1e5`, `001` would not survive a float."""


def looks_like_json(start: bytes, encoding: str) -> bool:
    """Whether a text begins with an object, or with an array of objects."""
    return _BEGINS.match(start.decode(encoding, "replace").removeprefix("\ufeff")) is not None


def read_json(
    content: Content, encoding: str, on_progress: OnProgress | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows and rejected rows; the columns are all keys, in the order they turn up. Row numbers are line numbers.

    Raises:
        DataError: as `assemble`, and `data.damaged_json` for an array that does not end.
    """
    is_array = content.start(2_000).decode(encoding, "replace").removeprefix("\ufeff").lstrip().startswith("[")
    if is_array:
        text = content.whole(limits.MAX_WHOLE_MEGABYTES).decode(encoding, "replace").removeprefix("\ufeff")
        return _assembled(list(_array(text)))
    names: dict[str, None] = {}
    with text_of(content, encoding, _half(on_progress, 0)) as lines:
        for _, found in _objects(lines):
            if isinstance(found, dict):
                names |= dict.fromkeys(found)
                if len(names) > limits.MAX_COLUMNS:
                    raise DataError("data.too_many_columns", limit=limits.MAX_COLUMNS)
    if not names:
        raise DataError("data.damaged_json")
    with text_of(content, encoding, _half(on_progress, 1)) as lines:
        done = assemble(_records(_objects(lines), list(names)), header=True)
    return done.frame, done.rejected


def _array(text: str) -> Iterator[tuple[int, dict[str, Any] | tuple[str, str]]]:
    try:
        found = _parse(text)
    except (ValueError, RecursionError) as error:
        raise DataError("data.damaged_json") from error
    for number, item in enumerate(found, start=1):
        yield number, item if isinstance(item, dict) else (json.dumps(item, ensure_ascii=False), "not_json")


def _assembled(objects: list[tuple[int, dict[str, Any] | tuple[str, str]]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = dict.fromkeys(key for _, found in objects if isinstance(found, dict) for key in found)
    if not names:
        raise DataError("data.damaged_json")
    done = assemble(_records(iter(objects), list(names)), header=True)
    return done.frame, done.rejected


def _objects(lines: Any) -> Iterator[tuple[int, dict[str, Any] | tuple[str, str]]]:
    """Each line that is not blank: its number, and the object or what stands there and why it is none."""
    number = 0
    while line := lines.readline(limits.MAX_LINE_CHARACTERS):
        number += 1
        if len(line) == limits.MAX_LINE_CHARACTERS:
            raise DataError("data.cell_too_large", row=number, limit=limits.MAX_CELL_CHARACTERS)
        typed = line.strip("\r\n\ufeff")
        if not typed.strip():
            continue
        try:
            found = _parse(typed)
        except _RepeatedKey:
            yield number, (typed, "repeated_key")
        except (ValueError, RecursionError):
            yield number, (typed, "not_json")
        else:
            yield number, found if isinstance(found, dict) else (typed, "not_json")


def _records(
    objects: Iterator[tuple[int, dict[str, Any] | tuple[str, str]]], names: list[str]
) -> Iterator[Record]:
    yield Record(0, names)
    for number, found in objects:
        if isinstance(found, dict):
            yield Record(number, [_text(found.get(name)) for name in names])
        else:
            yield Record(number, [found[0]], fault=found[1])


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return cell_text(value)


class _RepeatedKey(ValueError):
    """An object names the same thing twice: the first value would be lost."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RepeatedKey
    return found


def _parse(text: str) -> Any:
    return json.loads(
        text, object_pairs_hook=_pairs, parse_int=_Number, parse_float=_Number, parse_constant=_Number
    )


def _half(on_progress: OnProgress | None, which: int) -> OnProgress | None:
    """The file is read twice: first for its keys."""
    return None if on_progress is None else lambda share: on_progress((which + share) / 2)
