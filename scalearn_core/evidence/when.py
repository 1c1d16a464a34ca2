"""The time, as results state it."""

from __future__ import annotations

from datetime import UTC, datetime


def made_now() -> str:
    """The time, as results state it: ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
