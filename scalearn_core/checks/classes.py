"""Classes: too few documents, too unequal, or one class under several spellings."""

from __future__ import annotations

from collections import defaultdict

from scalearn_core.checks.finding import Finding, Remedy, Severity
from scalearn_core.checks.scan import Look, spelling
from scalearn_core.data.recipe import Step

LEVELS: tuple[tuple[int, str, Severity], ...] = (
    (10, "few_10", "serious"),
    (20, "few_20", "warning"),
    (50, "few_50", "hint"),
)
"""Documents of a class below which it is pointed at, the strictest first."""
UNEQUAL, VERY_UNEQUAL = 5, 20
"""The largest class to the smallest: from the first on a hint, above the second a warning."""


def few_documents(look: Look, *, other: str, several: bool) -> list[Finding]:
    """`few_10`, `few_20`, `few_50`: each class in the strictest that holds for it.

    Args:
        other: what rare classes together are called; a class that differs in spelling only is used instead.
        several: whether documents have several labels.
    """
    counts = look.counts
    into = next((label for label in counts if spelling(label) == spelling(other)), other)
    findings = []
    floor = 0
    for limit, code, severity in LEVELS:
        few = sorted((label for label, n in counts.items() if floor <= n < limit), key=lambda label: counts[label])
        floor = limit
        if not few:
            continue
        concerned = look.having(few)
        named = {label for label in few if label != into}
        remedies = []
        if severity != "hint":
            merge, leave_out = _merge(look, code, named, into, several), _leave_out(look, code, few, several)
            enough = look.having({*named, into}).sum() >= limit
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
                    "documents": len(look),
                },
                tuple(look.rows[concerned].tolist()),
                tuple(look.cells[cell] for cell in look.cell[concerned].tolist()),
                tuple(remedies),
            )
        )
    return findings


def _merge(look: Look, code: str, few: set[str], into: str, several: bool) -> list[Remedy]:
    """All of them into one class, where that is a class of its own and at least two are left."""
    left = look.counts.keys() - few | {into}
    if len(few | ({into} & look.counts.keys())) < 2 or len(left) < 2:
        return []
    labels = tuple(sorted(few))
    values = {
        "labels": labels,
        "into": into,
        "concerned": int(look.having(few).sum()),
        "total": int(look.having({*few, into}).sum()),
    }
    step = Step("merge_labels", code, labels=labels, into=into)
    return [Remedy("merge_few_several" if several else "merge_few", (step,), values)]


def _leave_out(look: Look, code: str, few: list[str], several: bool) -> list[Remedy]:
    """Without them, where at least two classes are left."""
    if len(look.counts) - len(few) < 2:
        return []
    labels = tuple(sorted(few))
    gone = int(look.having_only(few).sum())
    values = {"labels": labels, "gone": gone, "left": len(look) - gone}
    if several:
        values["concerned"] = int(look.having(few).sum())
    step = Step("leave_out_labels", code, labels=labels)
    return [Remedy("leave_out_few_several" if several else "leave_out_few", (step,), values)]


def imbalance(look: Look) -> list[Finding]:
    """`imbalance`: how many times more documents the largest class has than the smallest."""
    most, least = max(look.counts, key=look.counts.__getitem__), min(look.counts, key=look.counts.__getitem__)
    ratio = look.counts[most] / look.counts[least]
    if ratio < UNEQUAL:
        return []
    values = {
        "ratio": round(ratio),
        "largest": most,
        "largest_count": look.counts[most],
        "smallest": least,
        "smallest_count": look.counts[least],
    }
    return [Finding("imbalance", "warning" if ratio > VERY_UNEQUAL else "hint", values)]


def spelling_variants(look: Look) -> list[Finding]:
    """`spelling_variants`: labels that differ in spelling only; the most frequent spelling is proposed."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for label in look.counts:
        spellings[spelling(label)].append(label)
    groups = [
        sorted(group, key=lambda label: -look.counts[label]) for group in spellings.values() if len(group) > 1
    ]
    if not groups:
        return []
    proposed = {label: best for best, *others in groups for label in others}
    concerned = look.having(proposed)
    notes = {
        cell: ", ".join(proposed[label] for label in labels if label in proposed)
        for cell, labels in enumerate(look.sets)
    }
    steps = tuple(
        Step("merge_labels", "spelling_variants", labels=tuple(sorted(others)), into=best)
        for best, *others in groups
    )
    values = {
        "labels": tuple(proposed),
        "into": tuple(proposed.values()),
        "concerned": int(concerned.sum()),
        "documents": len(look),
    }
    left = len(look.counts) - len(proposed)
    remedy = Remedy("merge_spellings", steps, {**values, "classes": left})
    return [
        Finding(
            "spelling_variants",
            "warning",
            values,
            tuple(look.rows[concerned].tolist()),
            tuple(notes[cell] for cell in look.cell[concerned].tolist()),
            (remedy,) if left > 1 else (),
        )
    ]
