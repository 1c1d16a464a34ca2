"""Frozen dataclasses as JSON and back: the one place where records are written and read.

A record is made of dataclasses, tuples, dictionaries by name, numbers, texts, truth values and None. The key of a
field is its name. A field marked `LEFT_OUT` has no key where it is as by default; all others always have one, and
only those with a default may be missing from what is read. Keys that no field has are ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Record = TypeVar("Record")
Read = Callable[[Any], Any]
LEFT_OUT = {"left_out": True}
"""`metadata` of a field that is not written where it is as by default."""
_KINDS: dict[Any, tuple[type, ...]] = {
    float: (float, int), int: (int,), str: (str,), bool: (bool,), type(None): (type(None),)
}  # fmt: skip


def tupled(array: Any) -> Any:
    """The numbers of an array (numpy's or torch's) as tuples in tuples, as records hold them."""

    def frozen(values: Any) -> Any:
        return tuple(map(frozen, values)) if isinstance(values, list) else values

    return frozen(array.tolist())


def to_json(value: Any) -> Any:
    """A record as JSON: fields in their order, tuples as lists."""
    if is_dataclass(value):
        return {
            each.name: to_json(content)
            for each in fields(value)
            if (content := getattr(value, each.name)) != each.default or "left_out" not in each.metadata
        }
    if isinstance(value, (tuple, list)):
        return [to_json(each) for each in value]
    if isinstance(value, Mapping):
        return {name: to_json(each) for name, each in value.items()}
    return value


def from_json(kind: type[Record], content: object) -> Record:
    """The record of `kind` that `to_json` wrote.

    Raises:
        ValueError: a key is missing, or a value is of another kind; the sentence says where.
    """
    read: Callable[[object], Record] = _reader(kind)  # type: ignore[arg-type]  # a class can be hashed
    return read(content)


@cache
def _reader(kind: Any) -> Read:
    """What reads a value of a kind; made once for each."""
    origin, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _reader_of_fields(kind)
    if origin in (Union, UnionType):
        return _reader_of_union(inner)
    if origin is tuple and inner[-1] is Ellipsis:
        return _reader_of_list(_reader(inner[0]))
    if origin is tuple:
        return _reader_of_row([_reader(each) for each in inner])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _reader_by_name(_reader(inner[1]))
    if origin is Literal:
        return _checked(kind, lambda content: content in inner)
    if kind is Any:  # plain JSON as it is
        return lambda content: content
    known = _KINDS[kind]
    return _checked(kind, lambda content: type(content) in known)


def _reader_of_fields(kind: Any) -> Read:
    hints = get_type_hints(kind)
    readers = {each.name: _reader(hints[each.name]) for each in fields(kind)}
    needed = _needed(kind)

    def read(content: Any) -> Any:
        if not isinstance(content, dict):
            raise ValueError(f"{kind.__name__}: {_short(content)}")
        if missing := needed - content.keys():
            raise ValueError(f"{kind.__name__} lacks {', '.join(sorted(missing))}")
        values = {}
        for name, reader in readers.items():
            if name in content:
                try:
                    values[name] = reader(content[name])
                except ValueError as error:
                    raise ValueError(f"{kind.__name__}.{name}: {error}") from error
        return kind(**values)

    return read


def _reader_of_union(inner: tuple[Any, ...]) -> Read:
    """Of `X | None`, or of dataclasses too, where the first is taken whose keys are all there."""
    kinds = [each for each in inner if each is not type(None)]
    optional = len(kinds) < len(inner)

    def read(content: Any) -> Any:
        if content is None and optional:
            return None
        fitting = [kind for kind in kinds[:-1] if isinstance(content, dict) and _needed(kind) <= content.keys()]
        return _reader([*fitting, kinds[-1]][0])(content)

    return read


def _needed(kind: Any) -> set[str]:
    """Keys that must be there."""
    return {each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING}


def _reader_of_list(reader: Read) -> Read:
    def read(content: Any) -> Any:
        if not isinstance(content, (list, tuple)):
            raise ValueError(f"a list was expected: {_short(content)}")
        return tuple(map(reader, content))

    return read


def _reader_of_row(readers: list[Read]) -> Read:
    def read(content: Any) -> Any:
        if not isinstance(content, (list, tuple)) or len(content) != len(readers):
            raise ValueError(f"{len(readers)} values were expected: {_short(content)}")
        return tuple(reader(each) for reader, each in zip(readers, content, strict=True))

    return read


def _reader_by_name(reader: Read) -> Read:
    def read(content: Any) -> Any:
        if not isinstance(content, dict):
            raise ValueError(f"keys with values were expected: {_short(content)}")
        return {name: reader(each) for name, each in content.items()}

    return read


def _checked(kind: Any, fits: Callable[[Any], bool]) -> Read:
    def read(content: Any) -> Any:
        if not fits(content):
            raise ValueError(f"{getattr(kind, '__name__', kind)} was expected: {_short(content)}")
        return content

    return read


def _short(content: object) -> str:
    literal = repr(content)
    return literal if len(literal) <= 40 else f"{literal[:40]}…"
