"""Write files and folders atomically: a reader sees the old content or the new, never half of it."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MOST_JSON = 16 * 1024 * 1024
"""Bytes of a description that somebody else may have written."""


def read_json(path: Path) -> Any:
    """A description. Raises OSError, or ValueError where it is larger than `MOST_JSON` or no JSON."""
    if (size := path.stat().st_size) > MOST_JSON:
        raise ValueError(f"{path.name} has {size:,} bytes; at most {MOST_JSON:,} are read")
    return json.loads(path.read_text("utf-8"))


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside the target, then move into place; missing parent folders are made. Raises OSError."""
    with written_whole(path) as draft:
        draft.write_bytes(content)


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Gives the name of a file to write; it becomes `path` if the block ends well, and vanishes if not.

    Missing parent folders are made. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft_beside(path)
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def folder_written_whole(folder: Path) -> Iterator[Path]:
    """Gives an empty folder to fill; it becomes `folder` if the block ends well, and vanishes if not.

    What `folder` held is replaced; missing parent folders are made. Raises OSError.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft_beside(folder)
    draft.mkdir()
    try:
        yield draft
        if folder.exists():
            _swap(draft, folder)
        else:
            draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _swap(new: Path, old: Path) -> None:
    """Put `new` in the place of `old`, and `old` back if that fails; on success `old` is removed."""
    aside = _draft_beside(old)
    old.rename(aside)
    try:
        new.rename(old)
    except OSError:
        aside.rename(old)
        raise
    shutil.rmtree(aside)


def _draft_beside(path: Path) -> Path:
    """A new name in the same folder. Not made by `tempfile`, whose files only their owner may read."""
    return path.with_name(f".new-{secrets.token_hex(8)}")
