"""The answers of a bulk prediction that is not done, in a file, so that it can go on after a stop."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from scalearn_core.prediction.answers import Answers, Documents, Plan
from scalearn_core.prediction.cascade import Exit
from scalearn_core.storage.files import write_atomically

FORMAT = 1
"""Counts on whenever the same documents would get other bytes."""
_PARTS = ("centre", "weights", "bias")


def work_of(documents: Documents, model_id: str) -> str:
    """sha256 of what is to be done: which documents, by which model, in which way."""
    digest = hashlib.sha256(f"{FORMAT} {model_id} ".encode())
    digest.update(documents.starts.tobytes())
    digest.update(documents.ids.tobytes())
    return digest.hexdigest()


def keep(answers: Answers, path: Path, work: str) -> None:
    """Write what is known, whole or not at all. Raises OSError."""
    plan = answers.plan
    assert plan is not None  # nothing is told before
    tensors: dict[str, NDArray[Any]] = {"probabilities": answers.probabilities, "step": answers.step}
    for number, exit in enumerate(plan.exits):
        tensors |= {f"exits.{number}.{part}": getattr(exit, part) for part in _PARTS}
    told = {
        "work": work, "spread": plan.spread, "level": str(plan.level), "checked": plan.checked, "same": plan.same,
        "spreads": [exit.spread for exit in plan.exits],
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, save(tensors, {"bulk": json.dumps(told)}))


def kept(path: Path, work: str) -> Answers | None:
    """What is known of this work; None where there is nothing, or of other work, or damaged: it is done again."""
    try:
        with safe_open(path, "numpy") as file:
            told = json.loads((file.metadata() or {})["bulk"])
            if told["work"] != work:
                return None
            exits = tuple(
                Exit(**{part: file.get_tensor(f"exits.{number}.{part}") for part in _PARTS}, spread=float(spread))
                for number, spread in enumerate(told["spreads"])
            )
            plan = Plan(
                exits, float(told["spread"]), float(told["level"]), int(told["checked"]), int(told["same"])
            )
            probabilities, step = (np.array(file.get_tensor(name)) for name in ("probabilities", "step"))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None
    if probabilities.dtype != np.float32 or probabilities.ndim != 2 or step.shape != probabilities.shape[:1]:
        return None
    return Answers(probabilities, step.astype(np.int8), plan)
