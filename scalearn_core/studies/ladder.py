"""Not built yet."""

from __future__ import annotations

from typing import Any

from scalearn_core.studies.setting import OnProgress, Setting


def study(setting: Setting, on_progress: OnProgress) -> dict[str, Any]:
    """Not built yet."""
    raise NotImplementedError
