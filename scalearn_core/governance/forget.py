"""Real deletion: a dataset with everything made of its texts, or all documents in which a search finds a person.

What goes: rows of tables, uploads and inputs of runs, texts in predictions, in findings and in labels, lines of
logs, and the documents that were kept beside registered models. What stays is told: hashes, counts, the models
themselves, which hold no text but learned from it, and packages that left the workspace with documents in them.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.audit.person import Person, acting
from scalearn_core.audit.trail import record
from scalearn_core.audit.verify import checked_entries
from scalearn_core.config import workspace
from scalearn_core.errors import DataError, GovernanceError, ScaLearnError
from scalearn_core.governance import folders, registry
from scalearn_core.governance.roles import check_right
from scalearn_core.storage.files import write_atomically
from scalearn_core.tables.export import csv_text
from scalearn_core.tables.reader import read_table
from scalearn_core.tables.reading import Reading
from scalearn_core.workspace.datasets import (
    TABLE,
    dataset_folder,
    delete_dataset,
    get_dataset_info,
    list_datasets,
    load_dataset,
    save_dataset,
)  # fmt: skip

Found = Callable[[str], bool]
KEPT_COLUMNS = ("row", "label", "predicted", "confidence")
"""Of a row of predictions whose text goes: the counts stay right."""
LEAST = 3
"""Characters of a search: fewer would find half of everything."""


@dataclass(frozen=True)
class Forgotten:
    """What was removed (or would be), and what remains."""

    done: bool
    documents: int
    """Rows of stored tables."""
    datasets: tuple[str, ...]
    """Names of those that were rewritten or deleted."""
    files: dict[str, int]
    """Other files by name, with how many of each were changed or removed."""
    remains: dict[str, int]
    """`models` that learned from them, `packages` with documents that left the workspace, `audit_entries`."""
    packages: tuple[str, ...]
    """Where those packages were written: nobody but their owner can remove them."""
    left: tuple[str, ...]
    """Files of the workspace in which a search still finds something."""


def forget_search(search: str, *, who: Person | None = None, do: bool = True) -> Forgotten:
    """All documents that contain a text, such as a name; case and width of letters say nothing.

    Args:
        do: False: only tell what would go.

    Raises:
        GovernanceError: `forget.too_short`, `roles.not_allowed`.
    """
    wanted = _folded(search).strip()
    if len(wanted) < LEAST:
        raise GovernanceError("forget.too_short", least=LEAST)

    def found(text: str) -> bool:
        return wanted in _folded(text)

    person = _allowed(who)
    names, documents = [], 0
    for info in list_datasets():
        rows = _rows_with(info.id, found)
        if rows:
            names.append(info.name)
            documents += len(rows)
            if do:
                _without_rows(info.id, rows)
    return _told(found, person, do, documents, names, search=wanted)


def forget_dataset(dataset_id: str, *, who: Person | None = None, do: bool = True) -> Forgotten:
    """A dataset, and its texts wherever else they were written. Raises DataError `data.unknown_dataset`."""
    info, person = get_dataset_info(dataset_id), _allowed(who)
    dataset = load_dataset(dataset_id)
    texts = {_folded(text) for text in dataset.frame["text"]} | {_folded(text) for text in dataset.unlabelled}
    if do:
        delete_dataset(dataset_id)
    return _told(lambda text: _folded(text) in texts, person, do, info.documents, [info.name], search=None)


def _told(
    found: Found, person: Person, do: bool, documents: int, names: list[str], *, search: str | None
) -> Forgotten:
    files = _other_files(found, do)
    packages = tuple(
        dict.fromkeys(
            str(entry.facts["path"])
            for entry in checked_entries()
            if entry.action == "handover.write" and entry.facts.get("documents") and "path" in entry.facts
        )
    )
    remains = {
        "models": sum(v.state != "deleted" for model in registry.models() for v in model.versions),
        "packages": len(packages),
        "audit_entries": len(checked_entries()),
    }
    if do:
        _record_changed_versions(person)
        facts = {"documents": documents, "datasets": len(names), "files": sum(files.values())}
        record("data.forget", facts, who=person.name)
    left = _still_in(search) if search and do else ()
    return Forgotten(do, documents, tuple(names), dict(files), remains, packages, left)


def _rows_with(dataset_id: str, found: Found) -> list[int]:
    """Numbers of the rows of a stored table in which something is found; -1 for the further file beside it."""
    info, home = get_dataset_info(dataset_id), dataset_folder(dataset_id)
    frame = read_table(home / TABLE, info.reading).frame
    cells_of = zip(frame.index, frame.to_numpy(), strict=True)
    rows = [int(row) for row, cells in cells_of if any(map(found, map(str, cells)))]
    beside = info.further.read(info.further.content(home)).table.frame if info.further else None
    if beside is not None and any(found(str(cell)) for cells in beside.to_numpy() for cell in cells):
        rows.append(-1)
    return rows


def _without_rows(dataset_id: str, rows: list[int]) -> None:
    """Keep the table as a CSV without these rows, as the next version; the old bytes go, and all of too little."""
    info, home = get_dataset_info(dataset_id), dataset_folder(dataset_id)
    frame = read_table(home / TABLE, info.reading).frame.drop(index=[row for row in rows if row > 0])
    places = {int(row): number for number, row in enumerate(frame.index, 2)}
    steps = tuple(
        replace(step, rows=tuple(places[row] for row in step.rows if row in places))
        for step in info.steps
        if not step.rows or any(row in places for row in step.rows)
    )
    mapping = replace(info.mapping, steps=steps)
    content = csv_text(frame).encode()
    try:
        save_dataset(
            content, mapping, Reading(encoding="utf-8", delimiter=",", header=True, rules=info.label_reading),
            filename=f"{info.name}.csv", name=info.name, plan=info.plan,
        )  # fmt: skip
    except DataError:
        pass  # what is left cannot be learned from
    finally:
        delete_dataset(dataset_id)


def _other_files(found: Found, do: bool) -> Counter[str]:
    """Every other file that holds a text, by its kind."""
    changed: Counter[str] = Counter()
    home = workspace()
    active = {run.id for run in runs.active()}
    for path in sorted(home.rglob("*")):
        inner = path.relative_to(home).parts
        if not path.is_file() or path.is_symlink() or inner[0] in ("datasets", "audit") or "model" in inner[:-1]:
            continue
        if inner[0] == "runs" and len(inner) > 1 and inner[1] in active:
            continue
        cleaned = _cleaned(path, found)
        if cleaned is not None:
            changed[path.name] += 1
            if do and cleaned:
                write_atomically(path, cleaned)
            elif do:
                path.unlink()
    return changed


def _cleaned(path: Path, found: Found) -> bytes | None:
    """What shall stand there instead: nothing where it is a table that was uploaded; None where all may stay."""
    try:
        if path.suffix in (".bin", ".parquet"):  # of an unfinished prediction: its table in pieces
            frame = read_table(path).frame
            return b"" if any(found(str(cell)) for row in frame.to_numpy() for cell in row) else None
        if path.suffix == ".csv":
            return _csv(path, found)
        if path.suffix in (".json", ".jsonl"):
            lines = path.read_text("utf-8").splitlines() if path.suffix == ".jsonl" else [path.read_text("utf-8")]
            contents = [json.loads(line) for line in lines if line.strip()]
            clean = [_blanked(content, found) for content in contents]
            if clean == contents:
                return None
            indent = 1 if path.suffix == ".json" else None
            return "".join(json.dumps(one, ensure_ascii=False, indent=indent) + "\n" for one in clean).encode()
        if path.suffix in (".txt", ".log"):
            lines = path.read_text("utf-8", errors="replace").splitlines(keepends=True)
            kept = [line for line in lines if not found(line)]
            return None if kept == lines else "".join(kept).encode() or b"\n"
    except (OSError, ValueError, ScaLearnError, csv.Error):
        return None
    return None


def _csv(path: Path, found: Found) -> bytes | None:
    text = path.read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    head, changed = rows[0] if rows else [], False
    for row in rows[1:]:
        if any(map(found, row)):
            changed = True
            row[:] = [cell if name in KEPT_COLUMNS else "" for name, cell in zip(head, row, strict=False)]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    mark = "\ufeff" if path.read_bytes().startswith(b"\xef\xbb\xbf") else ""
    return (mark + out.getvalue()).encode() if changed else None


def _blanked(content: Any, found: Found) -> Any:
    """The same JSON with a blank text in the place of every text in which something is found."""
    if isinstance(content, dict):
        return {key: _blanked(value, found) for key, value in content.items()}
    if isinstance(content, list):
        return [_blanked(value, found) for value in content]
    return "" if isinstance(content, str) and found(content) else content


def _record_changed_versions(person: Person) -> None:
    """A version without some of its documents is as it should be: what is left is recorded."""
    for model in registry.models():
        for version in model.versions:
            home = folders.folder_of(version.model, version.version)
            if (
                version.state != "deleted"
                and home.is_dir()
                and (files := folders.hashes_in(home)) != version.files
            ):
                facts = {"model": version.model, "version": version.version, "files": files}
                record("model.forget", facts, who=person.name)


def _still_in(wanted: str) -> tuple[str, ...]:
    """Files in which the search still finds something, such as a run at work or a format that is not read."""
    home = workspace()
    files = (
        path for path in sorted(home.rglob("*")) if path.is_file() and path.stat().st_size < folders.MOST_BYTES
    )
    return tuple(
        path.relative_to(home).as_posix()
        for path in files
        if wanted in _folded(path.read_bytes().decode("utf-8", errors="replace"))
    )


def _allowed(who: Person | None) -> Person:
    person = who or acting()
    check_right(person.name, "forget")
    return person


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
