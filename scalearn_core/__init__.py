"""ScaLearn: reuse what earlier tasks taught, by learning to scale their adapters (Frohmann et al., ACL 2024).

    from scalearn_core import Encoder, ScaLearnModel, TextDataset, TrainingConfig, catalog, evaluate, train_scales

Names are imported on first use, so that `import scalearn_core` stays quick and leaves torch unloaded.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scalearn_core.adapters import catalog as catalog
    from scalearn_core.config import TrainingConfig as TrainingConfig
    from scalearn_core.data.dataset import TextDataset as TextDataset
    from scalearn_core.encoders.encoder import Encoder as Encoder
    from scalearn_core.evidence.evaluate import evaluate as evaluate
    from scalearn_core.scaling.model import ScaLearnModel as ScaLearnModel
    from scalearn_core.training.stage_two import train_scales as train_scales

_HOMES = {
    "Encoder": "scalearn_core.encoders.encoder",
    "ScaLearnModel": "scalearn_core.scaling.model",
    "TextDataset": "scalearn_core.data.dataset",
    "TrainingConfig": "scalearn_core.config",
    "evaluate": "scalearn_core.evidence.evaluate",
    "train_scales": "scalearn_core.training.stage_two",
}
__all__ = [*_HOMES, "catalog"]


def __getattr__(name: str) -> object:
    if name == "catalog":
        return importlib.import_module("scalearn_core.adapters.catalog")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'scalearn_core' has no attribute {name!r}")
