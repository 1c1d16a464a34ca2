"""Classes: too few documents, too unequal, or one class under several spellings."""

from __future__ import annotations

from collections import defaultdict

from scalearn_core.checks.finding import Finding, Remedy, Severity
from scalearn_core.checks.scan import Scan, spelling
from scalearn_core.data.recipe import Step

LEVELS: tuple[tuple[int, str, Severity], ...] = (
    (10, "few_10", "serious"),
    (20, "few_20", "warning"),
    (50, "few_50", "hint"),
)
"""Documents of a class below which it is pointed at, the strictest first."""
UNEQUAL, VERY_UNEQUAL = 5, 20
"""The largest class to the smallest: from the first on a hint, above the second a warning."""


def few_documents(scan: Scan, *, other: str, multi_label: bool) -> list[Finding]:
    """`few_10`, `few_20`, `few_50`: each class in the strictest that holds for it.

    Args:
        other: what rare classes together are called; a class that differs in spelling only is used instead.
        multi_label: whether documents have several labels.
    """
    counts = scan.counts
    into = next((label for label in counts if spelling(label) == spelling(other)), other)
    findings = []
    floor = 0
    for limit, code, severity in LEVELS:
        few = sorted((label for label, n in counts.items() if floor <= n < limit), key=lambda label: counts[label])
        floor = limit
        if not few:
            continue
        concerned = scan.having(few)
        named = {label for label in few if label != into}
        remedies = []
        if severity != "hint":
            merge, leave_out = (
                _merge(scan, code, named, into, multi_label),
                _leave_out(scan, code, few, multi_label),
            )
            enough = scan.having({*named, into}).sum() >= limit
            remedies = [*merge, *leave_out] if enough else [*leave_out, *merge]
        findings.append(
            Finding(
                code,
                severity,
                {
                    "labels": tuple(few),
                    "counts": tuple(counts[label] for label in few),
                    "limit": limit,
                    "concerned": int(concerned.sum()),
                    "documents": len(scan),
                },
                tuple(scan.rows[concerned].tolist()),
                tuple(scan.cells[cell] for cell in scan.cell[concerned].tolist()),
                tuple(remedies),
            )
        )
    return findings


def _merge(scan: Scan, code: str, few: set[str], into: str, multi_label: bool) -> list[Remedy]:
    """All of them into one class, where that is a class of its own and at least two are left."""
    left = scan.counts.keys() - few | {into}
    if len(few | ({into} & scan.counts.keys())) < 2 or len(left) < 2:
        return []
    labels = tuple(sorted(few))
    values = {
        "labels": labels,
        "into": into,
        "concerned": int(scan.having(few).sum()),
        "total": int(scan.having({*few, into}).sum()),
    }
    step = Step("merge_labels", code, labels=labels, into=into)
    return [Remedy("merge_few_several" if multi_label else "merge_few", (step,), values)]


def _leave_out(scan: Scan, code: str, few: list[str], multi_label: bool) -> list[Remedy]:
    """Without them, where at least two classes are left."""
    if len(scan.counts) - len(few) < 2:
        return []
    labels = tuple(sorted(few))
    gone = int(scan.having_only(few).sum())
    values = {"labels": labels, "gone": gone, "left": len(scan) - gone}
    if multi_label:
        values["concerned"] = int(scan.having(few).sum())
    step = Step("leave_out_labels", code, labels=labels)
    return [Remedy("leave_out_few_several" if multi_label else "leave_out_few", (step,), values)]


def imbalance(scan: Scan) -> list[Finding]:
    """`imbalance`: how many times more documents the largest class has than the smallest."""
    most, least = max(scan.counts, key=scan.counts.__getitem__), min(scan.counts, key=scan.counts.__getitem__)
    ratio = scan.counts[most] / scan.counts[least]
    if ratio < UNEQUAL:
        return []
    values = {
        "ratio": round(ratio),
        "largest": most,
        "largest_count": scan.counts[most],
        "smallest": least,
        "smallest_count": scan.counts[least],
    }
    return [Finding("imbalance", "warning" if ratio > VERY_UNEQUAL else "hint", values)]


def spelling_variants(scan: Scan) -> list[Finding]:
    """`spelling_variants`: labels that differ in spelling only; the most frequent spelling is proposed."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for label in scan.counts:
        spellings[spelling(label)].append(label)
    groups = [
        sorted(group, key=lambda label: -scan.counts[label]) for group in spellings.values() if len(group) > 1
    ]
    if not groups:
        return []
    proposed = {label: best for best, *others in groups for label in others}
    concerned = scan.having(proposed)
    notes = {
        cell: ", ".join(proposed[label] for label in labels if label in proposed)
        for cell, labels in enumerate(scan.sets)
    }
    steps = tuple(
        Step("merge_labels", "spelling_variants", labels=tuple(sorted(others)), into=best)
        for best, *others in groups
    )
    values = {
        "labels": tuple(proposed),
        "into": tuple(proposed.values()),
        "concerned": int(concerned.sum()),
        "documents": len(scan),
    }
    left = len(scan.counts) - len(proposed)
    remedy = Remedy("merge_spellings", steps, {**values, "classes": left})
    return [
        Finding(
            "spelling_variants",
            "warning",
            values,
            tuple(scan.rows[concerned].tolist()),
            tuple(notes[cell] for cell in scan.cell[concerned].tolist()),
            (remedy,) if left > 1 else (),
        )
    ]
