"""An encoder's tokenizer as a tokenizer.json of its own."""

from __future__ import annotations

import json
from typing import Any

from scalearn_core.encoders.encoder import Encoder


def tokenizer_file(encoder: Encoder, *, cut: bool = False) -> str:
    """The content of tokenizer.json: the encoder's own tokenizer; with `cut` it cuts and pads as the encoder does.

    It is without the encoder's prefix: the file's normaliser, which could put a text in front, runs once for each
    stretch between special tokens, and not at all for an empty document.
    """
    stored: dict[str, Any] = json.loads(encoder.tokenizer.backend_tokenizer.to_str())
    stored["truncation"] = stored["padding"] = None
    if cut:
        stored["truncation"] = {
            "direction": "Right", "max_length": encoder.max_length, "strategy": "LongestFirst", "stride": 0,
        }  # fmt: skip
        stored["padding"] = {
            "strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": None, "pad_type_id": 0,
            "pad_id": encoder.model.config.pad_token_id, "pad_token": padding_token(encoder),
        }  # fmt: skip
    return json.dumps(stored, ensure_ascii=False)


def padding_token(encoder: Encoder) -> str:
    """The tokenizer may name none; then it is the token of the number that the encoder's configuration names."""
    return str(encoder.tokenizer.convert_ids_to_tokens(encoder.model.config.pad_token_id))
