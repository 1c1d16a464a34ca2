"""Records for tests that are about a part of one: what is not named is as small as it can be."""

from __future__ import annotations

import copy
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from scalearn_core.evidence.upgrade import training_of, upgraded
from scalearn_core.records.training import FORMAT, TrainingRecord
from scalearn_core.storage.codec import from_json

Record = TypeVar("Record")
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
    return training_of(_filled(TrainingRecord, upgraded(stored)))


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


def filled(kind: type[Record], content: Stored | None = None) -> Record:
    """A record of which `content` has a part; numbers that are missing are 0, texts empty, all else nothing."""
    return from_json(kind, _filled(kind, {} if content is None else content))


def _filled(kind: Any, content: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind) and isinstance(content, dict):
        hints = get_type_hints(kind)
        needed = {each.name for each in fields(kind) if each.default is MISSING}
        return {
            name: _filled(hint, content[name]) if name in content else _nothing(hint)
            for name, hint in hints.items()
            if name in content or name in needed
        }
    if type(None) in inner and content is not None:
        fitting = (each for each in inner if is_dataclass(each) and set(get_type_hints(each)) & set(content))
        return _filled(next(fitting, inner[0]), content)
    if origin is tuple and isinstance(content, (list, tuple)):
        kinds = [inner[0]] * len(content) if inner[-1] is Ellipsis else inner
        return [_filled(each, value) for each, value in zip(kinds, content, strict=True)]
    if origin is dict and isinstance(content, dict):
        return {name: _filled(inner[1], value) for name, value in content.items()}
    return content


def _nothing(kind: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _filled(kind, {})
    if type(None) in inner:
        return None
    if origin is tuple:
        return [] if inner[-1] is Ellipsis else [_nothing(each) for each in inner]
    return inner[0] if origin is Literal else {} if origin is dict else kind()
