"""Where adapters sit in each encoder family: the attention part, the feed-forward part and the norm of a layer.

BERT, RoBERTa and XLM-R share one post-norm layout. With `x` the output of the attention sub-block and `f` the
feed-forward output before residual and norm, a plain layer is `LN(f + x)` (method of the paper, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import nn

FAMILIES: dict[str, str] = {"bert": "bert", "roberta": "roberta", "xlm-roberta": "roberta"}
"""Supported `model_type` -> the prefix its weights carry in an AdapterHub file."""


@dataclass(frozen=True)
class PostNormLayer:
    """One frozen transformer layer, opened at the three places the method needs."""

    module: nn.Module

    def attention(self, hidden: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """The attention sub-block with its residual and norm: `[batch, seq, width]` -> `x` of that shape."""
        return cast(torch.Tensor, self._part("attention")(hidden, mask)[0])

    def feed_forward(self, x: torch.Tensor) -> torch.Tensor:
        """The feed-forward output `f` after dropout, before residual and norm: shape of `x`."""
        output = self._part("output")
        return cast(torch.Tensor, output.dropout(output.dense(self._part("intermediate")(x))))

    def sublayers(self, hidden: torch.Tensor, mask: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        """`f`, and `f + x` which the norm turns into the adapter input: `[batch, seq, width]` each."""
        x = self.attention(hidden, mask)
        f = self.feed_forward(x)
        return f, f + x

    def norm(self, hidden: torch.Tensor) -> torch.Tensor:
        """The layer's output LayerNorm (frozen): shape of `hidden`."""
        return cast(torch.Tensor, self._part("output").LayerNorm(hidden))

    def _part(self, name: str) -> Any:
        return self.module.get_submodule(name)


def post_norm_layers(model: nn.Module) -> list[PostNormLayer]:
    """The layers of a BERT, RoBERTa or XLM-R model without head."""
    return [PostNormLayer(layer) for layer in model.get_submodule("encoder.layer").children()]
