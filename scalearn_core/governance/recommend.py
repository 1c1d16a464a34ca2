"""What the evidence of a model recommends: approve it, collect labels first, or do not use it; with the reasons.

The rules, in order; the first decision that any reason asks for is the recommendation:

- do not use: not shown to be better than always the most frequent label, or shown to be worse than a plain
  classifier;
- collect labels: nothing was measured, fewer than 30 test documents, a 95% interval of macro-F1 wider than 0.2, or
  a category with F1 below one half;
- approve: none of these.

Reasons that decide nothing are told too: sources that did not help, licences for research use, categories with
few test documents.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from scalearn_core.adapters.catalog import cards
from scalearn_core.encoders.cards import CARDS, DEFAULT
from scalearn_core.evaluation.report import FEW_DOCUMENTS
from scalearn_core.evidence.places import Place
from scalearn_core.evidence.upgrade import FILE, read_training
from scalearn_core.records.training import TrainingRecord
from scalearn_core.storage.damage import DAMAGED_FILE

Decision = Literal["approve", "collect_labels", "do_not_use"]
ORDER: tuple[Decision, ...] = ("do_not_use", "collect_labels", "approve")
WIDEST = 0.2
"""Of the 95% interval of macro-F1."""
WEAK = 0.5
"""F1 of a category."""
FEW_OF_A_LABEL = 5
"""Test documents."""


@dataclass(frozen=True)
class Reason:
    """One finding in the evidence."""

    code: str
    """`reason.<code>` on screen."""
    decides: Decision | None
    """None: worth knowing, but decides nothing."""
    values: dict[str, Any] = field(default_factory=dict)
    """Fill its sentence."""


@dataclass(frozen=True)
class Recommendation:
    """What to do with a model, and why."""

    decision: Decision
    reasons: tuple[Reason, ...]
    """Those that decide first."""


def recommend(place: Place) -> Recommendation:
    """Weigh the evidence of a model. What cannot be read counts as not measured."""
    try:
        result = read_training(place.evidence) if (place.evidence / FILE).is_file() else None
    except DAMAGED_FILE:
        result = None
    return weigh(result, research_sources(place.model))


def weigh(result: TrainingRecord | None, research: tuple[str, ...] = ()) -> Recommendation:
    """As `recommend`, of evidence that was read.

    Args:
        research: sources whose licences are for research use.
    """
    reasons = [Reason("no_evidence", "collect_labels")] if result is None else list(_reasons(result))
    if research:
        reasons.append(Reason("research_use", None, {"sources": list(research)}))
    asked_for = {reason.decides for reason in reasons}
    decision: Decision = next((each for each in ORDER if each in asked_for), "approve")
    if decision == "approve" and result is not None:
        score = result.scores["scalearn"].macro_f1
        reasons.insert(0, Reason("good", "approve", _percent(score.value, score.low, score.high)))
    place = {each: number for number, each in enumerate((*ORDER, None))}
    return Recommendation(decision, tuple(sorted(reasons, key=lambda reason: place[reason.decides])))


def _reasons(result: TrainingRecord) -> Iterator[Reason]:
    report = result.scores["scalearn"]
    score, majority = report.macro_f1, result.scores.get("majority")
    if majority is not None and score.low <= majority.macro_f1.value:
        yield Reason("not_above_majority", "do_not_use", _percent(score.value, score.low, score.high))
    if result.comparison.verdict == "worse":
        points = result.comparison
        yield Reason("worse_than_plain", "do_not_use", _percent(points.difference, points.low, points.high))
    if report.n < FEW_DOCUMENTS:
        yield Reason("few_documents", "collect_labels", {"documents": report.n, "least": FEW_DOCUMENTS})
    elif score.high - score.low > WIDEST:
        yield Reason("wide_interval", "collect_labels", _percent(score.value, score.low, score.high))
    weak = [each.label for each in report.per_class if each.support and each.f1 < WEAK]
    if weak:
        yield Reason("weak_categories", "collect_labels", {"labels": weak, "below": round(100 * WEAK)})
    few = [each.label for each in report.per_class if each.support < FEW_OF_A_LABEL]
    if few:
        yield Reason("few_of_a_label", None, {"labels": few, "least": FEW_OF_A_LABEL})
    if result.verdict.code == "not_promised":
        yield Reason("sources_may_have_helped", None)
    elif result.verdict.helped is not True:
        yield Reason("sources_did_not_help", None)


def research_sources(model: Path) -> tuple[str, ...]:
    """Names of a model's sources whose cards say that their licence is for research use."""
    try:
        stored = json.loads((model / "model.json").read_text("utf-8"))
        used = [str(source["name"]) for source in stored["sources"]]
        key = next((key for key, card in CARDS.items() if card.name == stored["encoder"]["name"]), DEFAULT)
    except DAMAGED_FILE:
        return ()
    restricted = {card.name for card in cards(key) if card.research_use}
    return tuple(name for name in used if name in restricted)


def _percent(value: float, low: float, high: float) -> dict[str, float]:
    """A share and its interval, as the sentences say it."""
    return {"value": round(100 * value, 1), "low": round(100 * low, 1), "high": round(100 * high, 1)}
