"""An adapter folder, judged by its text files: what it is and what it was made for. Nothing here loads torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalearn_core.errors import AdapterError
from scalearn_core.storage.damage import DAMAGED_FILE, reason
from scalearn_core.storage.files import read_json

CONFIG = "adapter_config.json"
WEIGHTS = "adapter.safetensors"
PICKLED = "pytorch_adapter.bin"
CARD = "card.json"
HEAD = "head_config.json"
FILES = (CONFIG, WEIGHTS, PICKLED, CARD, HEAD)
"""All that is read of an adapter folder; whatever else lies there has no effect."""
_INTERFACE = "adapter_interface.json"
_OWN_INTERFACES = {"modernbert": {"layer_output_proj": "mlp.Wo", "layer_pre_ffn": "mlp", "layer_ln_2": None}}
"""Types that the `adapters` library itself knows by an interface, and where that puts a bottleneck."""
_PEFT_WEIGHTS = ("adapter_model.safetensors", "adapter_model.bin")
_PEFT_NAMES = {"LORA": "LoRA", "ADALORA": "AdaLoRA", "LOHA": "LoHa", "LOKR": "LoKr", "IA3": "IA3", "OFT": "OFT"}


@dataclass(frozen=True)
class Described:
    """What the files of text say of an adapter."""

    name: str
    config: dict[str, Any]
    model_type: str
    width: int
    version: object
    base: str | None
    """The model it was made for, by the name its maker used; a hub id, a path, or nothing."""
    fingerprint: str | None
    """Of the encoder it was trained on, where its card says so."""


def describe(folder: Path) -> Described:
    """Read `adapter_config.json` and the card of an adapter folder.

    Raises:
        AdapterError: one is missing or no JSON, or the folder is of another library or made in another way.
    """
    stored = read_object(folder / CONFIG, folder.name)
    _check_library(stored, folder)
    name = str(stored.get("name") or folder.name)
    card_file = folder / CARD
    try:
        name.encode()  # it becomes part of a file of weights
        config = stored["config"]
        fingerprint = (
            read_object(card_file, name).get("encoder", {}).get("fingerprint") if card_file.is_file() else None
        )
        if not isinstance(config, dict):
            raise ValueError("its config is no object")
        width = int(stored["hidden_size"])
    except KeyError as error:
        raise AdapterError("adapter.unreadable", name=name, reason=f"{CONFIG} has no `{error.args[0]}`") from None
    except AdapterError:
        raise
    except DAMAGED_FILE as error:
        raise AdapterError("adapter.unreadable", name=folder.name, reason=reason(error)) from error
    if width < 1:
        raise AdapterError("adapter.unreadable", name=name, reason=f"its hidden_size is {width}")
    return Described(
        name, config, str(stored.get("model_type") or ""), width, stored.get("version"),
        str(stored["model_name"]) if stored.get("model_name") else None, fingerprint,
    )  # fmt: skip


def read_object(file: Path, name: str) -> dict[str, Any]:
    """A JSON object from the folder of the adapter called `name`. Raises AdapterError."""
    try:
        content = read_json(file)
    except FileNotFoundError:
        raise AdapterError("adapter.missing_file", name=name, file=file.name) from None
    except (OSError, ValueError, RecursionError) as error:
        raise AdapterError("adapter.unreadable", name=name, reason=f"{file.name}: {error}") from error
    if not isinstance(content, dict):
        raise AdapterError("adapter.unreadable", name=name, reason=f"{file.name} is not a JSON object")
    return content


def _check_library(stored: dict[str, Any], folder: Path) -> None:
    """Refuse what PEFT wrote, and what was hooked into a model through the interface of `adapters`."""
    if "peft_type" in stored or any((folder / file).is_file() for file in _PEFT_WEIGHTS):
        kind = str(stored.get("peft_type") or "").upper()
        kind = _PEFT_NAMES.get(kind, kind.replace("_", " ").lower() or "nameless")
        article = "an" if kind[0] in "AIOaeio" else "a"
        raise AdapterError("adapter.wrong_kind", name=folder.name, found=f"{article} {kind} adapter of PEFT")
    if (folder / _INTERFACE).is_file():
        places = read_object(folder / _INTERFACE, folder.name).get("interface")
        own = _OWN_INTERFACES.get(str(stored.get("model_type")))
        if not (own and isinstance(places, dict) and all(places.get(key) == own[key] for key in own)):
            raise AdapterError("adapter.plugin", name=str(stored.get("name") or folder.name))
