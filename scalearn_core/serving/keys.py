"""Keys of the service: shown once, kept as hashes. A key has 256 bits by chance, so a plain SHA-256 is enough."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from scalearn_core.audit import trail
from scalearn_core.config import open_workspace, workspace
from scalearn_core.errors import ConfigError
from scalearn_core.runs.folders import write_json
from scalearn_core.storage.codec import from_json, to_json
from scalearn_core.storage.damage import DAMAGED_FILE, reason
from scalearn_core.storage.files import read_json
from scalearn_core.storage.locks import holding

FOLDER, FILE, LOCK = "serving", "keys.json", "keys.lock"
PREFIX = "scalearn_"
LONGEST_NAME = 60


@dataclass(frozen=True)
class Key:
    """One key, without what opens."""

    id: str
    name: str
    """Who or what uses it."""
    sha256: str
    created: str
    """ISO 8601, UTC."""
    revoked: str | None = None


@dataclass(frozen=True)
class Keys:
    """`keys.json`."""

    keys: tuple[Key, ...]

    def opens(self, secret: str) -> Key | None:
        """The key that was shown as `secret`, unless it is revoked."""
        digest = hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
        found = [key for key in self.keys if hmac.compare_digest(key.sha256, digest)]
        return next((key for key in found if key.revoked is None), None)

    @property
    def valid(self) -> tuple[Key, ...]:
        return tuple(key for key in self.keys if key.revoked is None)


def file() -> Path:
    return workspace() / FOLDER / FILE


def load() -> Keys:
    """All keys, revoked ones too. Raises ConfigError `serve.keys_damaged`: nobody gets in by damaging the file."""
    if not file().is_file():
        return Keys(())
    try:
        return from_json(Keys, read_json(file()))
    except DAMAGED_FILE as error:
        raise ConfigError("serve.keys_damaged", file=file(), reason=reason(error)) from error


def add(name: str) -> tuple[Key, str]:
    """A new key, and what opens, which is kept nowhere.

    Raises:
        ConfigError: `serve.key_name`.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise ConfigError("serve.key_name", limit=LONGEST_NAME, found=name[:LONGEST_NAME])
    secret = PREFIX + secrets.token_urlsafe(32)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    key = Key(secrets.token_hex(4), name, digest, _now())
    with _changing() as known:
        write_json(file(), to_json(Keys((*known.keys, key))))
    trail.note("key.add", {"key": key.id, "name": key.name})
    return key, secret


def revoke(key_id: str) -> Key:
    """From the next request on it opens nothing. Raises ConfigError `serve.unknown_key`."""
    with _changing() as known:
        found = next((key for key in known.keys if key.id == key_id or key.name == key_id), None)
        if found is None:
            names = ", ".join(f"{key.id} ({key.name})" for key in known.keys) or "none"
            raise ConfigError("serve.unknown_key", found=key_id[:LONGEST_NAME], known=names)
        gone = found if found.revoked else replace(found, revoked=_now())
        write_json(file(), to_json(Keys(tuple(gone if key is found else key for key in known.keys))))
    trail.note("key.revoke", {"key": gone.id, "name": gone.name})
    return gone


@contextmanager
def _changing() -> Iterator[Keys]:
    """The keys, while nobody else changes them."""
    folder = open_workspace() / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with holding(folder / LOCK):
        yield load()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
