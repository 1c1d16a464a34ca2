"""Where a model stands on the way try, prove, approve, use, watch, and what is missing for the next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scalearn_core.governance import registry
from scalearn_core.governance.recommend import weigh
from scalearn_core.governance.records import IN_USE, Version
from scalearn_core.records.training import TrainingRecord
from scalearn_core.records.watch import WatchReport
from scalearn_core.report.decision import research_sources

Name = Literal["try", "prove", "approve", "use", "watch"]
NAMES: tuple[Name, ...] = ("try", "prove", "approve", "use", "watch")


@dataclass(frozen=True)
class Stage:
    """One step of the way."""

    name: Name
    done: bool
    missing: tuple[str, ...]
    """Codes of what is missing: "too_few_documents", "not_recommended", "rejected", "register", "submit",
    "approve", "expired", "use", "log", "answers", "look"."""


def stages_of(record: TrainingRecord, version: Version | None, watched: WatchReport | None) -> tuple[Stage, ...]:
    """All five, in their order; a step counts as done only after those before it.

    Args:
        record: of the model's training.
        version: under which the registry knows this very model; None: it does not.
        watched: what its answers tell; None where it has no identity.
    """
    missing: dict[Name, tuple[str, ...]] = {
        "try": (),
        "prove": _proof(record),
        "approve": _approval(version),
        "use": () if version is not None and IN_USE in version.aliases else ("use",),
        "watch": _watch(watched),
    }
    stages: list[Stage] = []
    for name in NAMES:
        before = all(stage.done for stage in stages)
        approved_anyway = name == "prove" and not missing["approve"]  # somebody decided otherwise, with a reason
        stages.append(Stage(name, before and (not missing[name] or approved_anyway), missing[name]))
    return tuple(stages)


def version_of(model_id: str | None) -> Version | None:
    """The version of the registry that is this very model; the newest of several that are not deleted."""
    versions = [version for model in registry.models() for version in model.versions]
    same = [each for each in versions if each.model_id == model_id and each.state != "deleted"]
    return same[-1] if same else None


def _proof(record: TrainingRecord) -> tuple[str, ...]:
    recommended = weigh(record, research_sources(record))
    if recommended.decision == "approve":
        return ()
    few = any(reason.code == "few_documents" for reason in recommended.reasons)
    return ("too_few_documents",) if few else ("not_recommended",)


def _approval(version: Version | None) -> tuple[str, ...]:
    if version is None:
        return ("register",)
    if version.state in registry.APPROVED:
        return ("expired",) if version.expired(registry.today()) else ()
    return {"draft": ("submit",), "submitted": ("approve",), "rejected": ("rejected",)}.get(
        version.state, ("register",)
    )


def _watch(watched: WatchReport | None) -> tuple[str, ...]:
    if watched is None or (watched.log == "off" and watched.status == "nothing"):
        return ("log",)
    if watched.status in ("nothing", "too_few"):
        return ("answers",)
    return ("look",) if watched.status == "look" else ()
