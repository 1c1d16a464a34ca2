"""The folder an export is written to."""

from __future__ import annotations

from pathlib import Path

from scalearn_core.errors import ModelError


def check_new_or_ours(folder: Path, files: set[str]) -> None:
    """Refuse a folder that holds anything but an earlier export, which would be lost.

    Raises:
        ModelError: it holds something else, or is a file.
    """
    if not folder.exists():
        return
    names = {entry.name for entry in folder.iterdir()} if folder.is_dir() else {""}
    if names and not (names <= files and names - {"README.md"}):
        raise ModelError("model.folder_in_use", folder=folder)
