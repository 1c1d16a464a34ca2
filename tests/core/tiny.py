"""Parts built on the spot: encoders of two layers and width 32, adapters that do something, small datasets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from torch import nn
from transformers import AutoConfig, AutoModel, PreTrainedModel, PreTrainedTokenizerFast

from scalearn_core.adapters.bottleneck import Adapter, BottleneckLayer
from scalearn_core.data.dataset import TextDataset

WIDTH, LAYERS = 32, 2
TOPICS = {
    "invoices": ["invoice", "payment", "refund", "price", "bill", "account", "credit"],
    "network": ["vpn", "wifi", "router", "cable", "signal", "server", "firewall"],
    "rooms": ["room", "chair", "window", "desk", "heating", "door", "lamp"],
}
FILLER = [
    "please",
    "the",
    "a",
    "since",
    "monday",
    "my",
    "we",
    "need",
    "help",
    "with",
    "again",
    "today",
    "it",
    "is",
]
_BERT_SPECIAL, _ROBERTA_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"], ["<s>", "<pad>", "</s>", "<unk>"]
_TOKENIZERS = {
    "bert": ("words", _BERT_SPECIAL),
    "roberta": ("bytes", _ROBERTA_SPECIAL),
    "xlm-roberta": ("pieces", _ROBERTA_SPECIAL),
    "camembert": ("pieces", _ROBERTA_SPECIAL),
    "electra": ("words", _BERT_SPECIAL),
    "mpnet": ("words", _ROBERTA_SPECIAL),
    "distilbert": ("words", _BERT_SPECIAL),
    "deberta": ("bytes", _BERT_SPECIAL),
    "deberta-v2": ("pieces", _BERT_SPECIAL),
    "modernbert": ("bytes", _BERT_SPECIAL),
}
KINDS = tuple(_TOKENIZERS)
"""Every supported `model_type`."""
_ROBERTA_OWN = {"type_vocab_size": 1, "bos_token_id": 0, "eos_token_id": 2}
_DEBERTA_OWN = {
    "relative_attention": True, "position_biased_input": False, "pos_att_type": ["p2c", "c2p"],
    "max_relative_positions": -1, "type_vocab_size": 0,
}  # fmt: skip
_OWN: dict[str, dict[str, Any]] = {
    "bert": {"type_vocab_size": 2},
    "roberta": _ROBERTA_OWN,
    "xlm-roberta": _ROBERTA_OWN,
    "camembert": _ROBERTA_OWN,
    "electra": {"type_vocab_size": 2, "embedding_size": 16},
    "mpnet": {},
    "distilbert": {"dim": WIDTH, "n_layers": LAYERS, "n_heads": 4, "hidden_dim": 48},
    "deberta": _DEBERTA_OWN,
    "deberta-v2": {**_DEBERTA_OWN, "position_buckets": 8, "norm_rel_ebd": "layer_norm", "share_att_key": True},
    "modernbert": {
        "local_attention": 6, "layer_types": ["full_attention", "sliding_attention"], "embedding_dropout": 0.1,
        "attention_dropout": 0.1, "mlp_dropout": 0.1, "bos_token_id": 2, "eos_token_id": 3, "cls_token_id": 2,
        "sep_token_id": 3,
    },
}  # fmt: skip
_WITH_POOLER = ("bert", "roberta", "xlm-roberta", "camembert", "mpnet")


def save_encoder(folder: Path, kind: str = "bert", *, seed: int = 0, pooler: bool = False) -> PreTrainedModel:
    """Write a random encoder with a tokenizer of its family's kind to `folder`; returns its model."""
    tokenizer = _tokenizer(*_TOKENIZERS[kind])
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    shape = {} if kind == "distilbert" else {
        "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": 4, "intermediate_size": 48,
    }  # fmt: skip
    config = AutoConfig.for_model(
        kind, vocab_size=len(tokenizer), max_position_embeddings=48, pad_token_id=tokenizer.pad_token_id,
        initializer_range=0.05, **shape, **_OWN[kind],
    )  # fmt: skip
    options = {"add_pooling_layer": pooler} if kind in _WITH_POOLER else {}
    model: PreTrainedModel = AutoModel.from_config(config, **options).eval()
    for parameter in model.parameters():  # norms and biases too, so that none of them can be forgotten
        parameter.data += 0.05 * torch.randn_like(parameter)
    model.save_pretrained(folder)
    return model


def as_of_before(folder: Path, **changes: object) -> None:
    """Make a model folder one of the releases that knew no seal; `changes` are entries of `model.json`."""
    (folder / "seal.json").unlink(missing_ok=True)
    file = folder / "model.json"
    described = json.loads(file.read_text("utf-8")) | {"format": 1} | changes
    file.write_text(json.dumps(described), "utf-8")


def random_adapter(
    name: str,
    *,
    seed: int = 0,
    rank: int = 4,
    layers: int = LAYERS,
    width: int = WIDTH,
    non_linearity: str = "relu",
    left_out: tuple[int, ...] = (),
    model_type: str = "bert",
) -> Adapter:
    """A frozen adapter with weights and biases large enough to be seen in every output."""
    generator = torch.Generator().manual_seed(seed)
    modules = nn.ModuleList(BottleneckLayer(width, 0 if i in left_out else rank) for i in range(layers))
    for layer in modules:
        if layer.rank:
            for parameter in layer.parameters():
                parameter.data = 0.5 * torch.randn(parameter.shape, generator=generator)
    return Adapter(
        name, modules, non_linearity=non_linearity, model_type=model_type, reduction_factor=width / rank
    ).frozen()


def dataset(documents: int = 60) -> TextDataset:
    """Documents of three topics, told apart by their words, each with a number of its own; not yet split."""
    rows = ["text,label"]
    for i in range(documents):
        topic = list(TOPICS)[i % len(TOPICS)]
        rows.append(f"{TOPICS[topic][i % 2]} help {TOPICS[topic][i // 2 % 3]} {i},{topic}")
    return TextDataset.from_table("\n".join(rows).encode(), text="text", label="label", name="tiny")


def _tokenizer(model: str, special: list[str]) -> PreTrainedTokenizerFast:
    """Of letters and some words ("words": WordPiece, "pieces": Unigram), or of single "bytes" (BPE)."""
    pad, unknown, start, end = special if special is _BERT_SPECIAL else (special[i] for i in (1, 3, 0, 2))
    letters = [chr(code) for code in range(33, 127)]
    words = sorted({*FILLER, *(word for topic in TOPICS.values() for word in topic)} - set(letters))
    if model == "words":
        vocabulary = [*special, *letters, *(f"##{letter}" for letter in letters), *words]
        numbers = {token: i for i, token in enumerate(vocabulary)}
        backend = Tokenizer(models.WordPiece(numbers, unk_token=unknown, max_input_chars_per_word=40))
        backend.normalizer = normalizers.Lowercase()
        backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    elif model == "pieces":
        vocabulary = [*special, "▁", *letters, *(f"▁{word}" for word in words)]
        scores = [(token, -1.0 - 0.01 * i) for i, token in enumerate(vocabulary)]
        backend = Tokenizer(models.Unigram(scores, unk_id=vocabulary.index(unknown)))
        backend.pre_tokenizer = pre_tokenizers.Metaspace()
        backend.decoder = decoders.Metaspace()
    else:
        vocabulary = [*special, *sorted(pre_tokenizers.ByteLevel.alphabet())]
        backend = Tokenizer(models.BPE({token: i for i, token in enumerate(vocabulary)}, [], unk_token=unknown))
        backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        backend.decoder = decoders.ByteLevel()
    pair = f"{start} $A {end} $B:1 {end}:1" if special is _BERT_SPECIAL else f"{start} $A {end} {end} $B {end}"
    ends = [(token, vocabulary.index(token)) for token in (start, end)]
    backend.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}", pair=pair, special_tokens=ends
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token=pad, unk_token=unknown, cls_token=start, sep_token=end
    )
