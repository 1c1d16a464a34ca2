"""The registry: models by name and their versions, as the audit trail has them.

    register(Path("tickets-v2"), "tickets")                   # `register.py`: a copy, sealed and checked
    submit("tickets"); approve("tickets"); use("tickets")     # `steps.py`
    in_use("tickets")                                         # the version that answers

A model is named `NAME` (the version in use, or that a step fits), `NAME@2` or `NAME@ALIAS`. Nothing is kept but
the trail, so there is no index to lose. All functions raise `AuditError` where the trail was changed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from scalearn_core.audit.person import as_name
from scalearn_core.audit.verify import checked_entries
from scalearn_core.errors import GovernanceError
from scalearn_core.governance.fold import models_of
from scalearn_core.governance.records import IN_USE, RegisteredModel, State, Version

LONGEST_NAME = 60
APPROVED: tuple[State, ...] = ("approved", "in_use")


def models() -> list[RegisteredModel]:
    """All models of the registry, in the order in which they were first registered."""
    return list(models_of(checked_entries()).values())


def get(name: str) -> RegisteredModel:
    """A model by name. Raises GovernanceError `governance.unknown_model`."""
    return known_in(models_of(checked_entries()), name)


def find(ref: str) -> Version:
    """The version that `NAME@2` or `NAME@ALIAS` names; of `NAME` alone the one in use, else the latest.

    Raises:
        GovernanceError: `governance.unknown_model`, `governance.unknown_version`.
    """
    name, mark = parts_of(ref)
    model = get(name)
    if mark:
        return marked(model, mark)
    return model.versions[model.in_use - 1] if model.in_use else model.latest


def in_use(name: str, alias: str = IN_USE) -> Version:
    """The version that answers. Raises GovernanceError `governance.none_in_use`."""
    model = get(parts_of(name)[0])
    if alias not in model.aliases:
        raise GovernanceError("governance.none_in_use", model=model.name)
    return model.versions[model.aliases[alias] - 1]


def check_name(name: str) -> str:
    """A name as the registry keeps it. Raises GovernanceError `governance.bad_name`."""
    name = as_name(name)
    if not 0 < len(name) <= LONGEST_NAME or "@" in name or name.startswith("-"):
        raise GovernanceError("governance.bad_name", found=name[:LONGEST_NAME], limit=LONGEST_NAME)
    return name


def check_alias(alias: str) -> str:
    """An alias as the registry keeps it. Raises GovernanceError `governance.bad_name`: it is none."""
    if not alias.isidentifier() or len(alias) > LONGEST_NAME:
        raise GovernanceError("governance.bad_name", found=alias[:LONGEST_NAME], limit=LONGEST_NAME)
    return alias


def today() -> date:
    """By UTC, as all times of the audit trail."""
    return datetime.now(UTC).date()


def known_in(found: dict[str, RegisteredModel], name: str) -> RegisteredModel:
    """Raises GovernanceError `governance.unknown_model`."""
    if name not in found:
        known = ", ".join(found) or "none"
        raise GovernanceError("governance.unknown_model", model=name[:LONGEST_NAME], known=known)
    return found[name]


def parts_of(ref: str) -> tuple[str, str]:
    """Name and mark of `NAME@MARK`; the mark is blank where there is none."""
    name, _, mark = ref.partition("@")
    return as_name(name), mark.strip()


def marked(model: RegisteredModel, mark: str) -> Version:
    """The version of a number or an alias. Raises GovernanceError `governance.unknown_version`."""
    number = int(mark) if mark.isdecimal() and len(mark) < 7 else model.aliases.get(mark, 0)
    if not 0 < number <= len(model.versions):
        raise GovernanceError(
            "governance.unknown_version", model=model.name, found=mark[:LONGEST_NAME], last=len(model.versions)
        )
    return model.versions[number - 1]
