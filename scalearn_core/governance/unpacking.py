"""A zip from elsewhere, unpacked with care: plain files alone, under their own names, within bounds."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from scalearn_core.errors import GovernanceError

UNREADABLE = (
    OSError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    RuntimeError,
    EOFError,
    zlib.error,
)


@dataclass(frozen=True)
class Limits:
    """What a zip may hold at most."""

    files: int
    size: int
    """Bytes, of all files together."""
    ratio: int | None = 200
    """How many times its packed size a file may become; None: what all files become was said and has room."""


def unpack(file: Path, folder: Path, limits: Limits) -> str:
    """Fill an empty folder; returns the sha256 of the zip.

    Raises:
        GovernanceError: `import.no_zip`, also where it is cut short; `import.bad_entry`.
    """
    try:
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > limits.files or sum(entry.file_size for entry in entries) > limits.size:
                raise GovernanceError("import.bad_entry", name=file.name, entry="…", reason="it is too large")
            seen: set[str] = set()
            for entry in entries:
                path = _checked_path(file, entry, seen, limits.ratio)
                target = folder.joinpath(*path.parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                _write(archive, entry, target)
    except GovernanceError:
        raise
    except UNREADABLE as error:
        raise GovernanceError("import.no_zip", name=file.name) from error
    return sha256


def _checked_path(file: Path, entry: zipfile.ZipInfo, seen: set[str], ratio: int | None) -> PurePosixPath:
    path = PurePosixPath(entry.filename)
    wrong = {
        "its name leads elsewhere": path.is_absolute()
        or ".." in path.parts
        or "\\" in entry.filename
        or ":" in entry.filename,
        "its name holds invisible characters": not entry.filename.isprintable(),
        "it is a link or no plain file": entry.external_attr >> 28 not in (0, 0o10),
        "it stands there twice": entry.filename.casefold() in seen,
        "it is locked with a password": bool(entry.flag_bits & 1),
        "it is suspiciously small for its content": ratio is not None
        and entry.file_size > ratio * max(entry.compress_size, 4096),
    }
    if reason := next((reason for reason, is_so in wrong.items() if is_so), None):
        raise GovernanceError("import.bad_entry", name=file.name, entry=entry.filename[:80], reason=reason)
    seen.add(entry.filename.casefold())
    return path


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """No more than it says: what is said may be less than what comes."""
    with archive.open(entry) as old, target.open("xb") as new:
        left = entry.file_size + 1
        while left and (piece := old.read(min(left, 1 << 20))):
            new.write(piece)
            left -= len(piece)
        if not left:
            raise zipfile.BadZipFile("more than it says")
