"""Excel workbooks with an unusual package layout, rewritten into the layout that the reading library supports.

Excel opens all of them: the "Strict Open XML Spreadsheet" of ISO/IEC 29500, whose parts name other namespaces, and
archives whose parts are named with backslashes, as some exporters on Windows write them.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, BinaryIO

from scalearn_core.tables.content import BLOCK

CONTENT_TYPES = "[Content_Types].xml"
IN_MEMORY = 50_000_000
"""Bytes of a workbook put together anew from which on it stands in a temporary file."""
_MAIN = (b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main", b"spreadsheetml.template.main")
"""Kinds of a workbook's first part; a template is one too."""
_STRICT = b"http://purl.oclc.org/ooxml/"
_FORMS = tuple(
    (mark + _STRICT + strict, mark + b"http://schemas.openxmlformats.org/" + usual)
    for mark in (b'="', b"='")  # a text that names them stays
    for strict, usual in (
        (b"spreadsheetml/main", b"spreadsheetml/2006/main"),
        (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
    )
)


def holds_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether an archive says that one of its parts is a workbook, wherever it stands."""
    names = {plain_name(name): name for name in archive.namelist()}
    if "xl/workbook.xml" in names:
        return True
    if CONTENT_TYPES not in names:
        return False
    with archive.open(names[CONTENT_TYPES]) as part:
        listed = part.read(BLOCK)
    return any(kind in listed for kind in _MAIN)


def plain_name(name: str) -> str:
    """A part's name as ISO/IEC 29500-2 has it."""
    return name.replace("\\", "/").lstrip("/")


@contextmanager
def in_usual_form(file: BinaryIO) -> Iterator[BinaryIO]:
    """The workbook itself where it is put together as usual, else a copy that is."""
    with ExitStack() as at_end:
        with zipfile.ZipFile(file) as archive:
            strict = _is_strict(archive)
            if not strict and all(name == plain_name(name) for name in archive.namelist()):
                yield file
                return
            copy: BinaryIO = at_end.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY))  # type: ignore[assignment]
            with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as written:
                for name in archive.namelist():
                    with archive.open(name) as part, written.open(plain_name(name), "w", force_zip64=True) as to:
                        _copy(part, to, strict=strict)
        yield copy


def _is_strict(archive: zipfile.ZipFile) -> bool:
    for name in archive.namelist():
        if plain_name(name).endswith(".rels"):
            with archive.open(name) as part:
                if _STRICT in part.read(BLOCK):
                    return True
    return False


def _copy(part: IO[bytes], to: IO[bytes], *, strict: bool) -> None:
    """Block by block; a name that stands across two blocks is put into one."""
    held = b""
    longest = max(len(form) for form, _ in _FORMS)
    while block := part.read(BLOCK):
        held += block
        if strict:
            for form, usual in _FORMS:
                held = held.replace(form, usual)
        done = max(0, len(held) - longest) if strict else len(held)
        to.write(held[:done])
        held = held[done:]
    to.write(held)
