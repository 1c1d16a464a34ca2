"""What the evidence recommends (`governance/recommend.py`), and what a person should check."""

from __future__ import annotations

from dataclasses import dataclass

from scalearn_core.adapters import catalog
from scalearn_core.encoders.cards import DEFAULT
from scalearn_core.evaluation.referral import HandOver, chosen_of
from scalearn_core.governance.recommend import Recommendation, weigh
from scalearn_core.records.training import TrainingRecord


@dataclass(frozen=True)
class Decision:
    """What to do, why, and who checks what."""

    recommended: Recommendation
    referral: HandOver | None
    """What to have a person check so that the rest reaches its target; None where nothing does."""

    @property
    def code(self) -> str:
        """As the slides say it: approval may ask for checks."""
        checks = self.referral is not None and bool(self.referral.handed_over)
        return (
            "approve_checked" if self.recommended.decision == "approve" and checks else self.recommended.decision
        )


def decide(record: TrainingRecord) -> Decision:
    """Weigh the evidence of one training."""
    return Decision(weigh(record, research_sources(record)), referral_of(record))


def referral_of(record: TrainingRecord) -> HandOver | None:
    """The referral that is recommended (`evaluation/referral.py`)."""
    return chosen_of(record.confidence.hand_over if record.confidence else ())


def research_sources(record: TrainingRecord) -> tuple[str, ...]:
    """Sources of the model whose licence is for research only."""
    cards = catalog.cards(record.encoder.key or DEFAULT)
    return tuple(card.name for card in cards if card.research_use and card.name in record.source_names)
