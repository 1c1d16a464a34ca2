"""Errors of the shell alone: its options, and the places it may write to."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

FILE_FORMATS = (".csv",)
"""Endings of the files that can be written: a file of another would not be what its name says."""


class UsageError(Exception):
    """A sentence about options or places. It has no code: the studio has neither, so none translates it."""


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Turns an OSError of the block into a UsageError that names `path`."""
    try:
        yield
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UsageError(f"{path} cannot be written ({detail}). Choose another place.") from error


def check_new_folder(folder: Path) -> None:
    """Refuse a folder that holds something, or cannot be made, before time is spent on its contents.

    Leaves everything as it was. Raises UsageError.
    """
    with writing_to(folder):
        check_no_link(folder)
        if folder.is_mount():
            raise UsageError(f"{folder} is a mounted folder, which cannot be replaced. Choose a folder inside it.")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} exists and is not an empty folder. Choose another one.")
        _try_to_write_in(folder.resolve().parent if folder.exists() else folder)


def check_no_link(path: Path) -> None:
    """Refuse a link: its target would be replaced. Raises UsageError."""
    if path.is_symlink():
        raise UsageError(f"{path} is a link. Give the place itself, so that nothing behind it is replaced.")


def check_writable(folder: Path) -> None:
    """Refuse a folder that cannot be written, before time is spent on its contents. Raises UsageError."""
    with writing_to(folder):
        _try_to_write_in(folder)


def check_new_file(file: Path, *, source: Path | None = None, formats: Sequence[str] = FILE_FORMATS) -> None:
    """Refuse a place where no file belongs, or one that is the file read from. Leaves everything as it was.

    Args:
        formats: endings of which it must have one.

    Raises UsageError.
    """
    with writing_to(file):
        check_no_link(file)
        if file.is_dir():
            raise UsageError(f"{file} is a folder. Give the name of a file.")
        if file.exists() and not file.is_file():
            raise UsageError(f"{file} is a device or a pipe, not a file. Give the name of a file.")
        if file.suffix.lower() not in formats:
            known = " or ".join(formats)
            raise UsageError(f"{file} does not end in {known}, the format that is written. Give it that ending.")
        if source is not None and file.exists() and source.exists() and file.samefile(source):
            raise UsageError(f"{file} is the table itself. Choose another file, so that it is kept.")
        _try_to_write_in(file.parent)


def _try_to_write_in(folder: Path) -> None:
    """Make the folder where it is missing, and something in it; take all of that away again."""
    folder = folder.absolute()
    made: list[Path] = []
    try:
        for path in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
            path.mkdir()
            made.append(path)
        tempfile.TemporaryDirectory(dir=folder).cleanup()
    finally:
        for path in reversed(made):
            path.rmdir()
