"""The bytes of a file, from a path or from memory: readable any number of times, decompressed and counted."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from scalearn_core.errors import DataError
from scalearn_core.tables import limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP = b"\x1f\x8b"
BLOCK = 1 << 20
OnProgress = Callable[[float], None]
"""Told the share (0 to 1) of the work that is done; what it raises ends the work."""


@dataclass(frozen=True, eq=False)
class Content:
    """A file that need not fit into memory."""

    source: Path | bytes
    size: int
    """Bytes as stored."""
    packed: bool
    """With gzip."""
    limited: bool = True
    """Whether it may have at most `MAX_MEGABYTES`; what is read a piece at a time may have more."""

    @classmethod
    def of(cls, source: str | Path | bytes, *, limited: bool = True) -> Content:
        """Raises DataError `data.file_missing`, `..._unreadable`, `..._too_large` or `data.empty_file`."""
        source = source if isinstance(source, bytes) else Path(source)
        size = len(source) if isinstance(source, bytes) else _size_of(source)
        if limited:
            check_size(size)
        if not size:
            raise DataError("data.empty_file")
        with _cached(source) as file:
            return cls(source, size, file.read(2) == GZIP, limited)

    @contextmanager
    def open(self, on_progress: OnProgress | None = None) -> Iterator[io.BufferedReader]:
        """The bytes from their beginning, unpacked.

        Raises, also while they are read: DataError `data.file_too_large` or `data.damaged_archive`.
        """
        with _cached(self.source) as raw:
            unpacked = gzip.GzipFile(fileobj=raw) if self.packed else raw
            yield io.BufferedReader(_Counted(unpacked, raw, self, on_progress), BLOCK)

    def start(self, count: int) -> bytes:
        """So many of the first bytes."""
        with self.open() as file:
            return file.read(count)

    def whole(self, most: int) -> bytes:
        """All bytes, of at most so many megabytes. Raises DataError `data.file_too_large`."""
        content = self.start(most * limits.MEGABYTE + 1)
        if len(content) > most * limits.MEGABYTE:
            raise too_large(len(content), most)
        return content

    @contextmanager
    def file(self) -> Iterator[BinaryIO]:
        """For libraries that go to and fro in a file, and judge one by its name if they are told it. A packed one
        must fit into memory."""
        if self.packed:
            yield io.BytesIO(self.whole(limits.MAX_WHOLE_MEGABYTES))
        else:
            with _cached(self.source) as file:
                yield file


def check_size(size: int) -> None:
    """A file of this many bytes may be read. Raises DataError `data.file_too_large`."""
    if size > limits.MAX_MEGABYTES * limits.MEGABYTE:
        raise too_large(size, limits.MAX_MEGABYTES)


def too_large(size: int, limit: int) -> DataError:
    return DataError("data.file_too_large", megabytes=-(-size // limits.MEGABYTE), limit=limit)


def _size_of(path: Path) -> int:
    try:
        if not path.exists():
            raise DataError("data.file_missing", name=path)
        if not path.is_file():
            raise DataError("data.file_unreadable", name=path)
        return path.stat().st_size
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        if isinstance(error, DataError):
            raise
        raise DataError("data.file_unreadable", name=path) from error


@contextmanager
def _cached(source: Path | bytes) -> Iterator[io.BufferedReader | io.BytesIO]:
    try:
        file = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    except OSError as error:
        raise DataError("data.file_unreadable", name=source) from error
    with file:
        yield file


class _Counted(io.RawIOBase):
    """Reads on from another file, tells how far it is, and stops at the limit."""

    def __init__(
        self,
        unpacked: gzip.GzipFile | io.BufferedReader | io.BytesIO,
        raw: BinaryIO,
        content: Content,
        on_progress: OnProgress | None,
    ) -> None:
        self.unpacked, self.raw, self.content, self.on_progress = unpacked, raw, content, on_progress
        self.total = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        try:
            count = self.unpacked.readinto(buffer) or 0
        except (OSError, EOFError, ValueError) as error:  # gzip tells of damage by any of them
            raise DataError("data.damaged_archive") from error
        except Exception as error:
            if type(error).__module__ == "zlib":
                raise DataError("data.damaged_archive") from error
            raise
        self.total += count
        if self.content.limited:
            check_size(self.total)
        if self.on_progress:
            self.on_progress(min(1.0, self.raw.tell() / self.content.size))
        return count
