"""The AdapterHub layout on disk: read in all its versions, written with safetensors.

Read: files without `version` (2020 to 2022), "3.2.1" and "adapters.x"; weights as `.safetensors`, or as `.bin`
through `torch.load(weights_only=True)`, which runs no code. Only sequential bottlenecks after the feed-forward
part (`seq_bn`, "pfeiffer") are the method's; everything else is refused by name. How large an adapter may be, and
that it computes numbers, is checked here, before anything is learned with it (`docs/security.md`).
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import nn

from scalearn_core.adapters import layout
from scalearn_core.adapters.bottleneck import ACTIVATIONS, Adapter, BottleneckLayer, overflows
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.families import FAMILIES
from scalearn_core.errors import AdapterError
from scalearn_core.storage.bounded import Declared, read_tensors, shapes_in
from scalearn_core.storage.damage import DAMAGED_FILE, reason

_REQUIRED = {
    "mh_adapter": False, "output_adapter": True, "residual_before_ln": True, "original_ln_before": True,
    "original_ln_after": True, "ln_before": False, "ln_after": False, "adapter_residual_before_ln": False,
    "is_parallel": False, "phm_layer": False, "use_gating": False, "cross_adapter": False,
}  # fmt: skip
"""What makes a bottleneck configuration `seq_bn`. Keys a file leaves out have these values as defaults."""

_LEGACY_NAMES = ("layer_text_task_adapters", "layer_text_lang_adapters")
_PARTS = {
    "adapter_down.0.weight": "down_weight",
    "adapter_down.0.bias": "down_bias",
    "adapter_up.weight": "up_weight",
    "adapter_up.bias": "up_bias",
}
_KEYS = [
    re.compile(
        rf"(?s)(?:\w+\.)?{re.escape(layers)}\.(\d+)\.{re.escape(adapters)}\.(.+)\."
        rf"({'|'.join(map(re.escape, _PARTS))})"
    )
    for layers, adapters in sorted({(family.layers, family.adapters) for family in FAMILIES.values()})
]
"""How the families name a weight, with or without the prefix of a model with a head."""


MOST_LAYERS = 128
"""Of an adapter that is read without the encoder it is for."""


def read_adapter(folder: str | Path, encoder: Encoder | None = None) -> Adapter:
    """Read one adapter folder.

    Args:
        encoder: the one it is for: then an adapter of more layers is refused before its weights are read.

    Raises:
        AdapterError: not an adapter folder, another adapter type, weights missing, of a wrong shape or larger than
            the configuration declares, or one that cannot compute finite numbers.
    """
    folder = Path(folder)
    try:
        return _read(folder, encoder)
    except AdapterError:
        raise
    except DAMAGED_FILE as error:
        raise AdapterError("adapter.unreadable", name=folder.name, reason=reason(error)) from error


def _read(folder: Path, encoder: Encoder | None) -> Adapter:
    described = layout.describe(folder)
    _check_sequential(described.config, described.name)
    if encoder is not None:
        _check_shape(described.name, described.model_type, described.width, encoder)
    adapter = Adapter(
        name=described.name,
        layers=_layers(folder, described, encoder),
        non_linearity=_non_linearity(described.config, described.version, described.name),
        model_type=described.model_type,
        reduction_factor=_default_factor(described.config.get("reduction_factor", 16)),
        encoder_fingerprint=described.fingerprint,
        label_names=_label_names(folder, described.name),
    ).frozen()
    for index in range(len(adapter.layers)):
        layer = adapter.bottleneck(index)
        if overflows(layer.down_weight, layer.down_bias, layer.up_weight.T, layer.up_bias):
            raise AdapterError(
                "adapter.unreadable", name=adapter.name, reason=f"what layer {index} computes is not all finite"
            )
    return adapter


def write_adapter(adapter: Adapter, folder: str | Path) -> None:
    """Write `adapter_config.json` and `adapter.safetensors` so that the `adapters` library can load them."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    family = FAMILIES[adapter.model_type or "bert"]  # a file may leave its type open
    prefix = f"{family.prefix}." if adapter.model_type else ""
    tensors = {
        f"{prefix}{family.layers}.{index}.{family.adapters}.{adapter.name}.{key}": getattr(
            adapter.bottleneck(index), part
        )
        .detach()
        .cpu()
        .contiguous()
        for index in range(len(adapter.layers))
        for key, part in _PARTS.items()
        if adapter.bottleneck(index).rank
    }
    # Not `save_file`, whose files only their owner may read.
    (folder / layout.WEIGHTS).write_bytes(save(tensors, metadata={"format": "pt"}))
    config = {
        **_REQUIRED, "non_linearity": adapter.non_linearity, "reduction_factor": _factors(adapter),
        "leave_out": [i for i in range(len(adapter.layers)) if not adapter.bottleneck(i).rank],
        "inv_adapter": None, "inv_adapter_reduction_factor": None, "init_weights": "bert", "scaling": 1.0,
        "dropout": 0.0,
    }  # fmt: skip
    stored = {
        "config": config, "hidden_size": adapter.width, "model_class": None, "model_name": None,
        "model_type": adapter.model_type or None, "name": adapter.name, "version": "adapters.1.3.0",
    }  # fmt: skip
    (folder / layout.CONFIG).write_text(json.dumps(stored, indent=2, sort_keys=True) + "\n", "utf-8")


def check_fits(adapter: Adapter, encoder: Encoder) -> None:
    """Refuse an adapter made for another encoder, saying what differs.

    Raises:
        AdapterError: type, layers, width or fingerprint differ.
    """
    _check_shape(adapter.name, adapter.model_type, adapter.width, encoder)
    _check_equal("layers", adapter.name, encoder, len(adapter.layers), len(encoder.layers))
    fingerprint = (adapter.encoder_fingerprint or encoder.fingerprint)[:12]
    _check_equal("fingerprint", adapter.name, encoder, fingerprint, encoder.fingerprint[:12])


def _check_shape(name: str, model_type: str, width: int, encoder: Encoder) -> None:
    if model_type:  # a file may leave it open
        _check_equal("type", name, encoder, model_type, encoder.model_type)
    _check_equal("width", name, encoder, width, encoder.width)


def _check_equal(what: str, name: str, encoder: Encoder, found: object, expected: object) -> None:
    if found != expected:
        raise AdapterError(
            f"adapter.wrong_{what}", name=name, encoder=encoder.name, found=found, expected=expected
        )


def _check_sequential(config: dict[str, Any], name: str) -> None:
    architecture = config.get("architecture")
    if architecture is not None:
        raise AdapterError("adapter.wrong_kind", name=name, found=f"architecture={architecture}")
    for key, expected in _REQUIRED.items():
        if config.get(key, expected) != expected:
            raise AdapterError("adapter.wrong_kind", name=name, found=f"{key}={config[key]}")


def _non_linearity(config: dict[str, Any], version: object, name: str) -> str:
    activation = str(config.get("non_linearity", "relu")).lower()
    if version is None:  # before versions were written, these two names meant the other function
        activation = {"gelu": "gelu_new", "gelu_orig": "gelu"}.get(activation, activation)
    if activation not in ACTIVATIONS:
        raise AdapterError("adapter.wrong_kind", name=name, found=f"non_linearity={activation}")
    return activation


def _default_factor(factor: Any) -> float:
    return float(factor.get("default", 16)) if isinstance(factor, dict) else float(factor)


def _factors(adapter: Adapter) -> float | dict[str, float]:
    """One reduction factor where it gives every layer's rank, else the format's map from layer to factor."""
    ranks = {str(index): adapter.bottleneck(index).rank for index in range(len(adapter.layers))}
    if set(ranks.values()) <= {0, max(1, int(adapter.width // adapter.reduction_factor))}:
        return adapter.reduction_factor
    # Readers take int(width // factor); the half keeps rounding from taking one away.
    return {index: adapter.width / (rank + 0.5) for index, rank in ranks.items() if rank} | {
        "default": adapter.reduction_factor
    }


def _layers(folder: Path, described: layout.Described, encoder: Encoder | None) -> nn.ModuleList:
    """Bottlenecks from the file's keys; a learned `scaling` is refused, a fixed one is folded into `W_up`."""
    name, config = described.name, described.config
    scaling = config.get("scaling", 1.0)
    if not isinstance(scaling, (int, float)):
        raise AdapterError("adapter.wrong_kind", name=name, found=f"scaling={scaling}")
    if not math.isfinite(scaling):
        raise AdapterError("adapter.unreadable", name=name, reason=f"its scaling is {scaling}")
    parts_by_layer = _parts_by_layer(folder, described, encoder)
    left_out = {int(index) for index in config.get("leave_out") or []} - set(parts_by_layer)
    _check_layers({*parts_by_layer, *left_out}, name, encoder)
    layers = nn.ModuleList()
    for index in range(max([*parts_by_layer, *left_out]) + 1):
        parts = parts_by_layer.get(index, {})
        if index in left_out:
            layers.append(BottleneckLayer(described.width, 0))
            continue
        if set(parts) != set(_PARTS.values()):
            raise AdapterError("adapter.unreadable", name=name, reason=f"layer {index} is incomplete")
        rank = len(parts["down_bias"]) if parts["down_bias"].ndim == 1 else 0
        if rank == 0:
            raise AdapterError("adapter.unreadable", name=name, reason=f"layer {index} has rank 0")
        width = described.width
        shapes = {
            "down_weight": [rank, width], "down_bias": [rank], "up_weight": [width, rank], "up_bias": [width]
        }  # fmt: skip
        if any(list(parts[part].shape) != shape for part, shape in shapes.items()):
            raise AdapterError("adapter.unreadable", name=name, reason=f"layer {index}: shapes differ")
        layer = BottleneckLayer(described.width, rank)
        scaled = {key: part.float() * (scaling if key.startswith("up") else 1) for key, part in parts.items()}
        if not all(part.isfinite().all() for part in scaled.values()):
            raise AdapterError("adapter.unreadable", name=name, reason=f"layer {index} is not all finite")
        layer.load_state_dict(scaled)
        layers.append(layer)
    return layers


def _parts_by_layer(
    folder: Path, described: layout.Described, encoder: Encoder | None
) -> dict[int, dict[str, torch.Tensor]]:
    """The weights of the bottlenecks, by layer and part."""
    name, safe, pickled = described.name, folder / layout.WEIGHTS, folder / layout.PICKLED
    file = safe if safe.is_file() else pickled
    if not file.is_file():
        raise AdapterError("adapter.missing_file", name=name, file=safe.name)
    declared = _declared(described, len(encoder.layers) if encoder else MOST_LAYERS)
    try:
        if file == safe:  # what it names is known before its numbers are read
            _check_layers({place[0] for key in shapes_in(file) if (place := _place(key))}, name, encoder)
        tensors = read_tensors(file, declared)
    except AdapterError:
        raise
    except DAMAGED_FILE as error:
        raise AdapterError("adapter.unreadable", name=name, reason=f"{file.name}: {reason(error)}") from error
    parts_by_layer: dict[int, dict[str, torch.Tensor]] = {}
    for key, tensor in tensors.items():
        if place := _place(key):
            parts_by_layer.setdefault(place[0], {})[place[1]] = tensor
        elif re.match(r"(?:\w+\.)*invertible_adapters\.", key):  # it changes the embeddings as well
            raise AdapterError("adapter.wrong_kind", name=name, found="an invertible adapter")
    if not parts_by_layer:
        hooked = any(re.search(r"\.output_adapters\.adapters\.", key) for key in tensors)
        raise AdapterError("adapter.plugin" if hooked else "adapter.no_weights", name=name)
    return parts_by_layer


def _place(key: str) -> tuple[int, str] | None:
    """Layer and part of a bottleneck's weight; None for any other."""
    for legacy in _LEGACY_NAMES:
        key = key.replace(legacy, "adapters")
    match = next(filter(None, (pattern.fullmatch(key) for pattern in _KEYS)), None)
    return (int(match[1]), _PARTS[match[3]]) if match else None


def _declared(described: layout.Described, layers: int) -> Declared:
    """What the configuration says of the weights, in so many layers."""
    factor = described.config.get("reduction_factor", 16)
    factors = dict(factor) if isinstance(factor, dict) else {"default": factor}
    if not all(math.isfinite(float(value)) and float(value) > 0 for value in factors.values()):
        raise AdapterError("adapter.unreadable", name=described.name, reason=f"its reduction factor is {factor}")
    ranks = [
        max(1, int(described.width // float(factors.get(str(index), factors.get("default", 16)))))
        for index in range(layers)
    ]
    return Declared(len(_PARTS) * layers, sum((2 * rank + 1) * described.width + rank for rank in ranks))


def _check_layers(indices: set[int], name: str, encoder: Encoder | None) -> None:
    count = max(indices, default=0) + 1
    if encoder is not None and count > len(encoder.layers):
        _check_equal("layers", name, encoder, count, len(encoder.layers))
    if count > MOST_LAYERS or min(indices, default=0) < 0:
        raise AdapterError(
            "adapter.unreadable",
            name=name,
            reason=f"it names layer {max(indices)}; at most {MOST_LAYERS} are read",
        )


def _label_names(folder: Path, name: str) -> tuple[str, ...]:
    head_file = folder / layout.HEAD
    if not head_file.is_file():
        return ()
    label2id = (layout.read_object(head_file, name).get("config") or {}).get("label2id") or {}
    return tuple(sorted(label2id, key=lambda label: int(label2id[label])))
