"""A trained model as one ordinary adapter and its head, in the layout the `adapters` library loads."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import nn

from scalearn_core.adapters.adapterhub import write_adapter
from scalearn_core.export.adapter_readme import readme
from scalearn_core.export.folders import check_new_or_ours
from scalearn_core.heads.thresholds import limits_file
from scalearn_core.scaling.merge import merge
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.files import folder_written_whole

NAME = "scalearn"
PICKLED = {"adapter.safetensors": "pytorch_adapter.bin", "model_head.safetensors": "pytorch_model_head.bin"}
"""The library reads safetensors only where it is told to; its plain `load_adapter(folder)` wants these."""
FILES = {"adapter_config.json", "head_config.json", "thresholds.json", "README.md", *PICKLED, *PICKLED.values()}
HEAD_CLASSES = {
    "bert": "BertAdapterModel", "roberta": "RobertaAdapterModel", "xlm-roberta": "XLMRobertaAdapterModel",
    "distilbert": "DistilBertAdapterModel", "electra": "ElectraAdapterModel",
    "deberta": "DebertaAdapterModel", "deberta-v2": "DebertaV2AdapterModel",
}  # fmt: skip
"""The library's class per `model_type`; a head is loaded into its own class alone."""


def export_adapter(model: ScaLearnModel, folder: Path) -> None:
    """See `ScaLearnModel.export_adapter`; writes the folder whole or not at all."""
    adapter = merge(model, NAME)
    check_new_or_ours(folder, FILES)
    with folder_written_whole(folder) as draft:
        write_adapter(adapter, draft)
        _write_head(model, draft)
        for safe, pickled in PICKLED.items():
            torch.save(load_file(draft / safe), draft / pickled)
        if model.multi_label:
            (draft / "thresholds.json").write_text(limits_file(model.thresholds, model.labels), "utf-8")
        (draft / "README.md").write_text(readme(model, NAME, adapter.non_linearity), "utf-8")


def _write_head(model: ScaLearnModel, folder: Path) -> None:
    linears = [layer for layer in model.head if isinstance(layer, nn.Linear)]
    # The library's head is dropout, dense, tanh, dropout, out; or dropout, out: so the layers are 1 and 4, or 1.
    tensors = {
        f"heads.{NAME}.{1 + 3 * place}.{key}": tensor.detach().cpu().contiguous()
        for place, linear in enumerate(linears)
        for key, tensor in linear.state_dict().items()
    }
    (folder / "model_head.safetensors").write_bytes(save(tensors, metadata={"format": "pt"}))
    config = {
        "head_type": "multilabel_classification" if model.multi_label else "classification",
        "num_labels": len(model.labels), "layers": len(linears),
        "activation_function": "tanh", "use_pooler": False, "bias": True, "dropout_prob": None,
        "label2id": {label: index for index, label in enumerate(model.labels)},
    }  # fmt: skip
    stored = {
        "config": config, "hidden_size": model.encoder.width,
        "model_class": HEAD_CLASSES.get(model.encoder.model_type), "model_name": None,
        "model_type": model.encoder.model_type, "name": NAME, "version": "adapters.1.3.0",
    }  # fmt: skip
    text = json.dumps(stored, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    (folder / "head_config.json").write_text(text, "utf-8")
