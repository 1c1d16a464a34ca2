"""Where the method attaches in each encoder family: one table, `FAMILIES`.

With `h` the input of a layer, `x` the state after its attention part, `f` what its feed-forward part adds, an
adapter reads `z` and adds `A(z)`:

| family | `x` | `f` | `z` | output of the layer |
|---|---|---|---|---|
| BERT and all others, by their own names | `LN(attention(h) + h)` | `FFN(x)` | `LN(f + x)` | `LN(f + x + A(z))` |
| ModernBERT, with `n = LN(x)` | `h + attention(LN(h))` | `FFN(n)` | `f + n` | `f + x + A(z)` |

The first row is the paper's (method, section 2). ModernBERT norms before its parts, not after; its row is what the
`adapters` library does, the only place adapters for it come from. After its last layer comes one more norm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch

from scalearn_core.encoders.bert import BertModel

Context = dict[str, Any]
"""What the attention parts of all layers read besides the states: masks, relative positions. Frozen."""


@dataclass(frozen=True)
class PostNormLayer:
    """One frozen layer of BERT's kind, split at the places the method needs."""

    module: Any
    carried: ClassVar[int] = 1
    """States in `rest`, side by side."""

    def sublayers(self, hidden: torch.Tensor, context: Context) -> tuple[torch.Tensor, torch.Tensor]:
        """`f` `[batch, seq, width]`, and `rest` `[batch, seq, carried * width]`, which no adapter here can change.

        `rest` is read by `adapter_input` and `output` alone.
        """
        x = self.attention(hidden, context)
        f = self.feed_forward(x)
        return f, f + x

    def adapter_input(self, rest: torch.Tensor) -> torch.Tensor:
        """`z`: `[batch, seq, width]`."""
        return self.norm(rest)

    def output(self, rest: torch.Tensor, added: torch.Tensor | None) -> torch.Tensor:
        """The layer's output `[batch, seq, width]`, with what adapters add (None: the plain layer)."""
        return self.norm(rest if added is None else rest + added)

    def attention(self, hidden: torch.Tensor, context: Context) -> torch.Tensor:
        x: torch.Tensor = self.module.attention(hidden, **context)[0]
        return x

    def feed_forward(self, x: torch.Tensor) -> torch.Tensor:
        f: torch.Tensor = self.module.output.dropout(self.module.output.dense(self.module.intermediate(x)))
        return f

    def norm(self, hidden: torch.Tensor) -> torch.Tensor:
        normed: torch.Tensor = self.module.output.LayerNorm(hidden)
        return normed


class DistilBertLayer(PostNormLayer):
    """The same places under other names."""

    def attention(self, hidden: torch.Tensor, context: Context) -> torch.Tensor:
        x: torch.Tensor = self.module.sa_layer_norm(self.module.attention(hidden, **context)[0] + hidden)
        return x

    def feed_forward(self, x: torch.Tensor) -> torch.Tensor:
        f: torch.Tensor = self.module.ffn(x)
        return f

    def norm(self, hidden: torch.Tensor) -> torch.Tensor:
        normed: torch.Tensor = self.module.output_layer_norm(hidden)
        return normed


class DebertaLayer(PostNormLayer):
    """DeBERTa of the first version, whose attention fails under autocast (transformers 5.23): without it there."""

    def attention(self, hidden: torch.Tensor, context: Context) -> torch.Tensor:
        with torch.autocast(hidden.device.type, enabled=False):
            return super().attention(hidden.to(self.module.attention.self.in_proj.weight.dtype), context)


class ModernBertLayer(PostNormLayer):
    """Norms stand before the parts; `rest` is `f + x` and `z`."""

    carried = 2

    def sublayers(self, hidden: torch.Tensor, context: Context) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.attention(hidden, context)
        normed = self.norm(x)
        f = self.feed_forward(normed)
        return f, torch.cat([f + x, f + normed], dim=-1)

    def adapter_input(self, rest: torch.Tensor) -> torch.Tensor:
        return rest.chunk(2, dim=-1)[1]

    def output(self, rest: torch.Tensor, added: torch.Tensor | None) -> torch.Tensor:
        plain = rest.chunk(2, dim=-1)[0]
        return plain if added is None else plain + added

    def attention(self, hidden: torch.Tensor, context: Context) -> torch.Tensor:
        own = context[self.module.attention_type]  # some layers see all tokens, some their neighbours
        x: torch.Tensor = hidden + self.module.attn(self.module.attn_norm(hidden), **own)[0]
        return x

    def feed_forward(self, x: torch.Tensor) -> torch.Tensor:
        f: torch.Tensor = self.module.mlp(x)
        return f

    def norm(self, hidden: torch.Tensor) -> torch.Tensor:
        normed: torch.Tensor = self.module.mlp_norm(hidden)
        return normed


# Embeddings: model, input_ids, attention_mask, token_type_ids (each `[batch, seq]`) -> `[batch, seq, width]`.


def _tokens_alone(model: Any, ids: torch.Tensor, mask: torch.Tensor, segments: torch.Tensor | None) -> Any:
    return model.embeddings(input_ids=ids)


def _tokens_and_segments(model: Any, ids: torch.Tensor, mask: torch.Tensor, segments: torch.Tensor | None) -> Any:
    return model.embeddings(input_ids=ids, token_type_ids=segments)


def _narrow(model: Any, ids: torch.Tensor, mask: torch.Tensor, segments: torch.Tensor | None) -> Any:
    """ELECTRA's may be narrower than its layers."""
    hidden = _tokens_and_segments(model, ids, mask, segments)
    narrow = model.config.embedding_size != model.config.hidden_size
    return model.embeddings_project(hidden) if narrow else hidden


def _masked(model: Any, ids: torch.Tensor, mask: torch.Tensor, segments: torch.Tensor | None) -> Any:
    """DeBERTa's are zero at padding."""
    return model.embeddings(input_ids=ids, token_type_ids=segments, mask=mask)


# Contexts: model, states (of which only batch, seq, type and device are read), attention_mask `[batch, seq]`.


def _mask(model: Any, hidden: torch.Tensor, mask: torch.Tensor) -> Context:
    if isinstance(model, BertModel):
        return {"attention_mask": model.attention_mask(mask, hidden.dtype)}
    from transformers.masking_utils import create_bidirectional_mask

    return {
        "attention_mask": create_bidirectional_mask(config=model.config, inputs_embeds=hidden, attention_mask=mask)
    }


def _mask_and_distances(model: Any, hidden: torch.Tensor, mask: torch.Tensor) -> Context:
    return _mask(model, hidden, mask) | {"position_bias": model.encoder.compute_position_bias(hidden)}


def _disentangled(model: Any, hidden: torch.Tensor, mask: torch.Tensor) -> Context:
    return {
        "attention_mask": model.encoder.get_attention_mask(mask),
        "relative_pos": model.encoder.get_rel_pos(hidden),
        "rel_embeddings": model.encoder.get_rel_embedding(),
    }


def _near_and_far(model: Any, hidden: torch.Tensor, mask: torch.Tensor) -> Context:
    from transformers.masking_utils import create_bidirectional_mask, create_bidirectional_sliding_window_mask

    makers = {
        "full_attention": create_bidirectional_mask,
        "sliding_attention": create_bidirectional_sliding_window_mask,
    }
    positions = torch.arange(hidden.shape[1], device=hidden.device).unsqueeze(0)
    return {
        kind: {
            "attention_mask": makers[kind](config=model.config, inputs_embeds=hidden, attention_mask=mask),
            "position_embeddings": model.rotary_emb(hidden, positions, kind),
        }
        for kind in set(model.config.layer_types)
    }


@dataclass(frozen=True)
class Family:
    """One architecture. Paths are those of transformers' model without head."""

    prefix: str
    """of its keys in an AdapterHub file, where a model with a head saved it"""
    layers: str = "encoder.layer"
    """path of the list of layers"""
    adapters: str = "output.adapters"
    """path of the adapters below a layer, in an AdapterHub file"""
    layer: type[PostNormLayer] = PostNormLayer
    last_norm: str | None = None
    """path of a norm that follows the last layer"""
    embed: Callable[[Any, torch.Tensor, torch.Tensor, torch.Tensor | None], Any] = _tokens_and_segments
    context: Callable[[Any, torch.Tensor, torch.Tensor], Context] = _mask
    segments: bool = True
    """may tell the two texts of a pair apart by embeddings of their own"""
    pooler: bool = True
    """transformers' model has a pooler, to be left out"""
    first_position: int | None = 0
    """number of a document's first position; None: `pad_token_id + 1`"""
    decides: tuple[str, ...] = ()
    """configuration keys that decide its outputs, besides those all families share"""


_ROBERTA = Family("roberta", first_position=None)
_DEBERTA = Family(
    "deberta", embed=_masked, context=_disentangled, pooler=False,
    decides=("relative_attention", "max_relative_positions", "position_buckets", "pos_att_type", "norm_rel_ebd",
             "share_att_key", "position_biased_input"),
)  # fmt: skip

FAMILIES: dict[str, Family] = {
    "bert": Family("bert"),
    "roberta": _ROBERTA,
    "xlm-roberta": _ROBERTA,
    "camembert": _ROBERTA,
    "electra": Family("electra", embed=_narrow, pooler=False),
    "mpnet": Family(
        "mpnet", embed=_tokens_alone, context=_mask_and_distances, segments=False, first_position=2
    ),
    "distilbert": Family(
        "distilbert", layers="transformer.layer", adapters="output_adapters.adapters", layer=DistilBertLayer,
        embed=_tokens_alone, segments=False, pooler=False, decides=("n_heads", "activation"),
    ),
    "deberta": replace(_DEBERTA, layer=DebertaLayer),
    "deberta-v2": _DEBERTA,
    "modernbert": Family(
        "model", layers="layers", adapters="output_adapters.adapters", layer=ModernBertLayer,
        last_norm="final_norm", embed=_tokens_alone, context=_near_and_far, segments=False, pooler=False,
        decides=("norm_eps", "hidden_activation", "layer_types", "local_attention", "rope_parameters"),
    ),
}  # fmt: skip
"""Supported `model_type` -> its family. DeBERTa-v3 calls itself "deberta-v2"."""


def layout(config: Any) -> str:
    """The model type, with whatever would make its forward pass another than the table's."""
    stored = config.to_dict()
    positions = stored.get("position_embedding_type") or "absolute"
    unusual = ["decoder"] * bool(stored.get("is_decoder")) + [f"{positions} positions"] * (positions != "absolute")
    unusual += ["convolution"] * ((stored.get("conv_kernel_size") or 0) > 0)  # the largest DeBERTa-v2
    return " ".join([str(config.model_type), *unusual])
