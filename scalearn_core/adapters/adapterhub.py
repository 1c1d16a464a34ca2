"""The AdapterHub layout on disk: read in all its versions, written with safetensors.

Read: files without `version` (2020 to 2022), "3.2.1" and "adapters.x"; weights as `.safetensors`, or as `.bin`
through `torch.load(weights_only=True)`, which runs no code. Only sequential bottlenecks after the feed-forward
part (`seq_bn`, "pfeiffer") are the method's; everything else is refused by name.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save
from torch import nn

from scalearn_core.adapters.bottleneck import ACTIVATIONS, Adapter, BottleneckLayer
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.families import FAMILIES
from scalearn_core.errors import AdapterError
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
        rf"(?:\w+\.)?{re.escape(layers)}\.(\d+)\.{re.escape(adapters)}\.(.+)\.({'|'.join(map(re.escape, _PARTS))})"
    )
    for layers, adapters in sorted({(family.layers, family.adapters) for family in FAMILIES.values()})
]
"""How the families name a weight, with or without the prefix of a model with a head."""


def read_adapter(folder: str | Path) -> Adapter:
    """Read one adapter folder.

    Raises:
        AdapterError: not an adapter folder, another adapter type, or weights missing or of a wrong shape.
    """
    folder = Path(folder)
    try:
        return _read(folder)
    except AdapterError:
        raise
    except DAMAGED_FILE as error:
        raise AdapterError("adapter.unreadable", name=folder.name, reason=reason(error)) from error


def _read(folder: Path) -> Adapter:
    stored = _read_json(folder / "adapter_config.json", folder.name)
    config = stored.get("config")
    if not isinstance(config, dict):
        raise AdapterError("adapter.unreadable", name=folder.name, reason="adapter_config.json has no `config`")
    name = str(stored.get("name") or folder.name)
    _check_sequential(config, name)
    layers = _layers(_read_weights(folder), name, config)
    card_file = folder / "card.json"
    card = _read_json(card_file, name) if card_file.is_file() else {}
    return Adapter(
        name=name,
        layers=layers,
        non_linearity=_non_linearity(config, stored.get("version"), name),
        model_type=str(stored.get("model_type") or ""),
        reduction_factor=_default_factor(config.get("reduction_factor", 16)),
        encoder_fingerprint=card.get("encoder", {}).get("fingerprint"),
        label_names=_label_names(folder, name),
    ).frozen()


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
    (folder / "adapter.safetensors").write_bytes(save(tensors, metadata={"format": "pt"}))
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
    (folder / "adapter_config.json").write_text(json.dumps(stored, indent=2, sort_keys=True) + "\n", "utf-8")


def check_fits(adapter: Adapter, encoder: Encoder) -> None:
    """Refuse an adapter made for another encoder, saying what differs.

    Raises:
        AdapterError: type, layers, width or fingerprint differ.
    """
    pairs = [
        ("type", adapter.model_type, encoder.model_type),
        ("width", adapter.width, encoder.width),
        ("layers", len(adapter.layers), len(encoder.layers)),
        ("fingerprint", (adapter.encoder_fingerprint or encoder.fingerprint)[:12], encoder.fingerprint[:12]),
    ]
    for what, found, expected in pairs:
        if found != expected and not (what == "type" and not found):
            raise AdapterError(
                f"adapter.wrong_{what}",
                name=adapter.name,
                encoder=encoder.name,
                found=found,
                expected=expected,
            )


def _read_json(file: Path, name: str) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise AdapterError("adapter.missing_file", name=name, file=file.name) from None
    except (OSError, ValueError) as error:
        raise AdapterError("adapter.unreadable", name=name, reason=f"{file.name}: {error}") from error
    if not isinstance(content, dict):
        raise AdapterError("adapter.unreadable", name=name, reason=f"{file.name} is not a JSON object")
    return content


def _read_weights(folder: Path) -> dict[str, torch.Tensor]:
    safe, pickled = folder / "adapter.safetensors", folder / "pytorch_adapter.bin"
    try:
        if safe.is_file():
            return load_file(safe)
        if pickled.is_file():
            return dict(torch.load(pickled, map_location="cpu", weights_only=True))
    except DAMAGED_FILE as error:
        file = safe if safe.is_file() else pickled
        raise AdapterError(
            "adapter.unreadable", name=folder.name, reason=f"{file.name}: {reason(error)}"
        ) from error
    raise AdapterError("adapter.missing_file", name=folder.name, file=safe.name)


def _check_sequential(config: dict[str, Any], name: str) -> None:
    architecture = config.get("architecture")
    if architecture is not None:
        raise AdapterError("adapter.wrong_kind", name=name, found=f"architecture={architecture}")
    for key, expected in _REQUIRED.items():
        if config.get(key, expected) != expected:
            raise AdapterError("adapter.wrong_kind", name=name, found=f"{key}={config[key]}")


def _non_linearity(config: dict[str, Any], version: object, name: str) -> str:
    found = str(config.get("non_linearity", "relu")).lower()
    if version is None:  # before versions were written, these two names meant the other function
        found = {"gelu": "gelu_new", "gelu_orig": "gelu"}.get(found, found)
    if found not in ACTIVATIONS:
        raise AdapterError("adapter.wrong_kind", name=name, found=f"non_linearity={found}")
    return found


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


def _layers(weights: dict[str, torch.Tensor], name: str, config: dict[str, Any]) -> nn.ModuleList:
    """Bottlenecks from the file's keys; a learned `scaling` is refused, a fixed one is folded into `W_up`."""
    scaling = config.get("scaling", 1.0)
    if not isinstance(scaling, (int, float)):
        raise AdapterError("adapter.wrong_kind", name=name, found=f"scaling={scaling}")
    found: dict[int, dict[str, torch.Tensor]] = {}
    for key, tensor in weights.items():
        for legacy in _LEGACY_NAMES:
            key = key.replace(legacy, "adapters")
        if "invertible" in key:  # it changes the embeddings as well; scaling its bottlenecks alone is not it
            raise AdapterError("adapter.wrong_kind", name=name, found="an invertible adapter")
        for match in filter(None, (pattern.fullmatch(key) for pattern in _KEYS)):
            found.setdefault(int(match[1]), {})[_PARTS[match[3]]] = tensor.float()
    left_out = {int(index) for index in config.get("leave_out") or []}
    left_out -= set(found)
    if not found:
        raise AdapterError("adapter.no_weights", name=name)
    count = max([*found, *left_out]) + 1
    for index in sorted(set(range(count)) - left_out):
        parts = found.get(index, {})
        if set(parts) != set(_PARTS.values()):
            raise AdapterError("adapter.unreadable", name=name, reason=f"layer {index} is incomplete")
        if not all(tensor.isfinite().all() for tensor in parts.values()):
            raise AdapterError("adapter.unreadable", name=name, reason=f"layer {index} is not all finite")
    width = found[min(found)]["down_weight"].shape[-1]
    layers = nn.ModuleList()
    for index in range(count):
        if index in left_out:
            layers.append(BottleneckLayer(width, 0))
            continue
        parts = found[index]
        layer = BottleneckLayer(width, parts["down_weight"].shape[0])
        parts = {key: value * scaling if key.startswith("up") else value for key, value in parts.items()}
        try:
            layer.load_state_dict(parts)
        except RuntimeError as error:
            raise AdapterError("adapter.unreadable", name=name, reason=f"layer {index}: shapes differ") from error
        layers.append(layer)
    return layers


def _label_names(folder: Path, name: str) -> tuple[str, ...]:
    head_file = folder / "head_config.json"
    if not head_file.is_file():
        return ()
    label2id = (_read_json(head_file, name).get("config") or {}).get("label2id") or {}
    return tuple(sorted(label2id, key=lambda label: int(label2id[label])))
