"""One table says the same in every format it can be stored in."""

from __future__ import annotations

import datetime as dt
import io
import json
import math
from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.mapping import Mapping
from scalearn_core.tables.reader import read_table

from .building import ods, ods_cell, ods_row, ods_table
from .test_odd_columns import parquet
from .test_workbook import workbook

DAY = dt.datetime(2026, 4, 2)
TEXTS = [f"made-up request number {n}" for n in range(12)]
COLUMNS: dict[str, list[Any]] = {
    "text": ["door", "refund", "001"] * 4,
    "true or false": [True, False, False] * 4,
    "whole": [1, 2, 3] * 4,
    "doubles": [1.0, 2.0, 4.5] * 4,
    "with blanks": [1.0, None, 2.0] * 4,
    "not a number": [1.0, float("nan"), 2.0] * 4,
    "with an exponent": [1e16, 2.5e-7, 3.0] * 4,
    "beyond what a float holds": [1e16, 1e300, -0.0] * 4,
    "sums of fractions": [0.1 + 0.2, 0.7, 1.1 * 3] * 4,
    "days": [dt.date(2026, 4, 1), dt.date(2026, 4, 2), dt.date(2026, 12, 31)] * 4,
    "times of which some are midnight": [dt.datetime(2026, 4, 1), dt.datetime(2026, 4, 1, 9, 30), DAY] * 4,
    "midnight alone": [dt.datetime(2026, 4, 1), DAY, dt.datetime(2026, 12, 31)] * 4,
    "parts of a second": [dt.datetime(2026, 4, 1, 9, 30, 0, 500_000), DAY] * 6,
    "lists of fractions": [[0.1 + 0.2, 1.0], [1.0], [1e16]] * 4,
    "lists with what is not a number": [[1.0, float("nan")], [2.0, 1.0], [2.0]] * 4,
    "lists": [["door"], ["door", "refund"], ["refund"]] * 4,
    "lists of numbers": [[27], [2, 5], [3]] * 4,
    "lists that are never put together anew": [["a", "b"], ["c", "d"], ["e"]] * 4,
    "none": [["door"], ["door", "refund"], []] * 4,
    "names with a bar": [["a|b"], ["a|b", "c"], ["c"]] * 4,
}
"""Labels of each kind."""


def in_sheet(value: Any) -> Any:
    return str(value) if isinstance(value, list) else value


def ods_value(value: Any) -> str:
    match value:
        case None:
            return ods_cell("")
        case bool():
            return ods_cell("", f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"')
        case float() if math.isnan(value):
            return ods_cell("")
        case dt.date():
            return ods_cell("", f'office:value-type="date" office:date-value="{value.isoformat()}"')
        case float() | int():
            return ods_cell("", f'office:value-type="float" office:value="{value}"')
    return str(value)


def written(labels: list[Any], folder: Path) -> dict[str, bytes | Path]:
    frame = pd.DataFrame({"text": TEXTS, "label": labels})
    rows = list(zip(TEXTS, labels, strict=True))
    lines = [json.dumps({"text": text, "label": label}, default=str) for text, label in rows]
    columns = datasets.Dataset.from_dict({"text": TEXTS, "label": labels})
    columns.save_to_disk(str(folder / "set"))
    by_datasets, as_csv = io.BytesIO(), io.BytesIO()
    columns.to_parquet(by_datasets)
    columns.to_csv(as_csv)
    sheet = ods_table(ods_row("text", "label"), *(ods_row(text, ods_value(label)) for text, label in rows))
    return {
        "pandas": frame.to_csv(index=False).encode(),
        "datasets.to_csv": as_csv.getvalue(),
        "xlsx": workbook(["text", "label"], *([text, in_sheet(label)] for text, label in rows)),
        "ods": ods(sheet),
        "json lines": "\n".join(lines).encode(),
        "pandas.to_json": frame.to_json(
            orient="records", lines=True, date_format="iso", double_precision=15
        ).encode(),
        "json": f"[{','.join(lines)}]".encode(),
        "parquet": parquet({"text": TEXTS, "label": labels}),
        "datasets.to_parquet": by_datasets.getvalue(),
        "folder": folder / "set",
    }


@pytest.mark.parametrize("kind", COLUMNS)
def test_labels_are_alike_in_every_format(kind: str, tmp_path: Path) -> None:
    read = {
        name: TextDataset.from_table(source, Mapping(text="text", label="label", blanks="leave_out"))
        for name, source in written(COLUMNS[kind], tmp_path).items()
    }
    expected = read["parquet"]
    for name, found in read.items():
        assert (found.labels, found.separator) == (expected.labels, expected.separator), name
        assert found.fingerprint == expected.fingerprint, name
    assert (expected.separator is None) == (not isinstance(COLUMNS[kind][0], list))


def by_datasets(feature: Any, labels: list[Any], folder: Path) -> dict[str, Any]:
    features = datasets.Features({"text": datasets.Value("string"), "label": feature})
    found = datasets.Dataset.from_dict({"text": TEXTS[: len(labels)], "label": labels}, features=features)
    buffer = io.BytesIO()
    found.to_parquet(buffer)
    found.save_to_disk(str(folder / "set"))
    return {"parquet": buffer.getvalue(), "folder": folder / "set"}


@pytest.mark.parametrize(
    ("is_list", "labels", "expected"),
    [
        (False, [0, 1, 2, -1, None], ["door", "billing", "refund", "", ""]),
        (True, [[0], [1, 2], [], [-1], None, [0, -1]], ["door", "billing|refund", "[]", "", "", "door"]),
    ],
    ids=["one", "several"],
)
def test_classes_have_their_names(is_list: bool, labels: list[Any], expected: list[str], tmp_path: Path) -> None:
    names = datasets.ClassLabel(names=["door", "billing", "refund"])
    for source in by_datasets(datasets.Sequence(names) if is_list else names, labels, tmp_path).values():
        assert read_table(source).frame["label"].tolist() == expected


@pytest.mark.parametrize(
    "feature",
    [
        {"feature": {"names": ["door", "fee"], "_type": "ClassLabel"}, "_type": "Sequence"},
        [{"names": ["door", "fee"], "_type": "ClassLabel"}],
        {"feature": {"names": ["door", "fee"], "_type": "ClassLabel"}, "length": -1, "_type": "LargeList"},
    ],
)
def test_lists_of_classes_as_other_versions_write_them(feature: Any) -> None:
    about = {"info": {"features": {"text": {"dtype": "string", "_type": "Value"}, "label": feature}}}
    table = pa.table({"text": ["a", "b"], "label": [[0], [1, 0]]})
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps(about)}), sink)
    assert read_table(sink.getvalue()).frame["label"].tolist() == ["door", "fee|door"]
