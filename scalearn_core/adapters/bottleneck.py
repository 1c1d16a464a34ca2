"""One source adapter: a small bottleneck per layer ("Pfeiffer", `seq_bn`; method of the paper, section 2).

    A(z) = W_up · act(W_down z + b_down) + b_up

It has no residual and no norm of its own; `Encoder.hidden_states` adds `A(z)` where the method wants it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu_new": lambda x: F.gelu(x, approximate="tanh"),
    "swish": F.silu,
    "silu": F.silu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "leakyrelu": F.leaky_relu,
}
"""Non-linearities by the names AdapterHub files use."""


REACH = 10_000.0
"""What an encoder hands an adapter lies well within, in every place."""


def overflows(
    down_weight: torch.Tensor, down_bias: torch.Tensor, up_weight: torch.Tensor, up_bias: torch.Tensor
) -> bool:
    """Whether a bottleneck can give what is no finite number, though each of its weights may be one.

    Args:
        down_weight, down_bias, up_weight, up_bias: `[R, width]`, `[R]`, `[R, width]` and `[width]`.
    """
    down, down_bias, up, up_bias = (
        tensor.detach().abs().double() for tensor in (down_weight, down_bias, up_weight, up_bias)
    )
    inner = REACH * down.sum(1) + down_bias  # every activation gives at most its input, or 1
    outer = inner.clamp(min=1) @ up + up_bias
    most = torch.finfo(torch.float32).max
    return not bool((inner <= most).all() and (outer <= most).all())  # false for NaN as well


class BottleneckLayer(nn.Module):
    """The bottleneck of one layer; `rank` 0 stands for a layer the adapter leaves out."""

    def __init__(self, width: int, rank: int) -> None:
        super().__init__()
        self.down_weight = nn.Parameter(torch.zeros(rank, width))
        self.down_bias = nn.Parameter(torch.zeros(rank))
        self.up_weight = nn.Parameter(torch.zeros(width, rank))
        self.up_bias = nn.Parameter(torch.zeros(width))

    @property
    def rank(self) -> int:
        return self.down_weight.shape[0]


@dataclass(eq=False)
class Adapter:
    """The bottlenecks of all layers, with what identifies them.

    Attributes:
        layers: one `BottleneckLayer` per encoder layer.
        label_names: the classes of its task, in the order of its head (empty where unknown).
        encoder_fingerprint: the encoder it was trained on, where its card says so.
    """

    name: str
    layers: nn.ModuleList
    non_linearity: str = "relu"
    model_type: str = "bert"
    reduction_factor: float = 16
    encoder_fingerprint: str | None = None
    label_names: tuple[str, ...] = field(default_factory=tuple)

    @property
    def width(self) -> int:
        return int(self.bottleneck(0).down_weight.shape[1])

    def bottleneck(self, index: int) -> BottleneckLayer:
        layer: Any = self.layers[index]
        assert isinstance(layer, BottleneckLayer)
        return layer

    def output(self, index: int, z: torch.Tensor) -> torch.Tensor:
        """`A(z)` of one layer: `[batch, seq, width]` -> the same shape."""
        layer = self.bottleneck(index)
        inner = ACTIVATIONS[self.non_linearity](F.linear(z, layer.down_weight, layer.down_bias))
        return F.linear(inner, layer.up_weight, layer.up_bias)

    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.layers.parameters())

    def sha256(self) -> str:
        """Hash over non-linearity and weights, in layer order; independent of name and container."""
        digest = hashlib.sha256(self.non_linearity.encode())
        for key, tensor in self.layers.state_dict().items():
            digest.update(f"{key}{list(tensor.shape)}".encode())
            digest.update(tensor.detach().cpu().float().contiguous().numpy().tobytes())
        return digest.hexdigest()

    def frozen(self) -> Adapter:
        self.layers.requires_grad_(False)
        return self


def new_adapter(
    name: str, *, layers: int, width: int, model_type: str, reduction_factor: float, seed: int
) -> Adapter:
    """A trainable adapter with the "bert" start: weights N(0, 0.02²), biases 0 (method.md of the paper's code)."""
    generator = torch.Generator().manual_seed(seed)
    rank = max(1, int(width // reduction_factor))
    modules = nn.ModuleList(BottleneckLayer(width, rank) for _ in range(layers))
    for key, parameter in modules.named_parameters():
        if key.endswith("weight"):
            with torch.no_grad():
                parameter.normal_(0.0, 0.02, generator=generator)
    return Adapter(name, modules, model_type=model_type, reduction_factor=reduction_factor)
