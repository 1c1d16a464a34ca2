"""A table of any size, classified a shard at a time: cut, answered by whoever has a model, put together in order.

    cut           rows of the table -> `rows/<n>.parquet`, each with the number of its document;
                  documents that differ -> `documents/<name>.parquet`, a shard of them each
    answer_shard  `documents/<name>.parquet` -> `answers/<name>.parquet`, written whole or not at all
    classified    rows with their answers, in the order of the file

A shard's name is a hash of its documents, of the model and of the way they are answered. So an answered shard is
found again after any kill, whoever answered it, and a shard that was answered twice stands there once: no row is
lost or doubled, and the same table gets the same bytes. Equal documents are computed once.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from scalearn_core.config import BULK
from scalearn_core.data.documents import joined
from scalearn_core.data.mapping import columns_of
from scalearn_core.prediction.answerer import Answerer
from scalearn_core.prediction.bulk_table import BulkCounts
from scalearn_core.prediction.predictor import ClassifiedTable, classified_table
from scalearn_core.runs.manifest import versions
from scalearn_core.scaling.seal import is_sealed, read_seal
from scalearn_core.storage.files import written_whole
from scalearn_core.tables.columns import text_series
from scalearn_core.tables.reader import Table

SHARD = 1_024
"""Documents of a shard: four batches of a prediction, seconds of work."""
BULK_SHARD = 100_000
"""At speed "bulk", which learns from a part of each shard how far its documents must be computed."""
REMEMBERED = 2_000_000
"""So many documents that differ are known again when they are repeated; some 200 bytes of memory each."""
FORMAT = 1
"""Counts on whenever the same documents would get other bytes."""
ROWS, DOCUMENTS, ANSWERS = "rows", "documents", "answers"
_NO_DOCUMENT = -1


@dataclass
class Cut:
    """A table that was cut."""

    folder: Path
    columns: list[str] = field(default_factory=list)
    pieces: int = 0
    """Files of rows."""
    rows: int = 0
    shards: list[str] = field(default_factory=list)
    """Names of the shards, in order."""
    sizes: list[int] = field(default_factory=list)
    """Documents of each."""
    first: int = 1
    """The first row of the file below the header."""
    rejected: dict[int, str] = field(default_factory=dict)
    """Rows below it that could not be read, with the reason."""

    @property
    def missing(self) -> list[str]:
        """Shards that are not answered yet; of two that are equal one."""
        return [name for name in dict.fromkeys(self.shards) if not _answers(self.folder, name).is_file()]


def way(model: Path, device: str, speed: str) -> str:
    """All that decides an answer beside the text. A model without a seal has no identity: nothing is kept."""
    model_id = read_seal(model).model_id if is_sealed(model) else secrets.token_hex(16)
    return json.dumps([FORMAT, model_id, device, speed, versions()])


def shard_size(speed: str) -> int:
    """Documents of a shard."""
    return BULK_SHARD if speed == BULK else SHARD


def cut(
    tables: Iterable[Table], text: str | Sequence[str], folder: Path, way: str, size: int,
    on_table: Callable[[Table], None] = lambda table: None,
) -> Cut:  # fmt: skip
    """Write the rows of a table, and the documents in them that are not answered yet, into a folder.

    Args:
        tables: Pieces of a table, in order (`tables/pieces.py`).
        text: The column with the documents, or several whose cells are joined.
        way: As `way` gives it.
        size: Documents of a shard.
        on_table: Told each piece.

    Raises:
        OSError: the folder cannot be written.
        DataError: as `read_pieces`.
    """
    done = Cut(folder)
    numbers: dict[bytes, int] = {}
    pending: list[str] = []
    documents = 0
    for number, table in enumerate(tables):
        on_table(table)
        if number == 0:
            named = table.header_row or (1 if table.header else 0)
            done.first = min([named + 1, *table.frame.index[:1].tolist()])
        broken = zip(table.rejected["row"].tolist(), table.rejected["reason"].tolist(), strict=True)
        done.rejected |= {row: reason for row, reason in broken if row >= done.first}
        done.columns = [str(name) for name in table.frame.columns]
        places = np.full(len(table.frame), _NO_DOCUMENT, dtype=np.int64)
        for row, document in enumerate(joined(table.frame, columns_of(text))):
            if not document.strip():
                continue
            digest = hashlib.blake2b(document.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            known = numbers.get(digest)
            if known is None:
                known, documents = documents, documents + 1
                if len(numbers) < REMEMBERED:
                    numbers[digest] = known
                pending.append(document)
                if len(pending) == size:
                    _write_shard(done, pending, way)
                    pending = []
            places[row] = known
        _write_rows(done, table.frame, places)
    if pending:
        _write_shard(done, pending, way)
    return done


def answer_shard(
    answerer: Answerer, folder: Path, name: str, on_progress: Callable[[float], None] = lambda share: None
) -> int:
    """Answer one shard, unless it is answered; how many documents it has. Raises OSError."""
    if _answers(folder, name).is_file():
        return int(pq.read_metadata(_answers(folder, name)).num_rows)
    texts: list[str] = pq.read_table(folder / DOCUMENTS / f"{name}.parquet").column(0).to_pylist()
    answered = answerer.answer(texts, on_progress, folder / ANSWERS / f"{name}.unfinished")
    table = pa.table({"label": answered.cells, "confidence": answered.confidences})
    table = table.replace_schema_metadata({"counts": json.dumps(asdict(answered.counts))})
    _write(table, _answers(folder, name))
    return len(texts)


def answer_all(
    answerer: Answerer, cut: Cut, on_progress: Callable[[float], None] = lambda share: None
) -> None:  # fmt: skip
    """Answer what is missing, one shard after the other, with one model."""
    total, missing = max(1, sum(cut.sizes)), cut.missing
    sizes = dict(zip(cut.shards, cut.sizes, strict=True))
    done = total - sum(sizes[name] for name in missing)
    for name in missing:
        answer_shard(
            answerer, cut.folder, name,
            lambda share, name=name, done=done: on_progress((done + share * sizes[name]) / total),  # type: ignore[misc]
        )  # fmt: skip
        done += sizes[name]


def classified(cut: Cut) -> Iterator[ClassifiedTable]:
    """The table with its answers, in pieces, its rows in the order of the file. All shards are answered."""
    cells, codes, confidences = _all_answers(cut)
    for piece in range(cut.pieces):
        table = pq.read_table(cut.folder / ROWS / f"{piece:06}.parquet")
        index = pd.Index(table.column(0).to_numpy(), name="row", dtype="int64")
        places = table.column(1).to_numpy()
        columns = {name: text_series(table.column(2 + i).chunks, index) for i, name in enumerate(cut.columns)}
        frame = pd.DataFrame(columns, index=index, columns=pd.Index(cut.columns))
        labels = [cells[codes[place]] if place >= 0 else "" for place in places.tolist()]
        sure = [f"{confidences[place]:.4f}" if place >= 0 else "" for place in places.tolist()]
        yield classified_table(frame, labels, sure)


def probabilities_of(cut: Cut) -> tuple[list[str], list[float]]:
    """Label cell and confidence of each document that differs, in full precision."""
    cells, codes, confidences = _all_answers(cut)
    return [cells[code] for code in codes.tolist()], confidences.tolist()


def counts_of(cut: Cut) -> BulkCounts:
    """What speed "bulk" cost, over all shards."""
    total = BulkCounts()
    for name in cut.shards:
        metadata = pq.read_schema(_answers(cut.folder, name)).metadata
        total += BulkCounts(**json.loads(metadata[b"counts"]))
    return total


def discard(folder: Path) -> None:
    """Remove what is not needed to go on: all of it, where no shard has been answered."""
    if not any((folder / ANSWERS).glob("*")):
        shutil.rmtree(folder, ignore_errors=True)


def _all_answers(cut: Cut) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Label cells that differ; of each document which of them it got, int32, and its confidence, float64."""
    numbers: dict[str, int] = {}
    codes, confidences = [np.empty(0, np.int32)], [np.empty(0, np.float64)]
    for name in cut.shards:
        table = pq.read_table(_answers(cut.folder, name))
        each = table.column("label").to_pylist()
        codes.append(np.array([numbers.setdefault(cell, len(numbers)) for cell in each], dtype=np.int32))
        confidences.append(table.column("confidence").to_numpy())
    return list(numbers), np.concatenate(codes), np.concatenate(confidences)


def _write_shard(cut: Cut, texts: list[str], way: str) -> None:
    digest = hashlib.sha256(way.encode())
    for text in texts:
        content = text.encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "big") + content)
    name = digest.hexdigest()[:32]
    cut.shards.append(name)
    cut.sizes.append(len(texts))
    if not _answers(cut.folder, name).is_file():
        _write(pa.table({"text": pa.array(texts, pa.large_string())}), cut.folder / DOCUMENTS / f"{name}.parquet")


def _write_rows(cut: Cut, frame: pd.DataFrame, documents: np.ndarray) -> None:
    cells: list[Any] = [pa.array(frame[name], pa.large_string(), from_pandas=True) for name in frame.columns]
    columns = [pa.array(frame.index.to_numpy(np.int64)), pa.array(documents), *cells]
    table = pa.table(columns, names=[str(number) for number in range(len(columns))])  # theirs may be any
    _write(table, cut.folder / ROWS / f"{cut.pieces:06}.parquet")
    cut.pieces, cut.rows = cut.pieces + 1, cut.rows + len(frame)


def _write(table: pa.Table, path: Path) -> None:
    with written_whole(path) as draft:
        pq.write_table(table, draft, compression="zstd")


def _answers(folder: Path, name: str) -> Path:
    return folder / ANSWERS / f"{name}.parquet"
