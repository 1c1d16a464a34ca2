"""`model.json`: what a model folder says of itself, read without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scalearn_core.errors import ModelError
from scalearn_core.scaling.seal import DESCRIPTION
from scalearn_core.storage.files import read_json

FORMAT = 4
"""Since 2 a model has a seal from the beginning; since 3 its graph may lie in it; since 4 what it learned from may
be told from other texts (`heads/unlike.py`)."""
SEALED_SINCE = 2
READ_FORMATS = (1, 2, 3, FORMAT)


def read_description(folder: Path) -> dict[str, Any]:
    """The content of `model.json`.

    Raises:
        ModelError: no model there, or a file that is none of ours.
    """
    try:
        description = read_json(folder / DESCRIPTION)
    except (FileNotFoundError, NotADirectoryError):
        raise ModelError("model.not_found", folder=folder) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError("model.damaged", folder=folder, reason=f"{DESCRIPTION}: {error}") from error
    if not isinstance(description, dict) or description.get("format") not in READ_FORMATS:
        known = " or ".join(map(str, READ_FORMATS))
        raise ModelError("model.damaged", folder=folder, reason=f"expected a {DESCRIPTION} of format {known}")
    return description
