"""Piles in the workspace, and what people say of their documents.

labels/<id>/pile.json         what it is (`PileInfo`)
            documents.jsonl   its documents
            embeddings.safetensors   as the encoder reads them, once a run has made them
            codebook.jsonl    categories with their sentences; the last line counts
            entries.jsonl     labels, skips, notes, with who and when

Both files grow by whole lines alone, under a lock and written through to the disk before the page goes on: whoever
kills the studio loses no label. A last line that a full disk cut short is passed over by readers and closed by the
next writer.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from scalearn_core.audit import trail as audit
from scalearn_core.audit.person import acting
from scalearn_core.audit.trail import canonical
from scalearn_core.config import open_workspace, workspace
from scalearn_core.errors import DataError
from scalearn_core.records.labelling import Action, Category, Codebook, LabelEntry, PileDocument, PileInfo
from scalearn_core.storage.codec import from_json, to_json
from scalearn_core.storage.damage import DAMAGED_FILE
from scalearn_core.storage.files import folder_written_whole, read_json, write_atomically
from scalearn_core.storage.locks import holding

FOLDER, INFO, DOCUMENTS, EMBEDDINGS = "labels", "pile.json", "documents.jsonl", "embeddings.safetensors"
CODEBOOK, ENTRIES, LOCK = "codebook.jsonl", "entries.jsonl", "lock"
_ID = re.compile(r"[0-9a-f]{16}")
Line = TypeVar("Line")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def folder_of(pile_id: str) -> Path:
    """Where a pile lies. Raises DataError `review.unknown_pile`: ids come from links, and become paths."""
    folder = workspace() / FOLDER / pile_id
    if not _ID.fullmatch(pile_id) or not (folder / INFO).is_file():
        raise DataError("review.unknown_pile", pile=pile_id[:40])
    return folder


def create_pile(
    info: Callable[[str], PileInfo], documents: Sequence[PileDocument], categories: Sequence[Category]
) -> str:
    """Keep a pile with its first codebook; returns its id. Raises DataError `review.not_saved`."""
    pile_id = secrets.token_hex(8)
    try:
        open_workspace()
        with folder_written_whole(workspace() / FOLDER / pile_id) as draft:
            lines = [json.dumps(to_json(document), ensure_ascii=False) for document in documents]
            text = "".join(f"{line}\n" for line in lines)
            (draft / DOCUMENTS).write_bytes(text.encode("utf-8", "surrogatepass"))
            book = Codebook(now(), acting().name, tuple(categories))
            (draft / CODEBOOK).write_text(json.dumps(to_json(book), ensure_ascii=False) + "\n", "utf-8")
            (draft / INFO).write_text(json.dumps(to_json(info(pile_id)), ensure_ascii=False), "utf-8")
    except OSError as error:
        raise _not_saved(error) from error
    return pile_id


def piles() -> list[PileInfo]:
    """All piles, the newest first; damaged ones are passed over."""
    found = []
    for file in (workspace() / FOLDER).glob(f"*/{INFO}"):
        try:
            found.append(from_json(PileInfo, read_json(file)))
        except DAMAGED_FILE:
            continue
    return sorted(found, key=lambda info: info.created, reverse=True)


def pile_info(pile_id: str) -> PileInfo:
    return from_json(PileInfo, read_json(folder_of(pile_id) / INFO))


def documents_of(pile_id: str) -> list[PileDocument]:
    return _lines(folder_of(pile_id) / DOCUMENTS, PileDocument)


def codebook(pile_id: str) -> tuple[Category, ...]:
    """The categories as they stand."""
    books = codebooks(pile_id)
    return books[-1].categories if books else ()


def codebooks(pile_id: str) -> list[Codebook]:
    """All versions of the categories, the first one first."""
    return _lines(folder_of(pile_id) / CODEBOOK, Codebook)


def save_codebook(pile_id: str, categories: Sequence[Category]) -> None:
    """The codebook from now on. Raises DataError `review.not_saved`."""
    with _locked(pile_id) as folder:
        _add(folder / CODEBOOK, Codebook(now(), acting().name, tuple(categories)))


def entries(pile_id: str) -> list[LabelEntry]:
    """Everything that was done, in its order."""
    return _lines(folder_of(pile_id) / ENTRIES, LabelEntry)


def add_entry(
    pile_id: str, place: int, action: Action, labels: Sequence[str] = (), *, note: str = "", why: str = ""
) -> LabelEntry:
    """Write one line through to the disk. Raises DataError `review.not_saved`."""
    entry = LabelEntry(now(), acting().name, place, action, tuple(labels), note, why)
    with _locked(pile_id) as folder:
        _add(folder / ENTRIES, entry)
    if action in ("label", "undo"):
        audit.note(
            f"pile.{action}",
            {"pile": pile_id, "place": place, "sha256": sha256(canonical(to_json(entry))).hexdigest()},
        )
    return entry


@contextmanager
def taking(pile_id: str) -> Iterator[Callable[[int, str], None]]:
    """Nobody else writes to the pile within the block; gives what marks a document as this person's."""
    with _locked(pile_id) as folder:
        who = acting().name
        yield lambda place, why: _add(folder / ENTRIES, LabelEntry(now(), who, place, "take", why=why))


def save_embeddings(pile_id: str, embeddings: NDArray[np.float32]) -> None:
    from safetensors.numpy import save

    write_atomically(folder_of(pile_id) / EMBEDDINGS, save({"embeddings": embeddings}))


def load_embeddings(pile_id: str) -> NDArray[np.float32] | None:
    """Of length 1, `[documents, width]`; None until a run has made them."""
    from safetensors.numpy import load

    try:
        found: NDArray[np.float32] = load((folder_of(pile_id) / EMBEDDINGS).read_bytes())["embeddings"]
        return found
    except FileNotFoundError:
        return None


@contextmanager
def _locked(pile_id: str) -> Iterator[Path]:
    folder = folder_of(pile_id)
    try:
        with holding(folder / LOCK):
            yield folder
    except OSError as error:
        raise _not_saved(error) from error


def _add(file: Path, line: object) -> None:
    """One more line; a broken last one is ended before it."""
    content = json.dumps(to_json(line), ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
    with file.open("a+b") as stream:
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) != b"\n":
                content = b"\n" + content
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _lines(file: Path, kind: type[Line]) -> list[Line]:
    """The lines that can be read."""
    try:
        content = file.read_bytes().decode("utf-8", "surrogatepass")
    except FileNotFoundError:
        return []
    found = []
    for line in content.split("\n"):
        try:
            found.append(from_json(kind, json.loads(line)))
        except ValueError:
            continue
    return found


def _not_saved(error: OSError) -> DataError:
    return DataError("review.not_saved", detail=error.strerror or type(error).__name__)
