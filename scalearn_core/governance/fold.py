"""The registry from the audit trail: entries about models, followed one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from scalearn_core.audit.trail import Entry
from scalearn_core.governance.records import IN_USE, Period, RegisteredModel, State, Step, Version

ABOUT = "model."
_AFTER: dict[str, State] = {
    "submit": "submitted",
    "approve": "approved",
    "reject": "rejected",
    "retire": "retired",
    "delete": "deleted",
}


@dataclass
class _Model:
    """A model while its entries are followed."""

    versions: dict[int, Version] = field(default_factory=dict)
    stacks: dict[str, list[int]] = field(default_factory=dict)
    periods: list[Period] = field(default_factory=list)
    last: int = 0

    def end(self, alias: str, time: str) -> None:
        """Whatever answers under an alias stops answering."""
        for place, period in enumerate(self.periods):
            if period.alias == alias and period.until is None:
                self.periods[place] = replace(period, until=time)

    def begin(self, alias: str, version: int, entry: Entry, action: str) -> None:
        self.end(alias, entry.time)
        reason = entry.facts.get("reason")
        self.periods.append(Period(alias, version, entry.time, None, entry.who, action, reason))

    def current(self) -> dict[str, int]:
        return {period.alias: period.version for period in self.periods if period.until is None}


def models_of(entries: Iterable[Entry]) -> dict[str, RegisteredModel]:
    """All models by name, in the order in which they were first registered."""
    models: dict[str, _Model] = {}
    for entry in entries:
        if entry.action.startswith(ABOUT):
            model = models.setdefault(entry.facts["model"], _Model())
            _follow(model, entry, entry.action.removeprefix(ABOUT))
            model.last = entry.n
    return {name: _finished(name, model) for name, model in models.items()}


def _follow(model: _Model, entry: Entry, action: str) -> None:
    facts, number = entry.facts, entry.facts["version"]
    step = Step(
        entry.n, entry.time, entry.who, action, facts.get("reason"), facts.get("until"), facts.get("recommended"),
        facts.get("against", False), facts.get("alias"),
    )  # fmt: skip
    if action in ("register", "import"):
        model.versions[number] = Version(
            facts["model"], number, facts["model_id"], "draft", (step,), facts["files"], facts["origin"]
        )
        return
    version = model.versions[number]
    version = replace(version, steps=(*version.steps, step), files=facts.get("files", version.files))
    if action in _AFTER:
        version = replace(version, state=_AFTER[action])
    if action == "submit":
        version = replace(version, submitted_by=entry.who, approved_by=None, until=None)
    if action == "approve":
        version = replace(version, approved_by=entry.who, until=facts["until"])
    if action in ("retire", "delete"):
        for alias, answering in model.current().items():
            if answering == number:
                model.end(alias, entry.time)
    if action in ("use", "roll_back"):
        stack = model.stacks.setdefault(facts["alias"], [])
        if action == "roll_back":
            while stack and stack[-1] != number:
                stack.pop()
        else:
            stack.append(number)
        model.begin(facts["alias"], number, entry, action)
    model.versions[number] = version


def _finished(name: str, model: _Model) -> RegisteredModel:
    current = model.current()
    versions = []
    for number, version in sorted(model.versions.items()):
        aliases = tuple(alias for alias, answering in current.items() if answering == number)
        state: State = "in_use" if IN_USE in aliases and version.state == "approved" else version.state
        versions.append(replace(version, state=state, aliases=aliases))
    stacks = {alias: tuple(stack) for alias, stack in model.stacks.items()}
    return RegisteredModel(name, tuple(versions), current, tuple(model.periods), stacks, model.last)
