"""Evidence of a training that never took place, in a folder as a training leaves it, with hostile names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scalearn_core.evaluation.comparison import compare_predictions
from scalearn_core.evaluation.confidence import confidence_report
from scalearn_core.evaluation.stored_probabilities import save_test_probabilities
from scalearn_core.evidence.result import evaluate_predictions
from scalearn_core.storage.codec import to_json
from scalearn_core.tables.export import write_csv
from tests.records import TRAINING

LABELS = ("=1+1 請求", "https://example.org/a", "Access\r\nand\x07 <b>passwords</b>")
N = 90


def evidence(folder: Path, *, curve: bool = True, right: float = 0.85, **parts: Any) -> Path:
    """Write `result.json`, `test_predictions.csv` and the probabilities of `N` test documents."""
    generator = np.random.default_rng(5)
    targets = np.arange(N) % len(LABELS)
    predicted = np.where(generator.random(N) < right, targets, (targets + 1) % len(LABELS))
    plain = np.where(generator.random(N) < 0.6, targets, (targets + 2) % len(LABELS))
    sure = np.where(predicted == targets, 0.9, 0.55) + generator.uniform(-0.05, 0.05, N)
    probabilities = np.full((N, len(LABELS)), 0.0) + ((1 - sure) / 2)[:, None]
    probabilities[np.arange(N), predicted] = sure
    methods = {"scalearn": predicted, "own_adapter": plain, "frozen_head": plain, "majority": np.zeros(N, int)}
    reports = {
        name: to_json(evaluate_predictions(targets, given, LABELS, resamples=200))
        for name, given in methods.items()
    }
    comparison = to_json(compare_predictions(targets, predicted, plain, n_classes=3, resamples=200))
    stored = json.loads(json.dumps(TRAINING)) | {
        "scores": reports,
        "comparison": comparison | {"against": "frozen_head"},
        "comparison_control": comparison | {"against": "own_adapter"},
        "confidence": to_json(confidence_report(targets, probabilities, LABELS, seed=1, resamples=200)),
        "verdict": {
            "helped": True, "code": "helped", "gain": 100 * comparison["difference"],
            "interval": [100 * comparison["low"], 100 * comparison["high"]],
        },
        "own_adapter": True,
        "sources": [{"name": name, "sha256": name} for name in ("banking77", "snips", "own")],
        "seconds": {"total": 312.0},
        "model_id": "0123456789abcdef",
    }  # fmt: skip
    stored["dataset"] |= {
        "name": "=cmd|' /C calc'!A0 <script>", "labels": list(LABELS),
        "counts": {"train": 200, "validation": 0, "test": N},
        "class_counts": dict.fromkeys(LABELS, 96),
    }  # fmt: skip
    stored["scales"] |= {"contribution": [[0.1, -0.02, 0.3], [0.05, 0.0, 0.2]], "raw": [[1, 1, 1], [1, 1, 1]],
                         "output_size": [[1, 1, 1], [1, 1, 1]]}  # fmt: skip
    if curve:
        stored["studies"] = {"learning_curve": _curve()}
    stored |= parts
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").write_text(json.dumps(stored), "utf-8")
    save_test_probabilities(folder, probabilities, targets, methods)
    write_csv(
        pd.DataFrame(
            {
                "row": range(2, N + 2),
                "text": [f"=HYPERLINK(1) 文書\r\n{i}\x07 https://example.org <img src=x>" for i in range(N)],
                "label": [LABELS[i] for i in targets],
                "predicted": [LABELS[i] for i in predicted],
                "confidence": sure.round(4),
            }
        ),
        folder / "test_predictions.csv",
    )
    return folder


def _curve() -> dict[str, Any]:
    sizes = [50, 100, 200, 300, 400]
    method = {
        "points": [{"documents": n, "macro_f1": score} for n, score in ((200, 0.84), (100, 0.8), (50, 0.72))],
        "code": "rising",
        "curve": {"documents": sizes, "macro_f1": [0.72, 0.8, 0.84, 0.86, 0.87],
                  "low": [0.7, 0.78, 0.82, 0.83, 0.83],
                  "high": [0.74, 0.82, 0.86, 0.89, 0.91]},
        "fit": {"a": 0.9, "b": 1.0, "c": 0.5},
        "more": {"more": 100, "gain": 1.8, "interval": [0.6, 3.1]},
        "double": {"more": 200, "gain": 3.0, "interval": [1.1, 5.0]},
    }  # fmt: skip
    return {"documents": 200, "test_documents": N, "reach": 600, "notes": [],
            "methods": {"scalearn": method, "frozen_head": method}}  # fmt: skip
