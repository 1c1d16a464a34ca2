"""Tables that are stored by columns: Parquet, and folders written by `datasets`."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scalearn_core.tables.reader import read_table

from .building import Read, read, refused, whole

NAMES = ["text", "label"]


def parquet(table: pa.Table | dict[str, Any], **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), sink, **options)
    return sink.getvalue()


def values(column: pa.Array) -> list[str]:
    return read_table(parquet({"value": column, "text": ["t"] * len(column)})).frame["value"].tolist()


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "lz4", "brotli"])
@pytest.mark.parametrize("version", ["1.0", "2.6"])
def test_texts_and_labels_in_every_compression(compression: str, version: str) -> None:
    rows = [["見積もり\n😀", "001"], ["NA", "None"], [" x ", "1e5"]]
    content = parquet(
        dict(zip(NAMES, map(list, zip(*rows, strict=True)), strict=True)), compression=compression, version=version
    )
    assert read(content) == whole(NAMES, *rows, first=1)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array(["a", None, "a"]).dictionary_encode(), ["a", "", "a"]),
        (pa.array([1, None, -3], pa.int8()), ["1", "", "-3"]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (pa.array([0.1 + 0.2, float("nan"), 1e20, 2.0]), ["0.3", "", "1e+20", "2"]),
        (pa.array([0.1, 1e10, None, 16777216.0], pa.float32()), ["0.1", "10000000000", "", "16777216"]),
        (pa.array([True, False, None]), ["TRUE", "FALSE", ""]),
        (pa.array([dt.date(2026, 1, 31)]), ["2026-01-31"]),
        (pa.array([dt.datetime(2026, 1, 31, 9, 30)], pa.timestamp("ms")), ["2026-01-31 09:30:00"]),
        (pa.array([1769851800000000001], pa.timestamp("ns")), ["2026-01-31 09:30:00.000000001"]),
        (pa.array([2**62], pa.timestamp("us")), None),
        (pa.array([dt.time(9, 30)], pa.time32("s")), ["09:30:00"]),
        (pa.array([Decimal("1.50")]), ["1.50"]),
        (pa.array([["a", "b"], [], None]), ["a|b", "[]", ""]),
        (pa.array([[1, 2], [3]]), ["[1, 2]", "[3]"]),
        (pa.array([{"a": 1, "b": "é"}]), ['{"a": 1, "b": "é"}']),
        (pa.array([b"caf\xc3\xa9", b"\xff"]), ["café", "\\xff"]),
        (pa.array([None, None], pa.null()), ["", ""]),
        (pa.array(["a" * 20, "b"], pa.large_string()), ["a" * 20, "b"]),
        (pa.array(["a", "b"], pa.string_view()), ["a", "b"]),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)  # fmt: skip
def test_values_of_every_type_become_the_text_one_would_see(column: pa.Array, expected: list[str] | None) -> None:
    if expected is None:  # a date beyond the year 9999
        assert refused(parquet({"value": column})) == "data.damaged_parquet"
    else:
        assert values(column) == expected


def test_columns_without_a_name_or_with_that_of_another_one() -> None:
    table = pa.table([pa.array(["a", "text"])] * 3, names=["text", "", "text"])
    assert read(parquet(table)) == whole(["text", "(B)", "text (C)"], ["a"] * 3, ["text"] * 3, first=1)


def test_a_frame_of_pandas_with_an_index_of_its_own() -> None:
    sink = io.BytesIO()
    frame = pd.DataFrame({"text": pd.Categorical(["a", "b"]), "label": ["x", None]}, index=["i", "j"])
    frame.to_parquet(sink)
    assert read(sink.getvalue()) == whole([*NAMES, "__index_level_0__"], ["a", "x", "i"], ["b", "", "j"], first=1)


@pytest.mark.parametrize("part", ["footer", "length", "middle", "cut", "magic"])
def test_a_damaged_file_is_one_sentence(part: str) -> None:
    content = bytearray(parquet({"text": ["some text"] * 50, "label": [str(n) for n in range(50)]}))
    match part:
        case "footer":
            content[-60:-20] = b"\xff" * 40
        case "length":
            content[-8:-4] = b"\xff\xff\xff\x7f"
        case "middle":
            content[10:60] = b"\xff" * 50
        case "cut":
            del content[-30:]
        case "magic":
            content[-4:] = b"PARE"
    assert refused(bytes(content)) == "data.damaged_parquet"


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"text": pa.array([], pa.string())}, "data.no_rows"),
        ({f"c{number}": ["a"] for number in range(1_001)}, "data.too_many_columns"),
        ({"text": ["x" * 1_000_001]}, "data.cell_too_large"),
        ({"text": pa.array([0], pa.int8()).take(pa.array([0] * 2_000_001))}, "data.too_many_rows"),
    ],
    ids=["no rows", "columns", "cell", "rows"],
)
def test_what_is_beyond_a_limit_is_one_sentence(table: dict[str, Any], code: str) -> None:
    assert refused(parquet(table)) == code


def test_a_few_bytes_that_unpack_to_gigabytes_are_refused() -> None:
    chunk = pa.array(["x" * 900_000] * 2)
    table = pa.table({"text": pa.chunked_array([chunk] * 600)})
    content = parquet(table, compression="zstd", use_dictionary=False, row_group_size=100)
    assert len(content) < 3_000_000
    assert refused(content) == "data.workbook_too_large"


def test_parquet_packed_with_gzip_and_under_another_name(tmp_path: Path) -> None:
    content = parquet({"text": ["a"], "label": ["x"]})
    path = tmp_path / "table.csv"
    path.write_bytes(gzip.compress(content, mtime=0))
    assert read(path) == whole(NAMES, ["a", "x"], first=1)


def test_a_folder_with_classes_by_their_names(tmp_path: Path) -> None:
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bug", "001"])}
    )
    found = datasets.Dataset.from_dict({"text": ["a", "b", "c"], "label": [0, 1, -1]}, features=features)
    found.save_to_disk(str(tmp_path / "set"))
    assert read(tmp_path / "set") == whole(NAMES, ["a", "bug"], ["b", "001"], ["c", ""], first=1)
    assert read_table(tmp_path / "set").kind == "folder"


def test_a_folder_with_several_classes_per_document(tmp_path: Path) -> None:
    label = datasets.ClassLabel(names=["bug", "wish", "praise"])
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.Sequence(label)})
    found = datasets.Dataset.from_dict({"text": ["a", "b", "c"], "label": [[0, 2], [1], []]}, features=features)
    found.save_to_disk(str(tmp_path / "set"))
    assert read(tmp_path / "set").cells == [["a", "bug|praise"], ["b", "wish"], ["c", "[]"]]


def test_a_folder_with_parts_has_the_part_in_a_column(tmp_path: Path) -> None:
    parts = {"train": {"text": ["a", "text"], "label": ["x", "label"]}, "test": {"label": ["y"], "text": ["c"]}}
    found = datasets.DatasetDict({name: datasets.Dataset.from_dict(part) for name, part in parts.items()})
    found.save_to_disk(str(tmp_path / "set"))
    rows = [["a", "x", "train"], ["text", "label", "train"], ["c", "y", "test"]]
    assert read(tmp_path / "set") == whole([*NAMES, "split"], *rows, first=1)


def test_parts_of_different_columns(tmp_path: Path) -> None:
    parts = {"train": {"text": ["a"], "label": ["x"]}, "test": {"text": ["b"], "split": ["own"]}}
    found = datasets.DatasetDict({name: datasets.Dataset.from_dict(part) for name, part in parts.items()})
    found.save_to_disk(str(tmp_path / "set"))
    assert read(tmp_path / "set") == whole([*NAMES, "split"], ["a", "x", ""], ["b", "", "own"], first=1)


@pytest.mark.parametrize("damage", ["data gone", "data cut", "information gone", "empty"])
def test_a_damaged_folder_is_one_sentence(damage: str, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    datasets.Dataset.from_dict({"text": ["a"] * 9}).save_to_disk(str(folder))
    (file,) = folder.glob("*.arrow")
    match damage:
        case "data gone":
            file.unlink()
        case "data cut":
            file.write_bytes(file.read_bytes()[:100])
        case "information gone":
            (folder / "dataset_info.json").unlink()
        case "empty":
            (folder / "state.json").write_text("{}")
    assert refused(folder) == "data.damaged_folder"


def test_a_folder_of_something_else_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("text,label\na,x\n")
    assert refused(tmp_path) == "data.file_unreadable"
    assert read(tmp_path / "table.csv") == Read(NAMES, [["a", "x"]], [2], [])
