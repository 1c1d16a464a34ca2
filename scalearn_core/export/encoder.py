"""The frozen encoder as an ordinary model folder, for whoever receives an exported adapter.

Written so that transformers 4.57.6 and 5.23.0, sentence-transformers 5.1.2 and 6.2.0 read it alike: `python -m
benchmarks.neighbours` tries them all.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from scalearn_core.encoders.bert import BertModel, BlockEmbedding
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.tokenizers import telling_texts
from scalearn_core.errors import ModelError
from scalearn_core.export.folders import check_new_or_ours
from scalearn_core.export.tokenizer_file import padding_token, tokenizer_file
from scalearn_core.storage.files import folder_written_whole

FILES = {
    "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "modules.json", "1_Pooling",
    "sentence_bert_config.json", "config_sentence_transformers.json", "special_tokens_map.json", "vocab.txt",
}  # fmt: skip
_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]
_ANY_FAST = "PreTrainedTokenizerFast"
"""The class that reads a tokenizer.json as it stands. transformers 5 writes it under a name older versions do not
know, and its classes for one type of encoder put another normaliser in the place of the file's."""


def export_encoder(encoder: Encoder, folder: Path) -> None:
    """Write what transformers, the `adapters` library and sentence-transformers load; all weights in float32.

    Raises:
        ModelError: the folder holds something else; the tokenizer as written reads texts otherwise.
        OSError: it cannot be written.
    """
    check_new_or_ours(folder, FILES | set(encoder.tokenizer.vocab_files_names.values()))
    # `encode_query` and `encode_document` do not fall back on the default prompt.
    prompts = dict.fromkeys(("query", "document", "default"), encoder.prefix) if encoder.prefix else {}
    side_files = {
        "modules.json": _MODULES,
        "1_Pooling/config.json": {
            "word_embedding_dimension": encoder.width,
            "pooling_mode_cls_token": encoder.pooling == "cls",
            "pooling_mode_mean_tokens": encoder.pooling == "mean",
        },
        "sentence_bert_config.json": {"max_seq_length": encoder.max_length, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": prompts, "default_prompt_name": "default" if prompts else None,
        },
    }  # fmt: skip
    with folder_written_whole(folder) as draft:
        as_transformers_has_it(encoder).save_pretrained(draft)
        _name_for_older_versions(encoder, draft / "config.json")
        _write_tokenizer(encoder, draft)
        (draft / "1_Pooling").mkdir()
        for name, content in side_files.items():
            (draft / name).write_text(json.dumps(content, indent=1) + "\n", "utf-8")
        _check_tokenizer(encoder, draft)


def _write_tokenizer(encoder: Encoder, folder: Path) -> None:
    tokenizer = encoder.tokenizer
    if not tokenizer.is_fast:
        tokenizer.save_pretrained(folder)
        return
    (folder / "tokenizer.json").write_text(tokenizer_file(encoder), "utf-8")
    special = {name: str(token) for name, token in tokenizer.special_tokens_map.items() if isinstance(token, str)}
    config = {
        **special, "pad_token": padding_token(encoder), "tokenizer_class": _ANY_FAST,
        "model_max_length": encoder.max_length, "clean_up_tokenization_spaces": False,
        "split_special_tokens": bool(tokenizer.split_special_tokens),
        "model_input_names": ["input_ids", *["token_type_ids"] * encoder.segments, "attention_mask"],
    }  # fmt: skip
    text = json.dumps(config, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    (folder / "tokenizer_config.json").write_text(text, "utf-8")


def _check_tokenizer(encoder: Encoder, folder: Path) -> None:
    """Read the folder's tokenizer as its user will. Raises ModelError: it gives other tokens."""
    from transformers import AutoTokenizer

    written = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    for text in telling_texts(encoder.tokenizer):
        ids = written(text, truncation=True, max_length=encoder.max_length)["input_ids"]
        expected = encoder.tokenizer(text, truncation=True, max_length=encoder.max_length)["input_ids"]
        if ids != expected:
            raise ModelError("model.export_tokenizer_differs", name=encoder.name, found=repr(text[:40]))


def _name_for_older_versions(encoder: Encoder, file: Path) -> None:
    """Before transformers 5 ModernBERT's settings had other names; those it does not know are as if not given."""
    if encoder.model_type != "modernbert":
        return
    config = json.loads(file.read_text("utf-8"))
    full = [place for place, kind in enumerate(config["layer_types"]) if kind == "full_attention"]
    config |= {
        "global_attn_every_n_layers": full[1] - full[0] if len(full) > 1 else len(config["layer_types"]),
        "global_rope_theta": config["rope_parameters"]["full_attention"]["rope_theta"],
        "local_rope_theta": config["rope_parameters"]["sliding_attention"]["rope_theta"],
    }
    file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", "utf-8")


@torch.no_grad()
def as_transformers_has_it(encoder: Encoder) -> Any:
    """The encoder's model as transformers has it, with plain tables of embeddings; the encoder stays as it is."""
    if not isinstance(encoder.model, BertModel):
        return encoder.model
    import transformers

    weights = encoder.model.state_dict()
    words = encoder.model.embeddings.word_embeddings
    if isinstance(words, BlockEmbedding):
        scale, codes = (weights.pop(f"embeddings.word_embeddings.{part}") for part in ("scale", "codes"))
        weights["embeddings.word_embeddings.weight"] = words(torch.arange(len(codes), device=codes.device))
        del scale
    settings = encoder.model.config.to_dict() | {"dtype": "float32"}
    model = transformers.BertModel(transformers.BertConfig(**settings), add_pooling_layer=False)
    model.load_state_dict(weights)
    return model.eval().requires_grad_(False)
