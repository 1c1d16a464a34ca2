"""Weights kept in four bits each (layout `E5S1`), as the weights of a BERT model; read without torch.

Rows come in blocks of 32 weights: a float16 scale `d`, then 16 bytes; weight `j` is `(low nibble of byte j - 8) d`
and weight `j + 16` is `(high nibble of byte j - 8) d`. Little-endian throughout. The layers become float32; the
table of word embeddings, four fifths of such a model, stays whole numbers and is scaled where it is looked up.
"""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

MAGIC = b"E5S1"
BLOCK = 32
BLOCK_BYTES = 2 + BLOCK // 2
BLOCKS_AT_ONCE = 2**14
"""Blocks turned into numbers at a time: 2 MB of float32, which stays in a core's cache."""
FLOAT32, FOUR_BITS = 0, 1

_LAYER_NAMES = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
_WORDS = "embeddings.word_embeddings.codes"
_EMBEDDING_NAMES = {
    "emb.word": _WORDS, "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight", "emb.ln.b": "embeddings.LayerNorm.bias",
}  # fmt: skip


class ReadWhenAsked(Mapping[str, np.ndarray]):
    """Weights by name, none in memory before it is asked for, nor kept afterwards."""

    def __init__(self, readers: Mapping[str, Callable[[], np.ndarray]]) -> None:
        self._readers = readers

    def __getitem__(self, name: str) -> np.ndarray:
        return self._readers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)


class Entry(NamedTuple):
    """One tensor of the file."""

    name: str
    type: int
    elements: int
    offset: int
    bytes: int


def read_four_bit(path: Path) -> tuple[dict[str, Any], Mapping[str, np.ndarray]]:
    """The settings of a BERT model and its weights by name, from a file of layout `E5S1`.

    Float32, but for the word embeddings, which are `codes` and `scale` of a `bert.BlockEmbedding`. A weight is
    read when it is asked for.

    Raises:
        ValueError: the file is not of this layout, or does not hold exactly the weights of its model.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        settings, start = _header(data)
        shapes = _shapes(settings)
        weights: dict[str, Callable[[], np.ndarray]] = {}
        for entry in _directory(data, start):
            name = _name(entry.name)
            if name not in shapes or name in weights:
                raise ValueError(f"unknown or repeated weight {entry.name}")
            _check(entry, data, shapes[name])
            if name == _WORDS:
                weights[name] = partial(_codes, data, entry, shapes[name])
                weights[_WORDS.replace("codes", "scale")] = partial(_scale, data, entry, shapes[name])
            else:
                weights[name] = partial(_numbers, data, entry, shapes[name])
    except struct.error as error:
        raise ValueError(f"the file ends too soon ({error})") from error
    if missing := sorted(set(shapes) - set(weights)):
        raise ValueError(f"weights are missing: {', '.join(missing[:3])}")
    return settings, ReadWhenAsked(weights)


def _header(data: mmap.mmap) -> tuple[dict[str, Any], int]:
    """The configuration, and where the directory begins: behind the file's own tokenizer, which nobody needs."""
    if data[:4] != MAGIC:
        raise ValueError(f"it begins with {data[:4]!r}, not {MAGIC!r}")
    _, hidden, layers, heads, inner, words, places, types = struct.unpack_from("<8i", data, 4)
    epsilon, block = struct.unpack_from("<fi", data, 36)
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights, not {BLOCK}")
    config = {
        "vocab_size": words, "hidden_size": hidden, "num_hidden_layers": layers, "num_attention_heads": heads,
        "intermediate_size": inner, "max_position_embeddings": places, "type_vocab_size": types,
        "layer_norm_eps": round(epsilon, 15),
    }  # fmt: skip
    pieces, _, _, pad, _ = struct.unpack_from("<5i", data, 44)
    (blob,) = struct.unpack_from("<Q", data, 64)
    position = 72 + 4 * (pieces + 1) + 4 * pieces + blob
    _, normalisation = struct.unpack_from("<iI", data, position)
    return config | {"pad_token_id": pad}, position + 8 + normalisation


def _directory(data: mmap.mmap, position: int) -> Iterator[Entry]:
    (count,) = struct.unpack_from("<i", data, position)
    position += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, position)
        name = data[position + 2 : position + 2 + length].decode("ascii")
        position += 2 + length
        yield Entry(name, *struct.unpack_from("<BIQQ", data, position))
        position += struct.calcsize("<BIQQ")


def _name(short: str) -> str:
    """`l3.q.w` is `encoder.layer.3.attention.self.query.weight`."""
    if short in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[short]
    layer, _, rest = short.partition(".")
    part, _, kind = rest.partition(".")
    if part not in _LAYER_NAMES or kind not in ("w", "b"):
        return short
    return f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"


def _shapes(settings: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """The shape of every weight of the model, by its name."""
    width, inner = settings["hidden_size"], settings["intermediate_size"]
    shapes: dict[str, tuple[int, ...]] = {
        _WORDS: (settings["vocab_size"], width),
        "embeddings.position_embeddings.weight": (settings["max_position_embeddings"], width),
        "embeddings.token_type_embeddings.weight": (settings["type_vocab_size"], width),
        "embeddings.LayerNorm.weight": (width,), "embeddings.LayerNorm.bias": (width,),
    }  # fmt: skip
    rows = {"intermediate.dense": (inner, width), "output.dense": (width, inner)}
    for layer in range(settings["num_hidden_layers"]):
        for part in _LAYER_NAMES.values():
            weight = (width,) if part.endswith("LayerNorm") else rows.get(part, (width, width))
            shapes[f"encoder.layer.{layer}.{part}.weight"] = weight
            shapes[f"encoder.layer.{layer}.{part}.bias"] = weight[:1]
    return shapes


def _numbers(data: mmap.mmap, entry: Entry, shape: tuple[int, ...]) -> np.ndarray:
    """One weight in float32."""
    if entry.type == FLOAT32:
        return np.frombuffer(data, "<f4", math.prod(shape), entry.offset).reshape(shape).copy()
    numbers = np.empty((entry.elements // BLOCK, BLOCK), np.float32)
    for part, codes, scale in _blocks(data, entry):
        np.multiply(codes, scale.astype(np.float32), out=numbers[part])
    return numbers.reshape(shape)


def _codes(data: mmap.mmap, entry: Entry, shape: tuple[int, ...]) -> np.ndarray:
    """The whole numbers of the word embeddings, `[words, width]` int8."""
    codes = np.empty((entry.elements // BLOCK, BLOCK), np.int8)
    for part, values, _ in _blocks(data, entry):
        codes[part] = values
    return codes.reshape(shape)


def _scale(data: mmap.mmap, entry: Entry, shape: tuple[int, ...]) -> np.ndarray:
    """What they are multiplied by, `[words, width / BLOCK]` float16."""
    blocks = np.frombuffer(data, np.uint8, entry.bytes, entry.offset).reshape(-1, BLOCK_BYTES)
    return blocks[:, :2].copy().view("<f2").reshape(shape[0], -1)


def _blocks(data: mmap.mmap, entry: Entry) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Which blocks, their codes `[blocks, BLOCK]` int8 and scales `[blocks, 1]` float16, some at a time."""
    blocks = np.frombuffer(data, np.uint8, entry.bytes, entry.offset).reshape(-1, BLOCK_BYTES)
    for start in range(0, len(blocks), BLOCKS_AT_ONCE):
        part = slice(start, start + BLOCKS_AT_ONCE)
        packed = blocks[part, 2:]
        codes = np.concatenate([packed & 15, packed >> 4], axis=1).view(np.int8) - np.int8(8)
        yield part, codes, blocks[part, :2].copy().view("<f2")


def _check(entry: Entry, data: mmap.mmap, shape: tuple[int, ...]) -> None:
    elements = math.prod(shape)
    if entry.type != FOUR_BITS and (entry.type != FLOAT32 or entry.name == "emb.word"):
        raise ValueError(f"{entry.name} is of a type ({entry.type}) that is not expected there")
    size = 4 * elements if entry.type == FLOAT32 else elements // BLOCK * BLOCK_BYTES
    if entry.elements != elements or entry.bytes != size:
        raise ValueError(f"{entry.name} is not of the size its model asks for")
    if entry.offset + entry.bytes > len(data):
        raise ValueError(f"the file ends before {entry.name}")
