"""The files of the studio's own encoders, whose bytes are known: read without torch and without transformers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from scalearn_core.encoders.cards import EncoderCard
from scalearn_core.encoders.four_bit import ReadWhenAsked, read_four_bit
from scalearn_core.encoders.plain_tokenizer import PlainTokenizer
from scalearn_core.encoders.reading import Reader


@dataclass(frozen=True)
class BertSettings:
    """What its configuration decides, by transformers' names."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int
    type_vocab_size: int
    layer_norm_eps: float
    pad_token_id: int
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    model_type: str = "bert"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def read_packaged(card: EncoderCard) -> tuple[BertSettings, Mapping[str, np.ndarray]]:
    """The settings and the weights of an encoder, by name, from its packages.

    Raises:
        EncoderError: package missing, or not the expected bytes.
        Exception: one of `DAMAGED_FILE`.
    """
    assert card.weights is not None
    file = card.weights.verified(card.name)
    if card.layout == "E5S1":
        settings, weights = read_four_bit(file)
    else:
        settings, weights = json.loads(file.with_name("config.json").read_text("utf-8")), _read_safetensors(file)
    known = {field.name for field in fields(BertSettings)}
    return BertSettings(**{key: value for key, value in settings.items() if key in known}), weights


def _read_safetensors(file: Path) -> Mapping[str, np.ndarray]:
    """The weights in float32 of a `.safetensors` file, by name, each read when it is asked for."""
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        header = json.loads(stream.read(length))

    def read(entry: dict[str, Any]) -> np.ndarray:
        begin, end = entry["data_offsets"]
        numbers = np.fromfile(file, "<f4", (end - begin) // 4, offset=8 + length + begin)
        return numbers.reshape(entry["shape"])

    return ReadWhenAsked({name: partial(read, at) for name, at in header.items() if at.get("dtype") == "F32"})


def packaged_tokenizer(card: EncoderCard) -> PlainTokenizer:
    """The tokenizer of an encoder, from its packages. Raises as `read_packaged`."""
    assert card.weights is not None
    beside = card.weights.place().parent if card.tokenizer is None else None
    file = card.tokenizer.verified(card.name) if card.tokenizer else beside / "tokenizer.json"  # type: ignore[operator]

    def make_whole() -> Any:
        from transformers import AutoTokenizer, PreTrainedTokenizerFast

        if beside is not None:
            return AutoTokenizer.from_pretrained(beside, local_files_only=True, trust_remote_code=False)
        return PreTrainedTokenizerFast(
            tokenizer_file=str(file), bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>",
            pad_token="<pad>", unk_token="<unk>", mask_token="<mask>",
        )  # fmt: skip

    return PlainTokenizer(file, card.unknown, make_whole)


def packaged_reader(card: EncoderCard, pad_id: int = 0) -> Reader:
    """How an encoder reads texts, without its weights. Raises as `read_packaged`."""
    return Reader(packaged_tokenizer(card), prefix=card.prefix, max_length=card.max_length, pad_id=pad_id)
