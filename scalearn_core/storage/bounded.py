"""Files written by others: their memory need is bounded before anything is allocated.

A file of weights is measured against what its configuration declares (`docs/security.md`). Of `.safetensors` the
header is read first; of `.bin` the instructions of the pickle, which may name nothing but plain tensors.
"""

from __future__ import annotations

import json
import math
import pickletools
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import torch
from safetensors.torch import load_file

MOST_DIMENSIONS = 8
"""Of a tensor."""
SLACK = 2
"""A file may hold so many times what its configuration declares."""
_NAMES = 1024 * 1024
"""Bytes for the names of the tensors and the container, beside their numbers."""
_TYPES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}
_WIDEST = max(_TYPES.values())
_PLAIN = {
    "collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter",
    "torch FloatStorage", "torch DoubleStorage", "torch HalfStorage", "torch BFloat16Storage",
}  # fmt: skip
"""All that a pickle of weights has to name."""
_INTEGERS = ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4")
_LEGACY_PARTS = 5
"""Pickles at the beginning of a file written before torch 1.6; the fourth holds the tensors."""


@dataclass(frozen=True)
class Declared:
    """What a configuration says of a file of weights."""

    tensors: int
    numbers: int


def shapes_in(file: Path) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor of a `.safetensors` file, by its header alone. Raises OSError, ValueError."""
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length > _NAMES:
            raise ValueError(f"its header has {length:,} bytes; at most {_NAMES:,} are read")
        header = json.loads(stream.read(length))
    shapes = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] not in _TYPES:
            raise ValueError(f"{name} is of type {entry['dtype']}; floating-point numbers were expected")
        shapes[name] = tuple(int(length) for length in entry["shape"])
    return shapes


def read_tensors(file: Path, declared: Declared) -> dict[str, torch.Tensor]:
    """The tensors of a `.safetensors` or `.bin` file of weights.

    Raises:
        Exception: one of `DAMAGED_FILE`; ValueError where it holds more than `SLACK` times what is declared.
    """
    size, most = file.stat().st_size, SLACK * declared.numbers * _WIDEST + _NAMES
    if size > most:
        raise ValueError(f"it has {size:,} bytes; by its configuration at most {most:,} were expected")
    if file.suffix == ".safetensors":
        _check(shapes_in(file), declared)
        return load_file(file)
    _check_pickle(file, declared)
    tensors = dict(torch.load(file, map_location="cpu", weights_only=True))
    for name, tensor in tensors.items():
        if not (isinstance(tensor, torch.Tensor) and tensor.is_floating_point()):
            raise ValueError(f"{name} is no tensor of floating-point numbers")
    _check({name: tuple(tensor.shape) for name, tensor in tensors.items()}, declared)
    return tensors


def _check(shapes: dict[str, tuple[int, ...]], declared: Declared) -> None:
    if len(shapes) > SLACK * declared.tensors:
        raise ValueError(f"it holds {len(shapes)} tensors; by its configuration {declared.tensors} were expected")
    for name, shape in shapes.items():
        if len(shape) > MOST_DIMENSIONS:
            raise ValueError(f"{name} has {len(shape)} dimensions; at most {MOST_DIMENSIONS} are read")
    numbers = sum(math.prod(shape) for shape in shapes.values())
    if numbers > SLACK * declared.numbers:
        raise ValueError(f"it holds {numbers:,} numbers; by its configuration {declared.numbers:,} were expected")


def _check_pickle(file: Path, declared: Declared) -> None:
    """Go through the instructions without following any: what they name, and how large they say it is."""
    with file.open("rb") as stream:
        packed = stream.read(4) == b"PK\x03\x04"
        stream.seek(0)
        if not packed:
            for part in range(_LEGACY_PARTS):
                _check_instructions(stream, declared if part == 3 else None)
            return
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise ValueError("its content is compressed, which weights never are")
        for entry in entries:
            if entry.filename.endswith("data.pkl"):
                with archive.open(entry) as pickled:
                    _check_instructions(pickled, declared)  # type: ignore[arg-type]


def _check_instructions(stream: BinaryIO, declared: Declared | None) -> None:
    for opcode, argument, _ in pickletools.genops(stream):
        if opcode.name in ("GLOBAL", "INST", "STACK_GLOBAL") and argument not in _PLAIN:
            raise ValueError(f"it is not a plain file of weights: it names {argument}")
        if not (declared and opcode.name in _INTEGERS and isinstance(argument, int)):
            continue
        if abs(argument) > SLACK * declared.numbers:
            raise ValueError(f"it speaks of {argument:,} numbers; {declared.numbers:,} were expected")
