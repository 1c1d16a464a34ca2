"""The frozen encoder as an ordinary model folder, for whoever is handed an exported adapter."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.four_bit import BlockEmbedding
from scalearn_core.export.folders import check_new_or_ours
from scalearn_core.storage.files import folder_written_whole

FILES = {
    "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "modules.json", "1_Pooling",
    "sentence_bert_config.json", "config_sentence_transformers.json", "special_tokens_map.json", "vocab.txt",
}  # fmt: skip
_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]


def export_encoder(encoder: Encoder, folder: Path) -> None:
    """Write what transformers, the `adapters` library and sentence-transformers load; all weights in float32.

    Raises:
        ModelError: the folder holds something else.
        OSError: it cannot be written.
    """
    check_new_or_ours(folder, FILES)
    side_files = {
        "modules.json": _MODULES,
        "1_Pooling/config.json": {
            "word_embedding_dimension": encoder.width,
            "pooling_mode_cls_token": encoder.pooling == "cls",
            "pooling_mode_mean_tokens": encoder.pooling == "mean",
        },
        "sentence_bert_config.json": {"max_seq_length": encoder.max_length, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"default": encoder.prefix}, "default_prompt_name": "default",
        },
    }  # fmt: skip
    with folder_written_whole(folder) as draft:
        _ordinary(encoder).save_pretrained(draft)
        encoder.tokenizer.save_pretrained(draft)
        (draft / "1_Pooling").mkdir()
        for name, content in side_files.items():
            (draft / name).write_text(json.dumps(content, indent=1) + "\n", "utf-8")


@torch.no_grad()
def _ordinary(encoder: Encoder) -> Any:
    """The encoder's model with plain tables of embeddings; the encoder itself stays as it is."""
    packed = {name: part for name, part in encoder.model.named_modules() if isinstance(part, BlockEmbedding)}
    if not packed:
        return encoder.model
    model = copy.deepcopy(encoder.model)
    for name, words in packed.items():
        rows = torch.arange(len(words.codes), device=encoder.device)
        table = nn.Embedding(*words.codes.shape)
        table.weight = nn.Parameter(words(rows), requires_grad=False)
        model.set_submodule(name, table)
    return model
