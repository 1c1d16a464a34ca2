"""The checks that take minutes on a large table and are therefore a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from scalearn_core.checks.finding import Finding
from scalearn_core.checks.near_duplicates import near_duplicate_findings
from scalearn_core.checks.suspicious_labels import suspicious_labels
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.near_duplicates import group_near

Stage = Literal["near_duplicates", "suspicious_labels"]
BEGINS: dict[Stage, float] = {"near_duplicates": 0.0, "suspicious_labels": 0.4}
"""Share of the work that is done where a stage begins."""


def thorough(
    dataset: TextDataset,
    *,
    seed: int = 13,
    on_progress: Callable[[Stage, float], None] = lambda stage, share: None,
) -> list[Finding]:
    """Near duplicates among all documents, and doubtful labels among at most 20,000 of them; warnings first.

    Args:
        seed: of what is drawn.
        on_progress: told the stage and the share of all the work that is done, 0 to 1; raise in it to stop.
    """
    border = BEGINS["suspicious_labels"]
    groups = group_near(
        dataset.frame["text"], on_progress=lambda share: on_progress("near_duplicates", border * share)
    )
    findings = near_duplicate_findings(dataset, groups)
    findings += suspicious_labels(
        dataset,
        seed=seed,
        on_progress=lambda share: on_progress("suspicious_labels", border + (1 - border) * share),
    )
    on_progress("suspicious_labels", 1.0)
    return sorted(findings, key=lambda finding: finding.severity == "hint")
