"""BERT as the encoders of the studio need it, so that a run loads neither transformers nor what that loads.

The same modules under the same names as transformers' `BertModel`, computing the same, dropout too: bit for bit,
and within rounding where frozen weights are packed (`tests/core/encoders/test_bert.py`); no pooler, no decoder.
Encoders from elsewhere are transformers' own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from scalearn_core.encoders.four_bit import BLOCK
from scalearn_core.encoders.packaged import BertSettings
from scalearn_core.encoders.packed import PackedWeight, can_pack, packed_product


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


class _Linear(nn.Linear):
    _packed: PackedWeight | None = None

    def reset_parameters(self) -> None:
        """Nothing: its numbers come from a file."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """`[..., in]` -> `[..., out]`; of frozen weights by `encoders/packed.py` where it can."""
        if not can_pack(x, self.weight):
            return super().forward(x)
        if self._packed is None or not self._packed.fits(self.weight):
            self._packed = PackedWeight(self.weight)
        return packed_product(x, self._packed, self.bias)

    def __getstate__(self) -> dict[str, Any]:
        """Without the packed weights: a copy packs its own."""
        return {name: value for name, value in self.__dict__.items() if name != "_packed"}


class _Embedding(nn.Embedding):
    def reset_parameters(self) -> None:
        """Nothing, likewise."""


class _Embeddings(nn.Module):
    position_ids: torch.Tensor

    def __init__(self, config: BertSettings, *, in_blocks: bool) -> None:
        super().__init__()
        words, width = config.vocab_size, config.hidden_size
        self.word_embeddings = BlockEmbedding(words, width) if in_blocks else _Embedding(words, width)
        self.position_embeddings = _Embedding(config.max_position_embeddings, width)
        self.token_type_embeddings = _Embedding(config.type_vocab_size, width)
        self.LayerNorm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.register_buffer("position_ids", torch.arange(config.max_position_embeddings), persistent=False)

    def forward(self, input_ids: torch.Tensor, token_type_ids: torch.Tensor | None = None) -> torch.Tensor:
        """`[batch, seq]` -> `[batch, seq, width]`."""
        segments = torch.zeros_like(input_ids) if token_type_ids is None else token_type_ids
        embedded = self.word_embeddings(input_ids) + self.token_type_embeddings(segments)
        embedded = embedded + self.position_embeddings(self.position_ids[: input_ids.shape[1]].unsqueeze(0))
        out: torch.Tensor = self.dropout(self.LayerNorm(embedded))
        return out


class _SelfAttention(nn.Module):
    eager = False
    """Products and a softmax one by one, as a graph is recorded best."""

    def __init__(self, config: BertSettings) -> None:
        super().__init__()
        width = config.hidden_size
        self.head_width = width // config.num_attention_heads
        self.query, self.key, self.value = (_Linear(width, width) for _ in range(3))
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def forward(self, hidden: torch.Tensor, attention_mask: torch.Tensor | None) -> torch.Tensor:
        shape = (*hidden.shape[:-1], -1, self.head_width)
        # [batch, heads, seq, head_width]
        query = self.query(hidden).view(*shape).transpose(1, 2)
        key = self.key(hidden).view(*shape).transpose(1, 2)
        value = self.value(hidden).view(*shape).transpose(1, 2)
        scale, drop = self.head_width**-0.5, self.dropout.p if self.training else 0.0
        if self.eager:
            scores = torch.matmul(query, key.transpose(2, 3)) * scale
            scores = scores if attention_mask is None else scores + attention_mask
            shares = F.dropout(F.softmax(scores, dim=-1), p=drop, training=self.training)
            mixed = torch.matmul(shares, value)
        else:
            mixed = F.scaled_dot_product_attention(
                query, key, value, attn_mask=attention_mask, dropout_p=drop, scale=scale
            )
        return mixed.transpose(1, 2).contiguous().reshape(*hidden.shape[:-1], -1).contiguous()


class _Output(nn.Module):
    """Of the attention and of the feed-forward part: back to the width, then the norm of the sum."""

    def __init__(self, config: BertSettings, width: int) -> None:
        super().__init__()
        self.dense = _Linear(width, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, hidden: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.LayerNorm(self.dropout(self.dense(hidden)) + before)
        return out


class _Attention(nn.Module):
    def __init__(self, config: BertSettings) -> None:
        super().__init__()
        self.self = _SelfAttention(config)
        self.output = _Output(config, config.hidden_size)

    def forward(self, hidden: torch.Tensor, attention_mask: torch.Tensor | None = None) -> tuple[torch.Tensor]:
        """`[batch, seq, width]` -> the same, as the only one of a tuple."""
        return (self.output(self.self(hidden, attention_mask), hidden),)


class _Intermediate(nn.Module):
    def __init__(self, config: BertSettings) -> None:
        super().__init__()
        self.dense = _Linear(config.hidden_size, config.intermediate_size)
        self.intermediate_act_fn = nn.GELU()  # a module, as a graph is named after its modules

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.intermediate_act_fn(self.dense(hidden))
        return out


class _Layer(nn.Module):
    def __init__(self, config: BertSettings) -> None:
        super().__init__()
        self.attention = _Attention(config)
        self.intermediate = _Intermediate(config)
        self.output = _Output(config, config.intermediate_size)


class _Layers(nn.Module):
    def __init__(self, config: BertSettings) -> None:
        super().__init__()
        self.layer = nn.ModuleList(_Layer(config) for _ in range(config.num_hidden_layers))


def _frozen(tensor: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return nn.Parameter(tensor, requires_grad=False) if isinstance(like, nn.Parameter) else tensor


class BertModel(nn.Module):
    """Embeddings and layers; what runs them is `Encoder`."""

    def __init__(self, config: BertSettings, *, in_blocks: bool = False) -> None:
        """Takes `in_blocks` where the word embeddings are a `BlockEmbedding`."""
        super().__init__()
        self.config = config
        self.embeddings = _Embeddings(config, in_blocks=in_blocks)
        self.encoder = _Layers(config)

    @classmethod
    def of(cls, config: BertSettings, weights: Mapping[str, np.ndarray]) -> BertModel:
        """A model with weights by name, which are copied; others than its own are left alone.

        Raises:
            ValueError: one is missing, or of another shape or type.
        """
        model = cls(config, in_blocks="embeddings.word_embeddings.codes" in weights).requires_grad_(False)
        own = model.state_dict(keep_vars=True)
        if missing := sorted(own.keys() - weights.keys()):
            raise ValueError(f"weights are missing: {', '.join(missing[:3])}")
        for name, empty in own.items():
            tensor = torch.from_numpy(weights[name])  # read now, and let go at the end of the turn
            if tensor.shape != empty.shape or tensor.dtype != empty.dtype:
                raise ValueError(f"{name} is {tensor.dtype} {list(tensor.shape)}, not {list(empty.shape)}")
            # Copied into memory of torch's own, as the last digits of a product depend on how it is aligned; a
            # table that is only looked up in is taken as it is.
            if "word_embeddings" in name:
                setattr(model.embeddings.word_embeddings, name.rpartition(".")[2], _frozen(tensor, empty))
            else:
                empty.copy_(tensor)
        return model

    def set_attn_implementation(self, name: str) -> None:
        """ "sdpa", the fused one, or "eager"."""
        for module in self.modules():
            if isinstance(module, _SelfAttention):
                module.eager = name == "eager"

    def attention_mask(self, mask: torch.Tensor, dtype: torch.dtype) -> torch.Tensor | None:
        """What the attention parts take, `[batch, 1, seq, seq]`, for a mask `[batch, seq]`; None: all see all."""
        eager = any(module.eager for module in self.modules() if isinstance(module, _SelfAttention))
        recording = torch.jit.is_tracing()  # type: ignore[attr-defined,no-untyped-call]
        if not recording and bool(mask.all()):
            return None
        seen = mask.bool()[:, None, None, :].expand(-1, 1, mask.shape[1], -1)
        zero = torch.zeros((), device=mask.device, dtype=dtype)
        return torch.where(seen, zero, torch.finfo(dtype).min) if eager else seen
