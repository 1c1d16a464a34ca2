"""Tables to classify or to test on, `uploads/<id>.bin`: each for one run, which moves it into its own folder.

There it is read again when the run is resumed, and when it is repeated.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from contextlib import suppress
from pathlib import Path

from scalearn_core import runs
from scalearn_core.audit.trail import note
from scalearn_core.config import open_workspace, workspace
from scalearn_core.errors import DataError, RunError
from scalearn_core.runs.folders import INPUT
from scalearn_core.storage.files import write_atomically
from scalearn_core.tables.content import check_size
from scalearn_core.workspace.datasets import ID
from scalearn_core.workspace.keeping import is_left, writable

logger = logging.getLogger(__name__)


def save_upload(content: bytes) -> str:
    """Keep a table for the run that will read it; returns its id. Raises DataError `data.file_too_large`."""
    check_size(len(content))
    _sweep()
    upload_id = secrets.token_hex(8)
    with writable():
        write_atomically(open_workspace() / "uploads" / f"{upload_id}.bin", content)
    note("data.upload", {"upload": upload_id, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)})
    return upload_id


def upload_path(upload_id: str) -> Path:
    """The path of an upload. Raises DataError `data.unknown_upload`."""
    path = workspace() / "uploads" / f"{upload_id}.bin"
    if not ID.fullmatch(upload_id) or not path.is_file():
        raise DataError("data.unknown_upload", upload=upload_id)
    return path


def take_upload(upload_id: str, folder: Path) -> Path:
    """The table of a run, which is in its folder from now on.

    Args:
        upload_id: As `save_upload` gave it.
        folder: The run's; an earlier process of the run may have moved the table already.

    Raises:
        DataError: `data.unknown_upload`.
    """
    kept = folder / INPUT
    if not kept.is_file():
        with writable():
            upload_path(upload_id).replace(kept)
    return kept


def _sweep() -> None:
    """Remove what no run has read within the hour and none that waits or works will."""
    try:
        awaited = {run.config.get("upload") for run in runs.active()}
    except RunError as error:
        logger.warning("Which uploads are needed is not known now: %s", error)
        return
    for path in (workspace() / "uploads").glob("*"):
        with suppress(OSError):
            if path.stem not in awaited and is_left(path):
                path.unlink()
