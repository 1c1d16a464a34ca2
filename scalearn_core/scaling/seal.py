"""The identity of a model, which is its seal too: one hash over all that decides what it answers.

`seal.json` lies in the model folder and holds the hash of every entry of `model.json`, of every file of weights,
and of all these hashes. Opening a model compares, so that an edited label is refused as edited weights are.
Where the encoder lies is the one entry left out: its fingerprint says which it is, and an encoder may be moved.

A seal finds accidents and careless edits. Whoever can write the model can write the seal as well.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scalearn_core.adapters import layout
from scalearn_core.errors import ModelError
from scalearn_core.storage.damage import DAMAGED_FILE, reason
from scalearn_core.storage.files import read_json, write_atomically

FILE = "seal.json"
DESCRIPTION = "model.json"
WEIGHTS = "scales.safetensors"
GRAPH = "graph.onnx"
UNLIKE = "unlike.safetensors"
MOST_TOLD = 8
_PLACES = {f"{DESCRIPTION}: encoder.source"}
"""Entries that say where something lies, and nothing of what the model is."""


@dataclass(frozen=True)
class Seal:
    """What `seal.json` holds."""

    model_id: str
    """sha256 over `contents`: the same for equal models, wherever they lie and whatever they are called."""
    contents: dict[str, str]
    """sha256 of each entry of `model.json` and of each file."""
    made_at_first_opening: bool
    """The model is older than seals: changes made before it was first opened cannot be found."""


def seal(folder: Path, *, at_first_opening: bool = False) -> Seal:
    """Seal the model in `folder` as it is now.

    At the first opening of an older model only where its folder can be written; what comes back is the same.

    Raises:
        OSError, ValueError, AttributeError: it cannot be written, or there is no model.
    """
    contents = contents_of(folder)
    made = Seal(_hash_of(contents), contents, at_first_opening)
    try:
        write_atomically(folder / FILE, (json.dumps(asdict(made), indent=1) + "\n").encode())
    except OSError:
        if not at_first_opening:
            raise
    return made


def is_sealed(folder: Path) -> bool:
    """Whether the model in `folder` has a seal, unbroken or not."""
    return (folder / FILE).is_file()


def read_seal(folder: Path) -> Seal:
    """The seal of a model, unbroken.

    Raises:
        ModelError: the model, or the seal itself, was changed; it says what.
    """
    try:
        stored = read_json(folder / FILE)
        if not isinstance(stored, dict) or stored.keys() != Seal.__dataclass_fields__.keys():
            raise ModelError("model.changed", folder=folder, changed=FILE)
        sealed = Seal(**stored)
        unbroken = _hash_of(sealed.contents) == sealed.model_id
        contents = contents_of(folder)
        names = sorted(contents.keys() | sealed.contents.keys())
        changed = [name for name in names if contents.get(name) != sealed.contents.get(name)]
    except ModelError:
        raise
    except DAMAGED_FILE as error:
        raise ModelError("model.damaged", folder=folder, reason=reason(error)) from error
    if changed or not unbroken:
        changed_names = ", ".join(changed[:MOST_TOLD]) + ", …" * (len(changed) > MOST_TOLD)
        raise ModelError("model.changed", folder=folder, changed=changed_names or FILE)
    return sealed


def contents_of(folder: Path) -> dict[str, str]:
    """sha256 of all that a model is made of, by name: entries as `model.json: labels`, files by their paths.

    Raises:
        OSError, ValueError, AttributeError: there is no model, or its description is not one.
    """
    entries: dict[str, Any] = {}
    for key, value in read_json(folder / DESCRIPTION).items():
        inner = {f"{key}.{name}": entry for name, entry in value.items()} if isinstance(value, dict) else {}
        entries |= inner or {key: value}  # one by one, so that what was changed can be named
    contents = {f"{DESCRIPTION}: {name}": _hash_of(value) for name, value in entries.items()}
    files = [folder / WEIGHTS, folder / GRAPH, folder / UNLIKE, *(folder.glob("sources/*/*"))]
    for file in sorted(
        file for file in files if file.name in (WEIGHTS, GRAPH, UNLIKE, *layout.FILES) and file.is_file()
    ):
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        contents[file.relative_to(folder).as_posix()] = digest
    return {name: digest for name, digest in contents.items() if name not in _PLACES}


def _hash_of(value: object) -> str:
    """Of a value as JSON, in which the order of keys says nothing."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
