"""Datasets in the workspace. All writing below `datasets/` happens here, but for `test_set_use.py`.

datasets/<id>/table.bin      the bytes as uploaded
              recipe.json    how to read them, and what was found (`DatasetInfo`)
              rejected.csv   row, reason, content
              unlabelled.bin a further file of documents without label, where there is one
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath

from scalearn_core.audit.trail import note
from scalearn_core.config import open_workspace, workspace
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.languages import shares_of
from scalearn_core.data.mapping import Mapping
from scalearn_core.data.split_plan import AT_RANDOM, SplitPlan
from scalearn_core.errors import DataError
from scalearn_core.storage.reserve import room
from scalearn_core.tables.content import OnProgress
from scalearn_core.tables.export import write_csv
from scalearn_core.tables.reader import Table, read_table
from scalearn_core.tables.reading import AS_FOUND, Reading
from scalearn_core.workspace.dataset_info import FORMAT, DatasetInfo, identity
from scalearn_core.workspace.further_files import FILE as FURTHER
from scalearn_core.workspace.further_files import FurtherFile
from scalearn_core.workspace.keeping import holds, keep_content, sweep, writable

ID = re.compile(r"[0-9a-f]{16}")
TABLE = "table.bin"

logger = logging.getLogger(__name__)


def save_dataset(
    content: bytes,
    mapping: Mapping,
    reading: Reading = AS_FOUND,
    *,
    filename: str,
    name: str | None = None,
    plan: SplitPlan = AT_RANDOM,
    table: Table | None = None,
    further: FurtherFile | None = None,
    on_progress: OnProgress | None = None,
) -> str:
    """Check a table and keep it. The same content, recipe and name are kept once, whatever the file is called.

    A table of the name of another becomes its next version.

    Args:
        content: The bytes of the table.
        filename: Where it came from; shown, never used as a path.
        name: What to call it; by default as the file, without its ending.
        mapping, reading: As in `TextDataset.from_table`; the columns to keep are those of `plan`, the rules those
            of `reading`, so that a further version reads as the one before.
        plan: How it is divided for every model of it.
        table: What `read_table` gave for this content, where it was read so already.
        further: A file of documents without label beside it.
        on_progress: Told the share of what is done to the table.

    Raises:
        DataError: As `TextDataset.from_table`; nothing is kept then.
    """
    file = PureWindowsPath(filename).name or "table"  # splits at / and \ alike
    of_file = PureWindowsPath(file).stem
    name = " ".join((name or "").split()) or of_file
    mapping = replace(mapping, keep=plan.columns, rules=reading.rules)
    how = identity(mapping, reading, plan, further)
    with_name = _short_hash(content, json.dumps(how | {"name": name}, sort_keys=True).encode())
    without = _short_hash(content, json.dumps(how, sort_keys=True).encode())
    ids = [without, with_name] if name == of_file else [with_name]
    names = {known: _name_there(known) for known in ids}
    if name in names.values():
        return next(known for known, called in names.items() if called == name)
    dataset_id = next((free for free, called in names.items() if called is None), with_name)
    home = _datasets() / dataset_id
    table = table or read_table(content, reading)
    beside = further.read() if further else None
    dataset = TextDataset.from_rows(table, mapping, name=name, further=beside, on_progress=on_progress)
    if plan != AT_RANDOM:
        dataset.split(plan=plan)  # tells now what would fail every training
    stored = list_datasets()
    previous = next((info for info in stored if info.name == name), None)
    info = DatasetInfo(
        id=dataset_id,
        name=name,
        filename=file,
        text_columns=mapping.texts,
        label_column=mapping.label,
        sheet=table.sheet,
        blanks=mapping.blanks,
        encoding=table.encoding,
        delimiter=table.delimiter,
        documents=len(dataset.frame),
        rejected=len(dataset.rejected),
        class_counts=dataset.class_counts,
        fingerprint=dataset.fingerprint,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created=datetime.now(UTC).isoformat(),
        languages=shares_of(dataset.frame["text"].tolist()),
        separator=dataset.separator,
        plan=plan,
        header=table.header_row if (table.header_row or 1) > 1 else table.header,
        steps=tuple(mapping.steps),
        label_reading=reading.rules,
        quotes=reading.quotes,
        version=previous.version + 1 if previous else 1,
        previous=previous.id if previous else None,
        unlabelled=len(dataset.unlabelled),
        further=further.info(beside.table) if further and beside else None,
    )
    same = next((_datasets() / other.id / TABLE for other in stored if other.sha256 == info.sha256), None)
    with writable():
        open_workspace()
        _datasets().mkdir(exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=_datasets(), prefix=".new-"))
        try:
            sweep(_datasets())
            keep_content(content, draft / TABLE, same)
            if further:
                kept = (o.id for o in stored if o.further and o.further.sha256 == further.sha256)
                keep_content(
                    further.content, draft / FURTHER, next((_datasets() / id_ / FURTHER for id_ in kept), None)
                )
            write_csv(dataset.rejected, draft / "rejected.csv")
            recipe = json.dumps(info.to_dict(), ensure_ascii=False, indent=1)
            (draft / "recipe.json").write_text(recipe, encoding="utf-8")
            draft.rename(home)
        except OSError:
            if not home.exists():  # else another session saved the same table a moment ago
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    facts = {"dataset": dataset_id, "sha256": info.sha256, "fingerprint": info.fingerprint}
    note("data.save", {**facts, "documents": info.documents, "rejected": info.rejected, "version": info.version})
    return dataset_id


def _name_there(dataset_id: str) -> str | None:
    """What a dataset is called; None where there is none. A damaged one is removed: here it comes again.

    Raises:
        DataError: `data.newer_dataset`.
    """
    if not (_datasets() / dataset_id).exists():
        return None
    try:
        info = get_dataset_info(dataset_id)
        home, beside = dataset_folder(dataset_id), info.further
        whole = holds(home / TABLE, info.sha256)
        if whole and (beside is None or holds(home / FURTHER, beside.sha256)):
            return info.name
    except (DataError, OSError) as error:
        if isinstance(error, DataError) and error.code == "data.newer_dataset":
            raise
    delete_dataset(dataset_id)
    return None


def list_datasets() -> list[DatasetInfo]:
    """All datasets, newest first; of one name the latest version first, whatever the clock said when it came.

    One that cannot be read is left out, so that the others stay usable (`unreadable_datasets`).
    """
    infos = [info for info in _looked_through().values() if isinstance(info, DatasetInfo)]
    versions: dict[str, list[DatasetInfo]] = {}
    for info in sorted(infos, key=lambda info: info.version):
        versions.setdefault(info.name, []).append(info)
    by_time = sorted(infos, key=lambda info: info.created, reverse=True)
    return [versions[info.name].pop() for info in by_time]


def unreadable_datasets() -> dict[str, DataError]:
    """Ids of the datasets that `list_datasets` leaves out, with the reason. They can be deleted like any other."""
    return {id_: reason for id_, reason in _looked_through().items() if isinstance(reason, DataError)}


def _looked_through() -> dict[str, DatasetInfo | DataError]:
    by_id: dict[str, DatasetInfo | DataError] = {}
    for home in sorted(_datasets().glob("*")):
        if not (ID.fullmatch(home.name) and home.is_dir()):
            continue
        try:
            by_id[home.name] = get_dataset_info(home.name)
        except DataError as error:
            if error.code != "data.unknown_dataset":  # deleted a moment ago
                by_id[home.name] = error
    return by_id


def get_dataset_info(dataset_id: str) -> DatasetInfo:
    """What is known about a dataset without reading its table.

    Raises:
        DataError: `data.unknown_dataset`, `data.damaged_dataset`, `data.newer_dataset`.
    """
    try:
        stored = json.loads((dataset_folder(dataset_id) / "recipe.json").read_text("utf-8"))
        if stored["format"] > FORMAT:
            raise DataError("data.newer_dataset", dataset=dataset_id)
        info = DatasetInfo.from_dict(stored)
        if info.id != dataset_id or not (info.mapping and info.reading):  # made here, so that bad values show
            raise ValueError("id")
        return info
    except DataError:
        raise
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise DataError("data.damaged_dataset", dataset=dataset_id) from error


def load_dataset(dataset_id: str) -> TextDataset:
    """Read a dataset as it was saved. Raises DataError `data.unknown_dataset` or `data.damaged_dataset`."""
    info = get_dataset_info(dataset_id)
    home = dataset_folder(dataset_id)
    path = home / TABLE
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        beside = info.further.content(home) if info.further else b""
    except OSError as error:
        raise DataError("data.damaged_dataset", dataset=dataset_id) from error
    if digest != info.sha256:
        raise DataError("data.damaged_dataset", dataset=dataset_id)
    table = read_table(path, info.reading)
    if info.trim_labels:
        table.frame[info.label_column] = table.frame[info.label_column].str.strip()
    further = info.further.read(beside) if info.further else None
    return TextDataset.from_rows(table, info.mapping, further=further, name=info.name)


def dataset_content(dataset_id: str) -> bytes:
    """The bytes as uploaded. Raises DataError `data.unknown_dataset` or `data.damaged_dataset`."""
    try:
        return (dataset_folder(dataset_id) / TABLE).read_bytes()
    except OSError as error:
        raise DataError("data.damaged_dataset", dataset=dataset_id) from error


def further_file(dataset_id: str) -> FurtherFile | None:
    """The file of documents without label beside a dataset's table; None where there is none.

    Raises:
        DataError: `data.unknown_dataset`, `data.damaged_dataset`.
    """
    if (info := get_dataset_info(dataset_id).further) is None:
        return None
    try:
        content = info.content(dataset_folder(dataset_id))
    except OSError as error:
        raise DataError("data.damaged_dataset", dataset=dataset_id) from error
    return FurtherFile(content, info.text_columns, info.reading, info.filename)


def delete_dataset(dataset_id: str) -> None:
    """Remove a dataset, also on a full disk; models trained on it stay.

    Raises:
        DataError: `data.unknown_dataset`, `data.workspace_unwritable`.
    """
    home = dataset_folder(dataset_id)
    grave = home.with_name(f".old-{secrets.token_hex(8)}")
    with writable(), room(workspace()):
        try:
            home.rename(grave)  # gone at once for everyone, whatever the removal takes
        except FileNotFoundError as error:  # another session was faster
            raise DataError("data.unknown_dataset", dataset=dataset_id) from error
        shutil.rmtree(grave)
    note("data.delete", {"dataset": dataset_id})


def _datasets() -> Path:
    return workspace() / "datasets"


def dataset_folder(dataset_id: str) -> Path:
    """The folder of a dataset. Raises DataError `data.unknown_dataset`."""
    home = _datasets() / dataset_id
    if not ID.fullmatch(dataset_id) or not home.is_dir():
        raise DataError("data.unknown_dataset", dataset=dataset_id[:40])
    return home


def _short_hash(*contents: bytes) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()[:16]
