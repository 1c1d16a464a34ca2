"""Datasets and uploads in the workspace. All writing below `datasets/` and `uploads/` happens here, but for
`looks.jsonl` (`looks.py`).

datasets/<id>/table.bin      the bytes as uploaded
              recipe.json    how to read them, and what was found (`DatasetInfo`)
              rejected.csv   row, reason, content
uploads/<id>.bin             tables to classify
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath
from typing import Any

from scalearn_core.config import open_workspace, workspace
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.documents import Blanks, columns_of
from scalearn_core.data.labels import AUTO
from scalearn_core.data.languages import shares_of
from scalearn_core.data.recipe import Step
from scalearn_core.data.split_plan import AT_RANDOM, SplitPlan
from scalearn_core.errors import DataError
from scalearn_core.storage.files import write_atomically
from scalearn_core.tables.content import OnProgress, check_size
from scalearn_core.tables.export import write_csv
from scalearn_core.tables.reader import Table, read_table
from scalearn_core.workspace.dataset_info import DatasetInfo

ID = re.compile(r"[0-9a-f]{16}")

logger = logging.getLogger(__name__)


def save_dataset(
    content: bytes,
    *,
    filename: str,
    name: str | None = None,
    text: str | Sequence[str],
    label: str,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    blanks: Blanks = "leave_out",
    separator: str | None = AUTO,
    steps: Sequence[Step] = (),
    plan: SplitPlan = AT_RANDOM,
    table: Table | None = None,
    on_progress: OnProgress | None = None,
) -> str:
    """Check a table and keep it. The same content, recipe and given name have the same id and are kept once.

    A table of the name of another becomes its next version.

    Args:
        content: The bytes of the table.
        filename: Where it came from; shown, never used as a path.
        name: What to call it; by default as the file, without its ending.
        text, label, sheet, encoding, delimiter, header, blanks, separator, steps: As in `TextDataset.from_table`.
        plan: How it is divided for every model of it.
        table: What `read_table` gave for this content, where it was read so already.
        on_progress: Told the share of what is done to the table.

    Raises:
        DataError: As `TextDataset.from_table`; nothing is kept then.
    """
    texts = columns_of(text)
    file = PureWindowsPath(filename).name or "table"  # splits at / and \ alike
    of_file = PureWindowsPath(file).stem
    name = " ".join((name or "").split()) or of_file
    mapping: dict[str, Any] = {
        "text": texts[0] if len(texts) == 1 else texts, "label": label, "sheet": sheet, "blanks": blanks
    }  # fmt: skip
    later: dict[str, Any] = {  # only what is not as by default: ids stay what they were before there was a choice
        "separator": separator, "encoding": encoding, "delimiter": delimiter, "header": header,
        "plan": None if plan == AT_RANDOM else plan.to_dict(), "steps": [step.to_dict() for step in steps] or None,
        "name": None if name == of_file else name,
    }  # fmt: skip
    mapping |= {key: value for key, value in later.items() if value is not None}
    dataset_id = _short_hash(content, json.dumps(mapping, sort_keys=True).encode())
    home = _datasets() / dataset_id
    if home.exists():
        if _is_whole(dataset_id):
            return dataset_id
        delete_dataset(dataset_id)  # damaged: here it comes again
    if table is None:
        table = read_table(content, sheet=sheet, encoding=encoding, delimiter=delimiter, header=header)
    dataset = TextDataset.from_rows(
        table, text=texts, label=label, blanks=blanks, separator=separator, name=name,
        keep=plan.columns, steps=steps, on_progress=on_progress,
    )  # fmt: skip
    if plan != AT_RANDOM:
        dataset.split(plan=plan)  # tells now what would fail every training
    stored = list_datasets()
    previous = next((info for info in stored if info.name == name), None)
    info = DatasetInfo(
        id=dataset_id,
        name=name,
        filename=file,
        text_columns=texts,
        label_column=label,
        sheet=table.sheet,
        blanks=blanks,
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
        header=table.header,
        steps=tuple(steps),
        version=previous.version + 1 if previous else 1,
        previous=previous.id if previous else None,
    )
    same = next((other for other in stored if other.sha256 == info.sha256), None)
    with _writable():
        open_workspace()
        _datasets().mkdir(exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=_datasets(), prefix=".new-"))
        try:
            _keep_content(content, draft / "table.bin", same)
            write_csv(dataset.rejected, draft / "rejected.csv")
            recipe = json.dumps(info.to_dict(), ensure_ascii=False, indent=1)
            (draft / "recipe.json").write_text(recipe, encoding="utf-8")
            draft.rename(home)
        except OSError:
            if not home.exists():  # else another session saved the same table a moment ago
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return dataset_id


def _is_whole(dataset_id: str) -> bool:
    try:
        return get_dataset_info(dataset_id).size == (dataset_folder(dataset_id) / "table.bin").stat().st_size
    except (DataError, OSError):
        return False


def _keep_content(content: bytes, path: Path, same: DatasetInfo | None) -> None:
    """The bytes of a table, once on the disk however many datasets are of it: each has a link of its own."""
    if same is not None:
        try:
            os.link(_datasets() / same.id / "table.bin", path)
            return
        except OSError as error:  # it was deleted a moment ago, or the disk knows no links
            logger.info("A table is kept once more: %s", error)
    path.write_bytes(content)


def list_datasets() -> list[DatasetInfo]:
    """All datasets, newest first. A damaged one is logged and left out, so that the others stay usable."""
    found = []
    for home in sorted(_datasets().glob("*")):
        if not ID.fullmatch(home.name):
            continue
        try:
            found.append(get_dataset_info(home.name))
        except DataError as error:
            logger.warning("%s", error)
    return sorted(found, key=lambda info: info.created, reverse=True)


def get_dataset_info(dataset_id: str) -> DatasetInfo:
    """What is known about a dataset without reading its table. Raises DataError `data.unknown_dataset`."""
    try:
        return DatasetInfo.from_dict(json.loads((dataset_folder(dataset_id) / "recipe.json").read_text("utf-8")))
    except DataError:
        raise
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise DataError("data.damaged_dataset", dataset=dataset_id) from error


def load_dataset(dataset_id: str) -> TextDataset:
    """Read a dataset as it was saved. Raises DataError `data.unknown_dataset` or `data.damaged_dataset`."""
    info = get_dataset_info(dataset_id)
    path = dataset_folder(dataset_id) / "table.bin"
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError("data.damaged_dataset", dataset=dataset_id) from error
    if digest != info.sha256:
        raise DataError("data.damaged_dataset", dataset=dataset_id)
    table = read_table(
        path, sheet=info.sheet, encoding=info.encoding, delimiter=info.delimiter, header=info.header
    )
    if info.trim_labels:
        table.frame[info.label_column] = table.frame[info.label_column].str.strip()
    return TextDataset.from_rows(
        table, text=info.text_columns, label=info.label_column, blanks=info.blanks, separator=info.separator,
        name=info.name, keep=info.plan.columns, steps=info.steps,
    )  # fmt: skip


def dataset_content(dataset_id: str) -> bytes:
    """The bytes as uploaded. Raises DataError `data.unknown_dataset` or `data.damaged_dataset`."""
    try:
        return (dataset_folder(dataset_id) / "table.bin").read_bytes()
    except OSError as error:
        raise DataError("data.damaged_dataset", dataset=dataset_id) from error


def delete_dataset(dataset_id: str) -> None:
    """Remove a dataset; models trained on it stay. Raises DataError `data.unknown_dataset`."""
    home = dataset_folder(dataset_id)
    grave = Path(tempfile.mkdtemp(dir=home.parent, prefix=".old-"))
    try:
        home.rename(grave / dataset_id)  # gone at once for everyone, whatever the removal takes
    except FileNotFoundError as error:  # another session was faster
        raise DataError("data.unknown_dataset", dataset=dataset_id) from error
    finally:
        shutil.rmtree(grave)


def save_upload(content: bytes) -> str:
    """Keep a table to classify; returns its id. Raises DataError `data.file_too_large`."""
    check_size(len(content))
    upload_id = _short_hash(content)
    with _writable():
        write_atomically(open_workspace() / "uploads" / f"{upload_id}.bin", content)
    return upload_id


@contextmanager
def _writable() -> Iterator[None]:
    """Turns an OSError of the block into a DataError that names the workspace."""
    try:
        yield
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise DataError("data.workspace_unwritable", path=workspace(), detail=detail) from error


def upload_path(upload_id: str) -> Path:
    """Where an upload lies. Raises DataError `data.unknown_upload`."""
    path = workspace() / "uploads" / f"{upload_id}.bin"
    if not ID.fullmatch(upload_id) or not path.is_file():
        raise DataError("data.unknown_upload", upload=upload_id)
    return path


def _datasets() -> Path:
    return workspace() / "datasets"


def dataset_folder(dataset_id: str) -> Path:
    """Where a dataset lies. Raises DataError `data.unknown_dataset`."""
    home = _datasets() / dataset_id
    if not ID.fullmatch(dataset_id) or not home.is_dir():
        raise DataError("data.unknown_dataset", dataset=dataset_id[:40])
    return home


def _short_hash(*contents: bytes) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()[:16]
