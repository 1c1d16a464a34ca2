"""Who may do what: `audit/roles.json` of the workspace. Without that file everybody may do everything.

Rights are checked at each action, against the file as it is then. A file that was edited by hand is found at the
next action and recorded in the audit trail with its hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from scalearn_core.audit.trail import Entry, Trail, canonical, folder, locked
from scalearn_core.errors import GovernanceError
from scalearn_core.storage.damage import DAMAGED_FILE, reason
from scalearn_core.storage.files import read_json, write_atomically

FILE = "roles.json"
FORMAT = 1
RIGHTS = {
    "author": ("register", "import", "submit", "handover", "passport"),
    "approver": ("approve", "reject", "use", "roll_back", "retire"),
    "admin": ("delete", "forget", "roles", "retention", "pack"),
}
"""What each role may do. A person may have several roles."""
CHANGED = "roles.change"


@dataclass(frozen=True)
class Roles:
    """The roles of each person by name; None as a whole where there is no file."""

    roles: dict[str, tuple[str, ...]]

    def may(self, who: str, action: str) -> bool:
        """Whether somebody may do something."""
        return any(action in RIGHTS[role] for role in self.roles.get(who, ()))


def read_roles() -> Roles | None:
    """The roles of this workspace; None where roles are off.

    Raises:
        GovernanceError: `roles.damaged`: then nobody may do anything.
    """
    file = folder() / FILE
    try:
        stored = read_json(file)
        if stored["format"] != FORMAT or stored.keys() != {"format", "roles"}:
            raise ValueError(f"expected format {FORMAT} and roles")
        roles = {str(name): tuple(held) for name, held in stored["roles"].items()}
        if unknown := sorted({role for held in roles.values() for role in held} - RIGHTS.keys()):
            raise ValueError(f"{unknown[0]} is no role")
    except FileNotFoundError:
        return None
    except DAMAGED_FILE as error:
        raise GovernanceError("roles.damaged", file=file, reason=reason(error)) from error
    return Roles(roles)


def check_right(who: str, action: str) -> Roles | None:
    """Raises GovernanceError `roles.not_allowed`; returns the roles, None where they are off."""
    roles = read_roles()
    if roles is not None and not roles.may(who, action):
        needed = next(role for role, actions in RIGHTS.items() if action in actions)
        raise GovernanceError("roles.not_allowed", who=who, action=action.replace("_", " "), role=needed)
    return roles


def note_change(trail: Trail, entries: Sequence[Entry]) -> None:
    """Record that the roles are not those of the last entry about them: somebody edited the file."""
    known = next((entry.facts["sha256"] for entry in reversed(entries) if entry.action == CHANGED), None)
    try:
        found = hashlib.sha256((folder() / FILE).read_bytes()).hexdigest()
    except FileNotFoundError:
        found = None
    if found != known:
        trail.add(CHANGED, {"sha256": found, "by_hand": True})


def set_roles(who: str, roles: dict[str, Sequence[str]]) -> Roles:
    """Replace all roles; an empty dictionary turns them off.

    Raises:
        GovernanceError: `roles.not_allowed`; `roles.no_admin`: nobody could change them again; `roles.unknown`.
    """
    check_right(who, "roles")
    kept = {name: tuple(held) for name, held in roles.items() if held}
    if unknown := sorted({role for held in kept.values() for role in held} - RIGHTS.keys()):
        raise GovernanceError("roles.unknown", found=unknown[0], known=", ".join(RIGHTS))
    if kept and not any("admin" in held for held in kept.values()):
        raise GovernanceError("roles.no_admin")
    with locked() as trail:
        if kept:
            content = canonical({"format": FORMAT, "roles": {name: list(held) for name, held in kept.items()}})
            text = json.dumps(json.loads(content), indent=1, ensure_ascii=False, sort_keys=True)
            write_atomically(folder() / FILE, text.encode() + b"\n")
            sha256 = hashlib.sha256((folder() / FILE).read_bytes()).hexdigest()
        else:
            (folder() / FILE).unlink(missing_ok=True)
            sha256 = None
        holders = {role: sum(role in held for held in kept.values()) for role in RIGHTS}
        trail.add(CHANGED, {"sha256": sha256, "by_hand": False, "holders": holders}, who=who)
    return Roles(kept)
