"""Records for tests that are about a part of one: what is not named is as small as it can be."""

from __future__ import annotations

import copy
from typing import Any

from scalearn_core.evidence.upgrade import training_of
from scalearn_core.records.training import FORMAT, TrainingRecord

Stored = dict[str, Any]

SCORE = {"value": 0.5, "low": 0.4, "high": 0.6}
REPORT = {
    "n": 40, "accuracy": SCORE, "macro_f1": SCORE, "micro_f1": SCORE, "per_class": [], "confusion": [[0]],
    "notes": [],
}  # fmt: skip
COMPARISON = {
    "metric": "macro_f1", "difference": 0.0, "low": -0.1, "high": 0.1, "verdict": "no_difference",
    "disagreements": 9, "against": "frozen_head",
}  # fmt: skip
CHANGE = {"gain": 0.0, "interval": [-1.0, 1.0], "verdict": "no_difference", "disagreements": 0}
START = {
    "strengths": {}, "share": 0.5, "plain_loss": 1.0, "loss": 1.0, "by_chance": 0.0, "promised": False,
    "documents": 96,
}  # fmt: skip
PROMISE = {"strength": 1.0, "gain": None, "low": None, "high": None}
SOURCES_STUDY = {
    "documents": {"train": 40, "test": 40, "probing_train": 40, "probing_test": 40}, "all": SCORE, "plain": SCORE,
    "sources": [], "added": [], "overlap": {"similarity": [], "order": [], "documents": 40},
    "probing": {"strengths": [0.0, 1.0], "curves": []}, "pair": None,
}  # fmt: skip
TRAINING: Stored = {
    "format": FORMAT,
    "verdict": {"helped": None, "code": "few_documents", "gain": 0.0, "interval": [-1.0, 1.0]},
    "scores": {"scalearn": REPORT, "frozen_head": REPORT},
    "comparison": COMPARISON, "comparison_tfidf": None, "comparison_single_source": None,
    "comparison_control": None, "confidence": None, "forecast": [], "start": None,
    "created": "2026-11-01T00:00:00+00:00",
    "device": {"kind": "cpu", "name": "a processor", "threads": 2}, "seconds": {"total": 1.0},
    "dataset": {
        "name": "table", "fingerprint": "f", "labels": ["a", "b"], "separator": None,
        "counts": {"train": 80, "validation": 0, "test": 40}, "kept_out": 0, "class_counts": {"a": 60, "b": 60},
        "cut": 0, "unknown_share": 0.0,
    },
    "encoder": {"key": "english", "name": "encoder", "fingerprint": "e", "layers": 2, "width": 32},
    "languages": {}, "scores_by_language": [], "split": None, "recipe": "auto", "long_texts": "head",
    "variant": "scalearn_uniform", "seed": 13, "own_adapter": False, "sources": [{"name": "s1"}],
    "thresholds": None,
    "parameter_counts": {"scales": 2, "head": 66, "own_adapter": 0, "sources_frozen": 9, "encoder_frozen": 99},
    "history": [], "best_epoch": 1, "stopped_early": False, "fast_mode": {"reason": "not asked"},
    "scales": {
        "shared": False, "per_dimension": False, "start": 0.0, "raw": [[0.0]], "contribution": [[0.0]],
        "output_size": [[1.0]], "documents": 40, "dimensions": None,
    },
}  # fmt: skip


def training(found: Stored | None = None, /, **parts: object) -> TrainingRecord:
    """A training whose file has these parts, JSON as in `docs/formats.md`; objects within are completed too."""
    stored = _merged(TRAINING, (found or {}) | parts)
    for source in stored["sources"]:
        source.setdefault("sha256", "0")
    stored["forecast"] = [PROMISE | row for row in stored["forecast"]]
    if stored["start"] is not None:
        stored["start"] = START | stored["start"]
    if study := stored.get("studies", {}).get("sources"):
        study = stored["studies"]["sources"] = _merged(SOURCES_STUDY, study)
        study["sources"] = [
            {"own": False, "idle": False, "alone": CHANGE, "left_out": CHANGE, "at_forecast": None} | row
            for row in study["sources"]
        ]
    return training_of(stored)


def _merged(base: Stored, more: Stored) -> Stored:
    """`more` over `base`, object by object; what maps names of the user's is taken as it is."""
    merged = copy.deepcopy(base)
    for key, value in copy.deepcopy(more).items():
        inner = merged.get(key)
        named = key in ("class_counts", "seconds", "languages", "thresholds")
        merged[key] = (
            _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) and not named else value
        )
    return merged
