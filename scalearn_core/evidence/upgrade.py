"""Results of earlier releases, upgraded to the current form."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from scalearn_core.data.split_plan import SplitPlan
from scalearn_core.errors import RunError
from scalearn_core.evaluation.comparison import Comparison
from scalearn_core.evaluation.verdict import judge
from scalearn_core.evidence.result import FORMAT

VERDICTS_SINCE = 2
"""The `format` of a training's `result.json` from which on it holds a verdict and a forecast per source."""


def read_result(folder: Path) -> dict[str, Any]:
    """`result.json` of a run, brought up to date if it is a training's.

    Raises:
        OSError, ValueError, TypeError, LookupError: it is not there, or damaged.
        RunError: `run.result_newer`.
    """
    loaded: dict[str, Any] = json.loads((folder / "result.json").read_text("utf-8"))
    if not isinstance(loaded, dict):
        raise TypeError("an object was expected")
    if "recipe" not in loaded:
        return loaded
    if loaded["format"] > FORMAT:
        raise RunError("run.result_newer", run=folder.name)
    if missing := [key for key in ("dataset", "encoder", "sources", "scores") if key not in loaded]:
        raise KeyError(missing[0])
    return upgraded(loaded)


def upgraded(result: dict[str, Any]) -> dict[str, Any]:
    """A training's result with the keys of this release; what was not measured then is empty or None."""
    if result["format"] >= VERDICTS_SINCE:
        return result
    start = result.get("forecast")
    control = result.get("comparison_own_adapter")
    return {
        **{key: value for key, value in result.items() if key != "comparison_own_adapter"},
        "forecast": [],
        "start": None if start is None else {"share": 0.5, "promised": bool(start["strengths"]), **start},
        "comparison_control": control,
        "confidence": None,
        "verdict": judge(
            _comparison(result["comparison"]),
            None if control is None else _comparison(control),
            promised=bool(start and start["strengths"]),
            documents=result["dataset"]["counts"]["test"],
        ).to_dict()
        | {"carried_by": []},
    }


def split_of(result: dict[str, Any]) -> SplitPlan:
    """How the documents of a training's result were divided; before this was kept, its own seed decided."""
    return SplitPlan.from_dict(result.get("split") or {"seed": result["seed"]})


def _comparison(stored: dict[str, Any]) -> Comparison:
    known = {field.name for field in fields(Comparison)}
    return Comparison(**{"disagreements": 0, **{key: value for key, value in stored.items() if key in known}})
