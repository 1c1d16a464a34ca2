"""Files of weights that somebody else wrote: refused before they take more than their configuration declares."""

from __future__ import annotations

import json
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from scalearn_core.storage.bounded import Declared, read_tensors
from scalearn_core.storage.damage import DAMAGED_FILE

TENSORS = {"a": torch.arange(12.0).view(3, 4), "b": torch.ones(5)}
DECLARED = Declared(tensors=2, numbers=17)
FAR = 10**10


def safetensors(path: Path, shapes: dict[str, list[int]], *, content: int = 0, kind: str = "F32") -> Path:
    """A file whose header says what it likes."""
    header = {
        name: {"dtype": kind, "shape": shape, "data_offsets": [0, content]} for name, shape in shapes.items()
    }
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(content))
    return path


def refused(path: Path, declared: Declared = DECLARED) -> str:
    """The reason; the file took no memory to speak of."""
    tracemalloc.start()
    try:
        with pytest.raises(DAMAGED_FILE) as caught:
            read_tensors(path, declared)
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    finally:
        tracemalloc.stop()
    return str(caught.value)


@pytest.mark.parametrize("container", ["safetensors", "zip", "legacy"])
def test_what_is_declared_is_read(container: str, tmp_path: Path) -> None:
    file = tmp_path / ("a.safetensors" if container == "safetensors" else "a.bin")
    if container == "safetensors":
        save_file(TENSORS, file)
    else:
        torch.save(TENSORS, file, _use_new_zipfile_serialization=container == "zip")
    read = read_tensors(file, DECLARED)
    assert {name: tensor.tolist() for name, tensor in read.items()} == {k: v.tolist() for k, v in TENSORS.items()}
    assert "numbers" in refused(file, Declared(tensors=2, numbers=8))
    assert "tensors" in refused(file, Declared(tensors=0, numbers=17))


@pytest.mark.parametrize(
    ("shapes", "says"),
    [
        ({"a": [FAR, FAR]}, "numbers"),
        ({"a": [1] * 9}, "dimensions"),
        ({str(number): [1] for number in range(5)}, "5 tensors"),
    ],
)
def test_a_header_of_far_too_much_is_refused(shapes: dict[str, list[int]], says: str, tmp_path: Path) -> None:
    assert says in refused(safetensors(tmp_path / "a.safetensors", shapes))


def test_other_numbers_and_a_long_header_are_refused(tmp_path: Path) -> None:
    assert "of type I64" in refused(safetensors(tmp_path / "a.safetensors", {"a": [2]}, content=16, kind="I64"))
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", FAR) + b"{}")
    assert "header" in refused(tmp_path / "a.safetensors")
    with (tmp_path / "a.safetensors").open("wb") as file:
        file.truncate(FAR)  # a hole: no disk is taken
    assert "bytes" in refused(tmp_path / "a.safetensors")


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"a": torch.zeros(1).expand(10**6, 10**6)}, "numbers"),
        ({"a": bytearray(8)}, "bytearray"),
        ({"a": torch.zeros(2, dtype=torch.long)}, "LongStorage"),
        ({"a": torch.zeros([1] * 9)}, "dimensions"),
        ({"a": 3.5}, "no tensor"),
        ({"a": torch.zeros(3).to_sparse()}, "sparse"),
    ],
)
def test_a_pickle_that_names_or_speaks_of_more_is_refused(
    content: dict[str, Any], says: str, zipped: bool, tmp_path: Path
) -> None:
    torch.save(content, tmp_path / "a.bin", _use_new_zipfile_serialization=zipped)
    assert says in refused(tmp_path / "a.bin")


def test_a_packed_pickle_is_not_unpacked(tmp_path: Path) -> None:
    torch.save(TENSORS, tmp_path / "plain.bin")
    with zipfile.ZipFile(tmp_path / "plain.bin") as plain, zipfile.ZipFile(tmp_path / "a.bin", "w") as packed:
        for name in plain.namelist():
            packed.writestr(name, plain.read(name), zipfile.ZIP_DEFLATED)
    assert "compressed" in refused(tmp_path / "a.bin")
