"""Weights kept in four bits each (layout `E5S1`), read straight into the parameters of a BERT model.

Rows come in blocks of 32 weights: a float16 scale `d`, then 16 bytes; weight `j` is `(low nibble of byte j - 8) d`
and weight `j + 16` is `(high nibble of byte j - 8) d`. Little-endian throughout. The layers become float32; the
table of word embeddings, four fifths of such a model, stays whole numbers and is scaled where it is looked up.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

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


class BlockEmbedding(nn.Module):
    """Embeddings as `codes * scale`, a scale for each `BLOCK` codes of a row: a quarter of the memory of float32.

    Attributes:
        codes: `[words, width]` int8, -8 to 7.
        scale: `[words, width / BLOCK]` float16.
    """

    scale: torch.Tensor

    def __init__(self, words: int, width: int) -> None:
        super().__init__()
        self.codes = nn.Parameter(torch.empty(words, width, dtype=torch.int8), requires_grad=False)
        self.register_buffer("scale", torch.empty(words, width // BLOCK, dtype=torch.float16))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """`[...]` -> `[..., width]` float32, the very numbers the whole table would hold."""
        codes = self.codes[ids].float().view(*ids.shape, -1, BLOCK)
        embeddings: torch.Tensor = (codes * self.scale[ids].float().unsqueeze(-1)).flatten(-2)
        return embeddings


class Entry(NamedTuple):
    """One tensor of the file."""

    name: str
    type: int
    elements: int
    offset: int
    bytes: int


def read_four_bit(path: Path) -> Any:
    """A `BertModel` without pooler from a file of layout `E5S1`: float32, its word embeddings a `BlockEmbedding`.

    Every weight is written once, into the place where it stays.

    Raises:
        ValueError: the file is not of this layout, or does not hold exactly the weights of its model.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            config, start = _header(data)
            model = _empty_model(config)
            missing = dict(model.named_parameters())
            for entry in _directory(data, start):
                name = _name(entry.name)
                if name not in missing:
                    raise ValueError(f"unknown or repeated weight {entry.name}")
                weight = missing.pop(name)
                if name == _WORDS:
                    _fill_words(model.embeddings.word_embeddings, data, entry)
                else:
                    _fill(weight, data, entry)
        except struct.error as error:
            raise ValueError(f"the file ends too soon ({error})") from error
    if missing:
        raise ValueError(f"weights are missing: {', '.join(sorted(missing)[:3])}")
    return model


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


def _empty_model(settings: dict[str, Any]) -> Any:
    """The model with memory for its weights and nothing in it yet."""
    from transformers import BertConfig, BertModel

    config = BertConfig(**settings)
    with torch.device("meta"):
        model = BertModel(config, add_pooling_layer=False)
        words: nn.Module = BlockEmbedding(config.vocab_size, config.hidden_size)
        model.embeddings.set_submodule("word_embeddings", words)
    model = model.to_empty(device="cpu").requires_grad_(False)
    for name, numbers in (("position_ids", torch.arange(config.max_position_embeddings)), ("token_type_ids", 0)):
        model.embeddings.get_buffer(name)[:] = numbers
    return model


def _fill(parameter: torch.Tensor, data: mmap.mmap, entry: Entry) -> None:
    """Write one weight into `parameter`, block by block."""
    target = parameter.numpy().reshape(-1)
    if entry.type == FLOAT32:
        _check(entry, data, target.size, 4 * target.size)
        target[:] = np.frombuffer(data, "<f4", target.size, entry.offset)
        return
    places = target.reshape(-1, BLOCK)
    for part, codes, scale in _blocks(data, entry, target.size):
        np.multiply(codes, scale.astype(np.float32), out=places[part])


def _fill_words(words: BlockEmbedding, data: mmap.mmap, entry: Entry) -> None:
    codes, scale = words.codes.numpy().reshape(-1, BLOCK), words.scale.numpy().reshape(-1, 1)
    for part, values, scales in _blocks(data, entry, codes.size):
        codes[part], scale[part] = values, scales


def _blocks(data: mmap.mmap, entry: Entry, size: int) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Which blocks, their codes `[blocks, BLOCK]` int8 and scales `[blocks, 1]` float16, some at a time."""
    if entry.type != FOUR_BITS:
        raise ValueError(f"{entry.name} is of a type ({entry.type}) that is not expected there")
    _check(entry, data, size, size // BLOCK * BLOCK_BYTES)
    blocks = np.frombuffer(data, np.uint8, entry.bytes, entry.offset).reshape(-1, BLOCK_BYTES)
    for start in range(0, len(blocks), BLOCKS_AT_ONCE):
        part = slice(start, start + BLOCKS_AT_ONCE)
        packed = blocks[part, 2:]
        codes = np.concatenate([packed & 15, packed >> 4], axis=1).view(np.int8) - np.int8(8)
        yield part, codes, blocks[part, :2].copy().view("<f2")


def _check(entry: Entry, data: mmap.mmap, elements: int, size: int) -> None:
    if entry.elements != elements or entry.bytes != size:
        raise ValueError(f"{entry.name} is not of the size its model asks for")
    if entry.offset + entry.bytes > len(data):
        raise ValueError(f"the file ends before {entry.name}")
