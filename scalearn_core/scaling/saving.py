"""A trained model on disk: `model.json`, `scales.safetensors` (scales and head), its sources and its seal.

Sources are copied in, so that a model outlives changes of the library; the encoder is named by its fingerprint.
Equal models give equal folders: no time, name or run is written into one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import nn

from scalearn_core.adapters.adapterhub import read_adapter, write_adapter
from scalearn_core.adapters.bottleneck import overflows
from scalearn_core.config import LONG_TEXTS
from scalearn_core.encoders.encoder import POOLINGS, Encoder
from scalearn_core.errors import EncoderError, ModelError, ScaLearnError
from scalearn_core.heads.modules import empty_head, kind_of, numbers_in
from scalearn_core.heads.thresholds import as_stored, from_stored
from scalearn_core.heads.unlike import read_unlike
from scalearn_core.scaling.description import FORMAT, SEALED_SINCE, read_description
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.scales import Ablation, find_variant
from scalearn_core.scaling.seal import DESCRIPTION, FILE, GRAPH, UNLIKE, WEIGHTS, Seal, is_sealed, read_seal, seal
from scalearn_core.storage.bounded import Declared, read_tensors
from scalearn_core.storage.damage import DAMAGED_FILE, reason
from scalearn_core.storage.files import folder_written_whole

MEASURED_TIMES = {"speedup"}
"""Of `fast_mode`: they differ from one training to the next, and stand in `result.json` alone."""
_CONTENT = {DESCRIPTION, WEIGHTS, GRAPH, UNLIKE, "sources", FILE}


def save_model(model: ScaLearnModel, folder: Path) -> Seal:
    """Write the model folder whole or not at all; an older model there stays until then.

    Raises:
        ModelError: the folder exists and holds something besides a model, which would be lost; or the model could
            not be loaded again.
    """
    if folder.exists() and not (folder.is_dir() and {entry.name for entry in folder.iterdir()} <= _CONTENT):
        raise ModelError("model.folder_in_use", folder=folder)
    with folder_written_whole(folder) as draft:
        _write(model, draft)
        sealed = seal(draft)
        try:
            _build(draft, read_description(draft), model.encoder)
        except (*DAMAGED_FILE, ScaLearnError) as error:
            raise ModelError("model.not_loadable", reason=_reason(error)) from error
        return sealed


def _write(model: ScaLearnModel, folder: Path) -> None:
    tensors = {"omega": model.scales.omega, **{f"head.{k}": v for k, v in model.head.state_dict().items()}}
    content = save({key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()})
    (folder / WEIGHTS).write_bytes(content)
    sources = []
    for index, source in enumerate(model.sources):
        write_adapter(source, folder / "sources" / f"{index:02}")
        sources.append({"name": source.name, "folder": f"sources/{index:02}", "sha256": source.sha256()})
    description = {
        "format": FORMAT,
        "variant": model.variant,
        "ablation": dataclasses.asdict(model.ablation),
        "labels": list(model.labels),
        "separator": model.separator,
        "thresholds": as_stored(model.thresholds, model.labels),
        "head": kind_of(model.head),
        "own_adapter": model.own_adapter,
        "encoder": {
            "name": model.encoder.name,
            "source": model.encoder.source,
            "fingerprint": model.encoder.fingerprint,
            "pooling": model.encoder.pooling,
            "max_length": model.encoder.max_length,
            "prefix": model.encoder.prefix,
            "long_texts": model.encoder.long_texts,
        },
        "sources": sources,
        "parameter_counts": model.parameter_counts(),
        "scales_sha256": _sha256(folder / WEIGHTS),
        "training": model.training_record,
        "fast_mode": _timeless(model.fast_mode),
    }
    if model.graph is not None:
        (folder / GRAPH).write_bytes(model.graph)
    if model.unlike is not None:
        (folder / UNLIKE).write_bytes(model.unlike.to_bytes())
    text = json.dumps(description, indent=1, ensure_ascii=False) + "\n"
    (folder / DESCRIPTION).write_text(text, "utf-8")


def load_model(folder: Path, encoder: Encoder | None) -> ScaLearnModel:
    """See `ScaLearnModel.load`. A model older than seals is sealed once it is known to be whole."""
    description = read_description(folder)
    sealed = read_seal(folder) if is_sealed(folder) else None
    if sealed is None and description["format"] >= SEALED_SINCE:
        raise ModelError("model.changed", folder=folder, changed=f"{FILE} (missing)")
    try:
        model = _build(folder, description, encoder)
    except (EncoderError, ModelError):
        raise
    except (*DAMAGED_FILE, ScaLearnError) as error:
        raise ModelError("model.damaged", folder=folder, reason=reason(error)) from error
    if (folder / GRAPH).is_file():
        model.keep_graph((folder / GRAPH).read_bytes())
    model.seal = sealed or seal(folder, at_first_opening=True)
    return model


def _build(folder: Path, description: dict[str, Any], encoder: Encoder | None) -> ScaLearnModel:
    wanted = description["encoder"]
    if encoder is None:  # a model folder must not decide that the network is used
        encoder = Encoder.load(wanted["source"], network=False)
    if encoder.fingerprint != wanted["fingerprint"]:
        raise ModelError(
            "model.wrong_encoder", folder=folder, expected=f"{wanted['name']} {wanted['fingerprint'][:12]}",
            found=f"{encoder.name} {encoder.fingerprint[:12]}",
        )  # fmt: skip
    if not (
        wanted["pooling"] in POOLINGS
        and type(wanted["max_length"]) is int
        and 2 < wanted["max_length"] <= encoder.positions
    ):
        raise ModelError("model.damaged", folder=folder, reason="its pooling or length is not the encoder's")
    if (long_texts := wanted.get("long_texts", "head")) not in LONG_TEXTS:  # older folders have none
        raise ModelError("model.damaged", folder=folder, reason="its way of reading long documents is unknown")
    labels = description["labels"]
    if not (isinstance(labels, list) and all(isinstance(label, str) and label for label in labels)):
        raise ModelError("model.damaged", folder=folder, reason="its labels are not a list of names")
    encoder = encoder.reading(long_texts)  # the same weights; another model may pool, cut and begin otherwise
    encoder.pooling, encoder.max_length = wanted["pooling"], wanted["max_length"]
    encoder.prefix = str(wanted.get("prefix", ""))  # folders of the first releases have none
    if _sha256(folder / WEIGHTS) != description["scales_sha256"]:
        raise ModelError("model.damaged", folder=folder, reason=f"{WEIGHTS} was changed")
    sources = []
    for index, entry in enumerate(description["sources"]):
        source = read_adapter(folder / "sources" / f"{index:02}", encoder)
        if source.sha256() != entry["sha256"]:
            raise ModelError("model.damaged", folder=folder, reason=f"source {entry['name']} was changed")
        sources.append(source)
    tensors = _read_tensors(folder, description, len(sources), encoder)
    ablation = Ablation(**description.get("ablation", {}))  # models of the first releases have none
    separator = description.get("separator")  # likewise
    if not (separator is None or (isinstance(separator, str) and separator)):
        raise ModelError("model.damaged", folder=folder, reason="its separator is no text")
    if separator is not None and any(separator in label for label in labels):
        raise ModelError("model.damaged", folder=folder, reason="its separator stands within a label")
    model = ScaLearnModel(
        encoder, sources, labels=labels, separator=separator, variant=description["variant"], ablation=ablation
    )
    if separator is not None:
        model.thresholds = from_stored(description.get("thresholds"), model.labels)  # older folders: one half
    model.own_adapter = description["own_adapter"] is True
    model.training_record = dict(description["training"])
    model.fast_mode = _timeless(description.get("fast_mode") or {})  # older folders have none, or times in it
    model.head = empty_head(description["head"], encoder.width, len(model.labels))
    model.scales.load_state_dict({"omega": tensors.pop("omega")})
    model.head.load_state_dict({key.removeprefix("head."): tensor for key, tensor in tensors.items()})
    model.to(encoder.device).train_mode(False)
    model.keep_unlike(read_unlike(folder / UNLIKE, encoder.width))
    _check_finite(model, folder)
    return model


def _read_tensors(
    folder: Path, description: dict[str, Any], sources: int, encoder: Encoder
) -> dict[str, torch.Tensor]:
    """Scales and head; at most what the description declares, known before a head for its labels is made."""
    shape = find_variant(description["variant"]).shape(len(encoder.layers), sources, encoder.width)
    head = numbers_in(description["head"], encoder.width, len(description["labels"]))
    declared = Declared(1 + len(head), math.prod(shape) + sum(head))
    tensors = read_tensors(folder / WEIGHTS, declared)
    if sum(tensor.numel() for tensor in tensors.values()) != declared.numbers:
        wrong = f"{WEIGHTS} does not hold what {DESCRIPTION} declares"
        raise ModelError("model.damaged", folder=folder, reason=wrong)
    return tensors


def _check_finite(model: ScaLearnModel, folder: Path) -> None:
    """Refuse scales and a head that cannot give a number, though each of theirs may be one."""
    for index, (up, up_bias) in enumerate(model.folded().layers):
        if overflows(*model.stack.down_projections(index), up, up_bias):
            raise ModelError(
                "model.damaged", folder=folder, reason=f"what its sources give in layer {index} is not all finite"
            )
    for layer in model.head:
        if isinstance(layer, nn.Linear):
            weight, bias = layer.weight, layer.bias
            if overflows(weight, bias, torch.zeros_like(weight), torch.zeros_like(weight[0])):
                raise ModelError("model.damaged", folder=folder, reason="what its head gives is not all finite")


def _timeless(fast_mode: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fast_mode.items() if key not in MEASURED_TIMES}


def _reason(error: Exception) -> str:
    """What was wrong, without the folder of a draft that nobody knows."""
    return (
        str(error.values["reason"])
        if isinstance(error, ModelError) and "reason" in error.values
        else reason(error)
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
