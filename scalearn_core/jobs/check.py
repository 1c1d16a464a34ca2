"""A check as a run: the slow checks of a stored dataset, in a process of their own."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.checks.finding import Finding
from scalearn_core.checks.thorough import Stage, thorough
from scalearn_core.runs.folders import write_json
from scalearn_core.workspace.datasets import load_dataset

FINDINGS = "findings.json"
_LOADED = 0.05
"""Share of the progress bar that loading the dataset takes."""


def run(config: dict[str, Any], folder: Path, report: runs.Reporter) -> None:
    """Check the `dataset` (id) of `config`, drawing by its `seed`; write `findings.json`."""
    started = time.monotonic()
    report.stage("loading", 0.0)
    dataset = load_dataset(config["dataset"])
    stages: list[Stage] = []

    def on_progress(stage: Stage, share: float) -> None:
        progress = _LOADED + (1 - _LOADED) * share
        if stages[-1:] == [stage]:
            report.progress(progress)
        else:
            stages.append(stage)
            report.stage(stage, progress)

    findings = thorough(dataset, seed=config["seed"], on_progress=on_progress)
    write_json(
        folder / FINDINGS,
        {
            "documents": len(dataset.frame),
            "fingerprint": dataset.fingerprint,
            "findings": [finding.to_dict() for finding in findings],
            "seconds": round(time.monotonic() - started, 2),
        },
    )


def read_findings(run_id: str) -> list[Finding]:
    """What a check run that succeeded has found. Raises RunError `run.unknown`, OSError where there is no file."""
    stored = json.loads((runs.folder(run_id) / FINDINGS).read_text("utf-8"))
    return [Finding.from_dict(finding) for finding in stored["findings"]]
