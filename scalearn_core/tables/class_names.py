"""Numbers of classes as their names, by what `datasets` writes of the columns into its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

_LISTS = ("List", "LargeList", "Sequence")


def class_names_of(features: Mapping[str, Any]) -> dict[str, list[str]]:
    """The names of the classes by column, also where a row has a list of classes.

    Args:
        features: as `datasets.Features.to_dict` gives them, in this and in earlier versions.
    """
    by_column = {column: _names(feature) for column, feature in features.items()}
    return {column: names for column, names in by_column.items() if names}


def _names(feature: object) -> list[str]:
    if isinstance(feature, list) and len(feature) == 1:  # how earlier versions write a list
        return _names(feature[0])
    if not isinstance(feature, dict):
        return []
    if feature.get("_type") in _LISTS:
        return _names(feature.get("feature"))
    names = feature.get("names") if feature.get("_type") == "ClassLabel" else None
    return list(map(str, names)) if isinstance(names, list) else []


def with_names(table: pa.RecordBatch | pa.Table, classes: Mapping[str, list[str]]) -> pa.Table:
    """The columns with classes by their names; -1 stands for a class that is not known."""
    columns = [
        pa.array([_named(value, classes[name]) for value in column.to_pylist()]) if name in classes else column
        for name, column in zip(table.schema.names, table.columns, strict=True)
    ]
    return pa.table(columns, names=table.schema.names)


def _named(value: Any, names: list[str]) -> Any:
    if isinstance(value, list):
        known = [_named(number, names) for number in value]
        return [name for name in known if name is not None] if any(known) or not value else None
    return names[value] if isinstance(value, int) and 0 <= value < len(names) else None
