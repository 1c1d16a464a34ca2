"""The steps of a version: draft, submitted, approved, in use, retired.

Each is read from the audit trail, checked and added to it under one lock, so that of two people at once one is
told that the other was faster.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from scalearn_core.audit.person import Person, acting
from scalearn_core.audit.trail import Trail, locked
from scalearn_core.audit.verify import checked_entries
from scalearn_core.errors import GovernanceError, ModelError
from scalearn_core.governance import folders
from scalearn_core.governance.fold import models_of
from scalearn_core.governance.recommend import recommend
from scalearn_core.governance.records import IN_USE, RegisteredModel, State, Version
from scalearn_core.governance.registry import APPROVED, check_alias, find, known_in, marked, parts_of, today
from scalearn_core.governance.roles import check_right, note_change
from scalearn_core.scaling.seal import read_seal

APPROVED_DAYS = 180
"""For how long an approval holds, unless another day is given."""
LONGEST_REASON = 2000
_FITS: dict[str, tuple[State, ...]] = {
    "submit": ("draft", "rejected"),
    "approve": ("submitted", "in_use", "approved"),
    "reject": ("submitted",),
    "use": ("approved", "in_use"),
    "retire": ("in_use", "approved", "submitted", "rejected", "draft"),
    "delete": ("draft", "rejected", "retired", "submitted", "approved"),
}
"""From which states a version takes a step; where none is named, the newest of the first state that has one."""


def submit(ref: str, *, who: Person | None = None, reason: str = "", expected: int | None = None) -> Version:
    """Ask for a decision on a draft, or once more on a rejected version."""
    return _step(ref, "submit", who, reason, expected, _recommended)


def approve(
    ref: str,
    *,
    who: Person | None = None,
    reason: str = "",
    until: date | None = None,
    expected: int | None = None,
) -> Version:
    """Approve a submitted version, or attest one anew that is approved already.

    Against the recommendation it takes a reason and, where roles are on, another person than submitted it.

    Args:
        until: The last day on which the approval holds; by default `APPROVED_DAYS` from today.
        expected: `RegisteredModel.last` as the person saw it; another one means that somebody was faster.
    """
    last_day = until or today() + timedelta(days=APPROVED_DAYS)
    if last_day <= today():
        raise GovernanceError("governance.day_past", day=last_day.isoformat())

    def facts(version: Version) -> dict[str, Any]:
        return {"until": last_day.isoformat(), **_decided(version, "approve", _person(who), reason)}

    return _step(ref, "approve", who, reason, expected, facts)


def reject(ref: str, *, who: Person | None = None, reason: str = "", expected: int | None = None) -> Version:
    """Reject a submitted version; it may be submitted again. Reasons and second person as in `approve`."""
    return _step(
        ref, "reject", who, reason, expected, lambda version: _decided(version, "reject", _person(who), reason)
    )


def use(
    ref: str, *, who: Person | None = None, reason: str = "", alias: str = IN_USE, expected: int | None = None
) -> Version:
    """Let an approved version answer, in the place of the one that did.

    Raises:
        GovernanceError: `governance.expired`, `governance.in_use_already`.
        ModelError: its files were changed.
    """
    alias = check_alias(alias)

    def facts(version: Version) -> dict[str, Any]:
        if alias in version.aliases:
            raise GovernanceError("governance.in_use_already", version=version.ref)
        _check_answers(version)
        return {"alias": alias}

    return _step(ref, "use", who, reason, expected, facts)


def roll_back(
    name: str, *, who: Person | None = None, reason: str = "", alias: str = IN_USE, expected: int | None = None
) -> Version:
    """Let the version answer that did before the one that does now.

    Raises:
        GovernanceError: `governance.nothing_before`: none did, or it is not approved any more.
    """
    person, name = _person(who), parts_of(name)[0]
    check_right(person.name, "roll_back")
    with locked() as trail:
        model = _current(trail, name, expected)
        now = model.aliases.get(alias)
        earlier = [v for v in reversed(model.stacks.get(alias, ())) if v != now]
        fitting = (model.versions[number - 1] for number in earlier)
        version = next((v for v in fitting if v.state in APPROVED and not v.expired(today())), None)
        if version is None:
            raise GovernanceError("governance.nothing_before", model=name)
        _check_answers(version)
        facts = {"model": name, "version": version.version, "alias": alias, **_reason(reason)}
        trail.add("model.roll_back", facts, who=person.name)
    return find(f"{name}@{version.version}")


def retire(ref: str, *, who: Person | None = None, reason: str = "", expected: int | None = None) -> Version:
    """Take a version out of use for good; its files stay."""
    return _step(ref, "retire", who, reason, expected, lambda version: {})


def delete(ref: str, *, who: Person | None = None, reason: str = "", expected: int | None = None) -> Version:
    """Remove the files of a version that is not in use. What was done to it stays in the audit trail."""

    def facts(version: Version) -> dict[str, Any]:
        grave = folders.folder_of(version.model, version.version)
        shutil.rmtree(grave, ignore_errors=True)
        if grave.exists():
            raise GovernanceError("governance.not_deleted", version=version.ref)
        return {"files": {}}

    return _step(ref, "delete", who, reason, expected, facts)


FactsOf = Callable[[Version], dict[str, Any]]


def _step(
    ref: str, action: str, who: Person | None, reason: str, expected: int | None, facts_of: FactsOf
) -> Version:
    """Take one step: look at the version as it is, check, record."""
    person = _person(who)
    check_right(person.name, action)
    name, mark = parts_of(ref)
    with locked() as trail:
        version = _fitting(_current(trail, name, expected), mark, action)
        facts = {"model": name, "version": version.version, **facts_of(version), **_reason(reason)}
        trail.add(f"model.{action}", facts, who=person.name)
    return find(f"{name}@{version.version}")


def _person(who: Person | None) -> Person:
    return who or acting()


def _reason(reason: str) -> dict[str, str]:
    text = " ".join(reason.split())[:LONGEST_REASON]
    return {"reason": text} if text else {}


def _current(trail: Trail, name: str, expected: int | None) -> RegisteredModel:
    entries: Sequence[Any] = checked_entries()
    note_change(trail, entries)
    model = known_in(models_of(entries), name)
    if expected is not None and model.last != expected:
        last = max((step for v in model.versions for step in v.steps), key=lambda step: step.n)
        raise GovernanceError("governance.changed_meanwhile", model=name, who=last.who, action=last.action)
    return model


def _fitting(model: RegisteredModel, mark: str, action: str) -> Version:
    """The version named, or the newest that the step fits; in a state that the step may be taken from."""
    states = _FITS[action]
    if not mark:
        by_state = (v for state in states for v in reversed(model.versions) if v.state == state)
        version = next(by_state, model.latest)
    else:
        version = marked(model, mark)
    if version.state not in states:
        raise GovernanceError(
            "governance.wrong_state", version=version.ref, state=version.state.replace("_", " "),
            action=action, expected=" or ".join(state.replace("_", " ") for state in states),
        )  # fmt: skip
    return version


def _recommended(version: Version) -> dict[str, Any]:
    return {"recommended": recommend(folders.place_of_version(version)).decision}


def _decided(version: Version, decision: str, person: Person, reason: str) -> dict[str, Any]:
    """What the evidence recommends, and whether this decision is another one, which takes more."""
    facts = _recommended(version)
    if (facts["recommended"] == "approve") == (decision == "approve"):
        return {**facts, "against": False}
    recommended = facts["recommended"].replace("_", " ")
    if not reason.strip():
        raise GovernanceError("governance.reason_needed", version=version.ref, recommended=recommended)
    roles_on = check_right(person.name, decision) is not None
    if roles_on and version.submitted_by == person.name:
        raise GovernanceError("governance.second_person", version=version.ref, who=person.name)
    return {**facts, "against": True}


def _check_answers(version: Version) -> None:
    if version.expired(today()):
        raise GovernanceError("governance.expired", version=version.ref, day=str(version.until))
    sealed = read_seal(folders.version_folder(version) / folders.MODEL)
    if sealed.model_id != version.model_id:
        folder = folders.version_folder(version)
        raise ModelError("model.changed", folder=folder, changed="seal.json")
