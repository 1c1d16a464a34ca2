"""The documents a model of the workspace was made from: in its dataset, as long as that is there."""

from __future__ import annotations

from scalearn_core import runs
from scalearn_core.evidence.documents import LEARNED, Document, documents_of
from scalearn_core.evidence.upgrade import read_training
from scalearn_core.runs import Run
from scalearn_core.workspace.datasets import load_dataset


def documents_behind(run: Run) -> list[Document]:
    """Those a training learned from and was tested on. Raises DataError where its dataset is gone."""
    record = read_training(runs.folder(run.id))
    dataset = load_dataset(str(run.config["dataset"]))
    return documents_of(dataset.split(plan=record.plan))


def learned_by(run: Run) -> list[Document]:
    """Those it learned from."""
    return [each for each in documents_behind(run) if each.part == LEARNED]
