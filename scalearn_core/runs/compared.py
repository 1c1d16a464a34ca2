"""Did a repeated run come out the same? Its files against those of the other, measured times and dates apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalearn_core.runs.control import folder
from scalearn_core.runs.folders import MANIFEST
from scalearn_core.runs.manifest import hashes

MEASURED = {
    "seconds", "created", "run_id", "speedup", "memory", "documents_per_second", "started_at", "finished_at"
}  # fmt: skip
"""Keys of JSON files whose values are times, dates and names: they differ between equal runs."""
MOST = 40
"""So many differing values are listed."""


@dataclass(frozen=True)
class Difference:
    """One value of a JSON file that differs."""

    where: str
    """Such as `result.json: scores.scalearn.accuracy`."""
    first: str
    second: str


@dataclass(frozen=True)
class Comparison:
    """What two runs made, file by file."""

    same: tuple[str, ...]
    """Files that are equal, byte by byte or but for what is measured."""
    different: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    values: tuple[Difference, ...]
    """Of the JSON files that differ, `MOST` at most."""
    versions: tuple[Difference, ...]
    """Of packages, Python, the system and the studio's own code, where they differ."""

    @property
    def identical(self) -> bool:
        """Whether both made the same files, with equal contents."""
        return bool(self.same) and not (self.different or self.only_first or self.only_second)


def compare(first: str, second: str) -> Comparison:
    """Compare what two runs made.

    Args:
        first, second: Ids of runs that have ended.

    Raises:
        RunError: `run.unknown`.
        OSError: a file cannot be read.
    """
    mine, other = folder(first), folder(second)
    hashes_first, hashes_second = hashes(mine), hashes(other)
    same, different, values = list[str](), list[str](), list[Difference]()
    for name in sorted(hashes_first.keys() & hashes_second.keys()):
        equal = hashes_first[name] == hashes_second[name]
        if not equal and name.endswith(".json"):
            found = _differing(mine, other, name)
            values += found
            equal = not found
        (same if equal else different).append(name)
    return Comparison(
        same=tuple(same),
        different=tuple(different),
        only_first=tuple(sorted(hashes_first.keys() - hashes_second.keys())),
        only_second=tuple(sorted(hashes_second.keys() - hashes_first.keys())),
        values=tuple(values[:MOST]),
        versions=tuple(_differences("", _versions(mine), _versions(other))),
    )


def _differing(first: Path, second: Path, name: str) -> list[Difference]:
    contents = (json.loads((each / name).read_text("utf-8")) for each in (first, second))
    return [
        Difference(f"{name}: {found.where.removeprefix('.')}", found.first, found.second)
        for found in _differences("", *contents)
    ]


def _differences(where: str, first: Any, second: Any) -> Iterator[Difference]:
    """Where two JSON values differ, but for what is measured."""
    if isinstance(first, dict) and isinstance(second, dict):
        for key in sorted(first.keys() | second.keys()):
            if key not in MEASURED:
                yield from _differences(f"{where}.{key}", first.get(key), second.get(key))
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for number, pair in enumerate(zip(first, second, strict=True)):
            yield from _differences(f"{where}[{number}]", *pair)
    elif first != second:
        yield Difference(where, _short(first), _short(second))


def _versions(of: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((of / MANIFEST).read_text("utf-8"))["versions"]
    except (OSError, ValueError, KeyError):
        return {}
    return found


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"
