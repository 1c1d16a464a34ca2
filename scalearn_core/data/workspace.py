"""Datasets and uploads in the workspace. All writing below `datasets/` and `uploads/` happens here.

datasets/<id>/table.bin      the bytes as uploaded
              recipe.json    how to read them, and what was found (`DatasetInfo`)
              rejected.csv   row, reason
uploads/<id>.bin             tables to classify
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath

from scalearn_core.config import open_workspace, workspace
from scalearn_core.data.content import check_size
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.documents import Blanks
from scalearn_core.data.export import write_csv
from scalearn_core.data.files import write_atomically
from scalearn_core.data.labels import AUTO
from scalearn_core.data.languages import shares_of
from scalearn_core.data.tables import read_table
from scalearn_core.errors import DataError

FORMAT = 1
ID = re.compile(r"[0-9a-f]{16}")

logger = logging.getLogger(__name__)


def save_dataset(
    content: bytes,
    *,
    filename: str,
    text: str,
    label: str,
    sheet: str | None = None,
    blanks: Blanks = "leave_out",
    separator: str | None = AUTO,
) -> str:
    """Check a table and keep it. The same content and columns give the same id and are kept once.

    Args:
        content: The bytes of the table.
        filename: What the user calls it; shown, never used as a path.
        text: The column with the documents.
        label: The column with their classes.
        sheet: Which sheet of a workbook; the first visible one by default.
        blanks, separator: As in `TextDataset.from_table`.

    Raises:
        DataError: As `TextDataset.from_table`; nothing is kept then.
    """
    mapping = {"text": text, "label": label, "sheet": sheet, "blanks": blanks}
    if separator is not None:  # datasets of one label per document keep the ids they had before there were others
        mapping["separator"] = separator
    dataset_id = _short_hash(content, json.dumps(mapping, sort_keys=True).encode())
    home = _datasets() / dataset_id
    if home.exists():
        return dataset_id
    name = PureWindowsPath(filename).name or "table"  # splits at / and \ alike
    table = read_table(content, sheet=sheet)
    dataset = TextDataset.from_rows(
        table, text=text, label=label, blanks=blanks, separator=separator, name=PureWindowsPath(name).stem
    )
    info = DatasetInfo(
        id=dataset_id,
        name=dataset.name,
        filename=name,
        text_column=text,
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
    )
    with _writable():
        open_workspace()
        _datasets().mkdir(exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=_datasets(), prefix=".new-"))
        try:
            (draft / "table.bin").write_bytes(content)
            write_csv(dataset.rejected, draft / "rejected.csv")
            recipe = {"format": FORMAT, **asdict(info)}
            text_of_recipe = json.dumps(recipe, ensure_ascii=False, indent=1)
            (draft / "recipe.json").write_text(text_of_recipe, encoding="utf-8")
            draft.rename(home)
        except OSError:
            if not home.exists():  # else another session saved the same table a moment ago
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return dataset_id


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
        recipe = json.loads((_dataset_home(dataset_id) / "recipe.json").read_text(encoding="utf-8"))
        if recipe.pop("format") != FORMAT:
            raise DataError("data.damaged_dataset", dataset=dataset_id)
        return DatasetInfo(**recipe)
    except (OSError, json.JSONDecodeError, UnicodeDecodeError, AttributeError, KeyError, TypeError) as error:
        raise DataError("data.damaged_dataset", dataset=dataset_id) from error


def load_dataset(dataset_id: str) -> TextDataset:
    """Read a dataset as it was saved. Raises DataError `data.unknown_dataset` or `data.damaged_dataset`."""
    info = get_dataset_info(dataset_id)
    content = dataset_content(dataset_id)
    if hashlib.sha256(content).hexdigest() != info.sha256:
        raise DataError("data.damaged_dataset", dataset=dataset_id)
    return TextDataset.from_table(
        content,
        text=info.text_column,
        label=info.label_column,
        sheet=info.sheet,
        blanks=info.blanks,
        separator=info.separator,
        name=info.name,
    )


def dataset_content(dataset_id: str) -> bytes:
    """The bytes as uploaded. Raises DataError `data.unknown_dataset` or `data.damaged_dataset`."""
    try:
        return (_dataset_home(dataset_id) / "table.bin").read_bytes()
    except OSError as error:
        raise DataError("data.damaged_dataset", dataset=dataset_id) from error


def delete_dataset(dataset_id: str) -> None:
    """Remove a dataset; models trained on it stay. Raises DataError `data.unknown_dataset`."""
    home = _dataset_home(dataset_id)
    grave = Path(tempfile.mkdtemp(dir=home.parent, prefix=".old-"))
    home.rename(grave / dataset_id)  # gone at once for everyone, whatever the removal takes
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


@dataclass(frozen=True)
class DatasetInfo:
    """What `recipe.json` holds."""

    id: str
    name: str
    """The file's name without its ending."""

    filename: str
    text_column: str
    label_column: str
    sheet: str | None
    """The sheet that was read; None for a text table."""

    blanks: Blanks
    encoding: str | None
    """None for a workbook, as is `delimiter`."""

    delimiter: str | None
    documents: int
    rejected: int
    """Rows that were left out; `rejected.csv` lists them."""

    class_counts: dict[str, int]
    """Documents per label, in the order of the labels."""

    fingerprint: str
    size: int
    """Bytes of the table."""

    sha256: str
    """Hash of the table's bytes."""

    created: str
    """ISO 8601, UTC."""

    languages: dict[str, float] = field(default_factory=dict)
    """Their shares, most frequent first (`data/languages.py`); empty in datasets of the first releases."""

    separator: str | None = None
    """What stands between several labels of one document; None where each has one."""

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.class_counts)


def _datasets() -> Path:
    return workspace() / "datasets"


def _dataset_home(dataset_id: str) -> Path:
    home = _datasets() / dataset_id
    if not ID.fullmatch(dataset_id) or not home.is_dir():
        raise DataError("data.unknown_dataset", dataset=dataset_id)
    return home


def _short_hash(*contents: bytes) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()[:16]
