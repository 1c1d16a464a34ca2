"""Parts built on the spot: encoders of two layers and width 32, adapters that do something, small datasets."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import nn
from transformers import (
    BertConfig,
    BertModel,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaModel,
    XLMRobertaConfig,
    XLMRobertaModel,
)

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
_SPECIAL = {"bert": ["[PAD]", "[UNK]", "[CLS]", "[SEP]"], "roberta": ["<s>", "<pad>", "</s>", "<unk>"]}
_KINDS = {
    "bert": (BertConfig, BertModel),
    "roberta": (RobertaConfig, RobertaModel),
    "xlm-roberta": (XLMRobertaConfig, XLMRobertaModel),
}


def save_encoder(folder: Path, kind: str = "bert", *, seed: int = 0, pooler: bool = False) -> PreTrainedModel:
    """Write a random encoder with a tokenizer of letters and some words to `folder`; returns its model."""
    tokenizer = _tokenizer("bert" if kind == "bert" else "roberta")
    tokenizer.save_pretrained(folder)
    config_class, model_class = _KINDS[kind]
    torch.manual_seed(seed)
    config = config_class(
        vocab_size=len(tokenizer), hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=4,
        intermediate_size=48, max_position_embeddings=48, type_vocab_size=2 if kind == "bert" else 1,
        pad_token_id=tokenizer.pad_token_id, initializer_range=0.05,
    )  # fmt: skip
    model = model_class(config, add_pooling_layer=pooler).eval()
    for parameter in model.parameters():  # norms and biases too, so that none of them can be forgotten
        parameter.data += 0.05 * torch.randn_like(parameter)
    model.save_pretrained(folder)
    return model


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


def _tokenizer(kind: str) -> PreTrainedTokenizerFast:
    special = _SPECIAL[kind]
    letters = [chr(code) for code in range(33, 127)]
    words = sorted({*FILLER, *(word for topic in TOPICS.values() for word in topic)} - set(letters))
    vocabulary = [*special, *letters, *(f"##{letter}" for letter in letters), *words]
    pad, unknown, start, end = special if kind == "bert" else (special[i] for i in (1, 3, 0, 2))
    numbers = {token: i for i, token in enumerate(vocabulary)}
    backend = Tokenizer(models.WordPiece(numbers, unk_token=unknown, max_input_chars_per_word=40))
    backend.normalizer = normalizers.Lowercase()
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    pair = f"{start} $A {end} $B:1 {end}:1" if kind == "bert" else f"{start} $A {end} {end} $B {end}"
    backend.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}", pair=pair, special_tokens=[(start, numbers[start]), (end, numbers[end])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token=pad, unk_token=unknown, cls_token=start, sep_token=end
    )
