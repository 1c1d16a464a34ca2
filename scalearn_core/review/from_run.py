"""A classified table as a pile to review: what the model gave each document stands beside it."""

from __future__ import annotations

import pandas as pd

from scalearn_core import runs
from scalearn_core.data.documents import joined
from scalearn_core.data.label_cells import NONE
from scalearn_core.data.mapping import columns_of
from scalearn_core.evidence.upgrade import read_training
from scalearn_core.records.labelling import Category, PileDocument, PileInfo
from scalearn_core.review import store
from scalearn_core.runs import Run
from scalearn_core.tables.export import as_typed


def pile_of_run(run: Run) -> str:
    """The pile of a prediction run: made at the first call, the same from then on. Raises as
    `store.create_pile`."""
    for info in store.piles():
        if info.from_run == run.id:
            return info.id
    record = read_training(runs.folder(run.config["model_run"]))
    table = pd.read_csv(
        runs.folder(run.id) / "predictions.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig"
    )
    label, confidence, row = (_last(table, name) for name in ("predicted", "confidence", "row"))
    names = {as_typed(name): name for name in table.columns}
    read = [names[column] for column in columns_of(run.config["text"]) if column in names]
    texts = joined(table[read].map(as_typed), read).tolist()
    given, sure, rows = table[label].map(as_typed).tolist(), table[confidence].tolist(), table[row].tolist()
    documents = [
        PileDocument(int(rows[i]), texts[i], "" if given[i] == NONE else given[i], float(sure[i]))
        for i in range(len(table))
        if sure[i] and texts[i].strip()
    ]

    def info_of(pile_id: str) -> PileInfo:
        return PileInfo(
            id=pile_id,
            name=run.title,
            created=store.now(),
            encoder=record.encoder.key or "",
            separator=record.dataset.separator,
            documents=len(documents),
            text_column="text",
            label_column="category",
            from_run=run.id,
            model_run=run.config["model_run"],
        )

    return store.create_pile(info_of, documents, [Category(name, "") for name in record.dataset.labels])


def _last(table: pd.DataFrame, name: str) -> str:
    """The column the prediction added: the table's own may have the name, and then a number stands behind it."""
    added = [column for column in table.columns if column == name or column.startswith(f"{name}_")]
    return added[-1]
