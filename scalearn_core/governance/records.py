"""What the registry knows of a model and its versions: read from the audit trail, kept nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

State = Literal["draft", "submitted", "approved", "rejected", "in_use", "retired", "deleted"]
IN_USE = "in_use"
"""The alias of the version that answers; others may be given beside it."""


@dataclass(frozen=True)
class Step:
    """Something that was done to a version."""

    n: int
    """Of its entry in the audit trail."""
    time: str
    """ISO 8601, UTC."""
    who: str
    action: str
    """"register", "import", "submit", "approve", "reject", "use", "roll_back", "retire" or "delete"."""
    reason: str | None = None
    """In the person's words."""
    until: str | None = None
    """Of an approval: the day on which it ends (ISO 8601)."""
    recommended: str | None = None
    """Of a decision: what the evidence recommended (`recommend.py`)."""
    against: bool = False
    """The decision is another than what was recommended."""
    alias: str | None = None
    """Of "use" and "roll_back"."""


@dataclass(frozen=True)
class Version:
    """One version of a model of the registry."""

    model: str
    version: int
    """Counted from 1."""
    model_id: str
    """Hash of what it is (`scaling/seal.py`): the same for equal models."""
    state: State
    steps: tuple[Step, ...]
    """Oldest first."""
    files: dict[str, str]
    """sha256 of each of its files, by path in its folder, as registered, or as a deletion left them."""
    origin: dict[str, str]
    """Where it came from: `run` or `folder` or `zip`, and `dataset` (fingerprint)."""
    until: str | None = None
    """The day on which its approval ends; None where it has none."""
    approved_by: str | None = None
    submitted_by: str | None = None
    aliases: tuple[str, ...] = ()
    """Under which it answers now."""

    @property
    def ref(self) -> str:
        """How it is named in the shell, such as `tickets@2`."""
        return f"{self.model}@{self.version}"

    @property
    def registered(self) -> str:
        """When; ISO 8601, UTC."""
        return self.steps[0].time

    def expired(self, today: date) -> bool:
        """Whether its approval has ended and must be given anew."""
        return self.until is not None and today.isoformat() > self.until


@dataclass(frozen=True)
class Period:
    """A time in which one version answered under an alias."""

    alias: str
    version: int
    since: str
    """ISO 8601, UTC."""
    until: str | None
    """None: it still does."""
    who: str
    action: str
    """"use" or "roll_back"."""
    reason: str | None


@dataclass(frozen=True)
class RegisteredModel:
    """A model by name, with all its versions."""

    name: str
    versions: tuple[Version, ...]
    """Oldest first, those deleted too."""
    aliases: dict[str, int]
    """The version that answers under each now."""
    periods: tuple[Period, ...]
    """Oldest first, of all aliases."""
    stacks: dict[str, tuple[int, ...]]
    """By alias, the versions that could be rolled back to, the one that answers last."""
    last: int
    """Number of the last entry about it in the audit trail."""

    @property
    def in_use(self) -> int | None:
        """The version that answers; None where none does."""
        return self.aliases.get(IN_USE)

    @property
    def latest(self) -> Version:
        """The newest version that is not deleted; the newest of all where every one is."""
        return next((v for v in reversed(self.versions) if v.state != "deleted"), self.versions[-1])

    def used_on(self, day: str, alias: str = IN_USE) -> tuple[Period, ...]:
        """All periods that touch a day (ISO 8601, UTC), oldest first."""
        return tuple(
            period
            for period in self.periods
            if period.alias == alias
            and period.since[:10] <= day
            and (period.until is None or period.until[:10] >= day)
        )
