"""README.md of an exported adapter: lines that give the model's own probabilities, for each type of encoder.

The `adapters` library (1.3.0) knows most types whole, ModernBERT through its interface for other models, and
CamemBERT and MPNet not at all; for these the lines put the adapter into transformers' own model. `python -m
benchmarks.neighbours` runs them as they are written.
"""

from __future__ import annotations

from torch import nn

from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.families import FAMILIES
from scalearn_core.encoders.plain_tokenizer import PlainTokenizer
from scalearn_core.export.tokenizer_file import padding_token
from scalearn_core.heads.modules import UnitLength
from scalearn_core.scaling.model import ScaLearnModel

PLACED_BY_HAND = ("camembert", "mpnet")
"""Types that no class and no interface of the library fits."""
BY_INTERFACE = ("modernbert",)
"""Types that have no class with heads in the library."""
_INVENTED = {"deberta": "in_proj.bias", "modernbert": "Wqkv.bias"}
"""Biases that the library adds where the encoder has none; the README's lines set them to zero."""
_FUNCTIONS = {
    "relu": "torch.relu", "gelu": "torch.nn.functional.gelu", "swish": "torch.nn.functional.silu",
    "gelu_new": 'torch.nn.GELU(approximate="tanh")', "silu": "torch.nn.functional.silu", "tanh": "torch.tanh",
    "sigmoid": "torch.sigmoid", "leakyrelu": "torch.nn.functional.leaky_relu",
}  # fmt: skip
"""`bottleneck.ACTIVATIONS`, as PyTorch calls them."""


def readme(model: ScaLearnModel, name: str, non_linearity: str) -> str:
    """The whole text; `name` is the adapter's and the head's."""
    encoder = model.encoder
    by_hand = encoder.model_type in PLACED_BY_HAND
    lines = [
        "import torch, transformers" if by_hand else "import adapters, torch, transformers",
        "",
        f"tokenizer = {_tokenizer(encoder)}",
        *(_placed_by_hand(encoder, name, non_linearity) if by_hand else _loaded(encoder)),
        "batch = tokenizer(",
        f"    {_texts(encoder)},",
        f"    padding=True, truncation=True, max_length={encoder.max_length}, return_tensors='pt',",
        *["    return_token_type_ids=False,"] * (not encoder.segments),
        ")",
        *_classified(model, name),
    ]
    code = "\n".join(lines)
    limits = " A label is given from its limit in thresholds.json on." if model.multi_label else ""
    return f"""# A ScaLearn model as one ordinary adapter

Made for the encoder {encoder.name} (fingerprint {encoder.fingerprint[:12]}). {_notes(model)}

```python
{code}
```

The columns of `probabilities` follow `label2id` in head_config.json.{limits}
"""


def _tokenizer(encoder: Encoder) -> str:
    """A call that older versions understand too; they do not know the class that transformers 5 writes for any."""
    from transformers import PreTrainedTokenizerFast

    tokenizer = encoder.tokenizer
    whole = tokenizer.whole if isinstance(tokenizer, PlainTokenizer) else tokenizer
    if type(whole) is not PreTrainedTokenizerFast:
        return "transformers.AutoTokenizer.from_pretrained(ENCODER)"
    return f"transformers.PreTrainedTokenizerFast.from_pretrained(ENCODER, pad_token={padding_token(encoder)!r})"


def _texts(encoder: Encoder) -> str:
    return f"[{encoder.prefix!r} + text for text in texts]" if encoder.prefix else "texts"


def _loaded(encoder: Encoder) -> list[str]:
    """Lines that load encoder and adapter with the library."""
    kind = encoder.model_type
    if kind in BY_INTERFACE:
        lines = ["model = transformers.AutoModel.from_pretrained(ENCODER).eval()", "adapters.init(model)"]
        load = "model.load_adapter(THIS_FOLDER, with_head=False, set_active=True)"
    else:
        lines = ["model = adapters.AutoAdapterModel.from_pretrained(ENCODER).eval()"]
        load = "model.load_adapter(THIS_FOLDER, set_active=True)"
    if (invented := _INVENTED.get(kind)) and not getattr(encoder.model.config, "attention_bias", False):
        lines += [
            "for key, parameter in model.named_parameters():",
            f'    if key.endswith("{invented}"):',
            "        parameter.data.zero_()  # the encoder has none: adapters 1.3.0 adds it",
        ]
    return [*lines, load]


def _placed_by_hand(encoder: Encoder, name: str, non_linearity: str) -> list[str]:
    """Lines that put the adapter into transformers' own model, after the feed-forward part of each layer."""
    family = FAMILIES[encoder.model_type]
    key = f"{family.prefix}.{family.layers}.{{number}}.{family.adapters}.{name}"
    return f"""\
model = transformers.AutoModel.from_pretrained(ENCODER).eval()
adapter = torch.load(f"{{THIS_FOLDER}}/pytorch_adapter.bin", weights_only=True)

def place(part, number):
    key = f"{key}"
    names = ("adapter_down.0.weight", "adapter_down.0.bias", "adapter_up.weight", "adapter_up.bias")
    if f"{{key}}.{{names[0]}}" not in adapter:
        return  # a layer without an adapter
    down, down_bias, up, up_bias = (adapter[f"{{key}}.{{name}}"] for name in names)

    def adapted(part, inputs, output):
        rest = part.dropout(part.dense(inputs[0])) + inputs[1]
        inner = {_FUNCTIONS[non_linearity]}(part.LayerNorm(rest) @ down.T + down_bias)
        return part.LayerNorm(rest + inner @ up.T + up_bias)

    part.register_forward_hook(adapted)

for number, layer in enumerate(model.{family.layers}):
    place(layer.output, number)""".splitlines()


def _classified(model: ScaLearnModel, name: str) -> list[str]:
    """Lines from the batch to `probabilities`."""
    encoder, squash = model.encoder, "sigmoid()" if model.multi_label else "softmax(-1)"
    own_head = encoder.model_type not in (*PLACED_BY_HAND, *BY_INTERFACE)
    if own_head and _reads_token_0(model):
        return [f'probabilities = model(**batch, head="{name}").logits.{squash}']
    base = "model.base_model" if own_head else "model"
    lines = [f"hidden = {base}(**batch).last_hidden_state"]
    if encoder.pooling == "cls":
        lines += ["pooled = hidden[:, 0]"]
    else:
        lines += [
            'mask = batch["attention_mask"].unsqueeze(-1)',
            "pooled = (hidden * mask).sum(1) / mask.sum(1)  # the mean over the tokens",
        ]
    if _to_unit_length(model):
        lines += ["pooled = torch.nn.functional.normalize(pooled, dim=1)  # to length 1"]
    if own_head:
        return [*lines, f'probabilities = torch.nn.Sequential.forward(model.heads["{name}"], pooled).{squash}']
    lines += ['head = torch.load(f"{THIS_FOLDER}/pytorch_model_head.bin", weights_only=True)']
    last = sum(isinstance(layer, nn.Linear) for layer in model.head)
    for place in range(last):
        key = f"heads.{name}.{1 + 3 * place}"
        lines += [f'pooled = pooled @ head["{key}.weight"].T + head["{key}.bias"]']
        if place + 1 < last:
            lines += ["pooled = torch.tanh(pooled)"]
    return [*lines, f"probabilities = pooled.{squash}"]


def _to_unit_length(model: ScaLearnModel) -> bool:
    return any(isinstance(layer, UnitLength) for layer in model.head)


def _reads_token_0(model: ScaLearnModel) -> bool:
    """Whether the head takes what the library's own heads take."""
    return model.encoder.pooling == "cls" and not _to_unit_length(model)


def _notes(model: ScaLearnModel) -> str:
    """What the reader must know of this very model before the lines."""
    encoder = model.encoder
    if encoder.model_type in PLACED_BY_HAND:
        notes = [
            f"**The `adapters` library (1.3.0) does not know encoders of type {encoder.model_type} and cannot load"
            " this folder**; the lines below need transformers alone and put the adapter in by hand."
        ]
    elif encoder.model_type in BY_INTERFACE:
        notes = [
            f"The `adapters` library (1.3.0) has no `AutoAdapterModel` for encoders of type {encoder.model_type}:"
            " the lines below load the adapter without its head and apply the head by hand."
        ]
    elif _reads_token_0(model):
        notes = ["The head reads token 0, as the library's own heads do."]
    else:
        reads = "token 0" if encoder.pooling == "cls" else "the mean of the tokens"
        notes = [
            f"**Pooling is done by the caller, as below.** This model's head reads {reads}"
            f"{', brought to length 1' if _to_unit_length(model) else ''}; the library's heads read token 0 as it"
            " is, so `model(**batch).logits` would be wrong."
        ]
    if encoder.model_type in _INVENTED and not getattr(encoder.model.config, "attention_bias", False):
        notes += [
            "**Do not leave out the loop over the parameters**: the library gives this type of encoder biases that"
            " it does not have; the loop sets them to zero."
        ]
    if encoder.own_tokenizer_file:
        notes += [
            "Texts are read as the encoder's own tokenizer.json has it; `AutoTokenizer` of transformers 5 reads"
            " some otherwise."
        ]
    if encoder.prefix:
        notes += [f"The encoder expects `{encoder.prefix}` before every text."]
    if encoder.long_texts != "head":
        notes += [
            f"**Of a document beyond {encoder.max_length} tokens the lines below read the beginning alone**,"
            f" while the model read it as {encoder.long_texts!r}: cut them yourself, or take the ONNX export."
        ]
    if encoder.card is not None and encoder.card.layout != "transformers":
        notes += [
            "Its weights are kept in four bits; `python -m scalearn_core export --format encoder` writes the very"
            " same encoder as a folder for ENCODER, as the one on the hub has slightly other weights."
        ]
    return " ".join(notes)
